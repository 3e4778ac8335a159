package torch

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"unsafe"

	"multitorch/internal/atomicfile"
)

// TensorInfo is what a file's header says of a tensor.
type TensorInfo struct {
	Name  string
	DType DType
	Shape Shape
}

// SaveSafetensors writes tensors to a file in the safetensors format, as
// safetensors.torch.save_file does: the file is there in full or not at all, and
// the one before it stays until then.
//
// Tensors on other devices, and views whose elements are not in row-major order,
// are copied out. Tensors that are the same memory in the same layout (tied
// weights) are stored once, under the first one's name; for each other one the
// metadata gets an entry "alias.<name>" with that name, by which [LoadSafetensors]
// ties them again. Views that only overlap are stored each by itself.
//
// Refused are names that come twice or are not valid UTF-8, metadata keys that
// begin with "alias.", freed tensors, and dtypes that the format lacks
// (Complex128).
func SaveSafetensors(path string, tensors []NamedTensor, metadata map[string]string) error {
	return atomicfile.Write(path, func(w io.Writer) error { return WriteSafetensors(w, tensors, metadata) })
}

// WriteSafetensors writes what [SaveSafetensors] writes. The same tensors and
// metadata give the same bytes, and those of the official writer.
func WriteSafetensors(w io.Writer, tensors []NamedTensor, metadata map[string]string) error {
	stored, metadata, err := planSafetensors(tensors, metadata)
	if err != nil {
		return err
	}
	if _, err := w.Write(encodeSafetensorsHeader(stored, metadata)); err != nil {
		return err
	}
	for _, s := range stored {
		var data []byte
		if err := Try(func() error { data = s.tensor.Bytes(); return nil }); err != nil {
			return fmt.Errorf("tensor %q: %w", s.Name, err)
		}
		if _, err := w.Write(data); err != nil {
			return err
		}
	}
	return nil
}

// LoadSafetensors reads all tensors of a file onto the CPU, in the order in which
// they are stored, and its metadata (nil where there is none). Tensors stored as
// an alias come last, and share their memory with the one that they name. The
// tensors belong to no scope.
//
// A file that is cut short or breaks the format's rules is an error that names
// the file and the key; no more memory is taken than the file is long.
func LoadSafetensors(path string) (tensors []NamedTensor, metadata map[string]string, err error) {
	err = openSafetensors(path, func(f *os.File, size int64) error {
		tensors, metadata, err = ReadSafetensors(f, size)
		return err
	})
	return tensors, metadata, err
}

// ReadSafetensors is [LoadSafetensors] from size bytes of r.
func ReadSafetensors(r io.ReaderAt, size int64) (_ []NamedTensor, _ map[string]string, err error) {
	h, err := readSafetensorsHeader(r, size)
	if err != nil {
		return nil, nil, err
	}
	tensors := make([]NamedTensor, 0, len(h.stored)+len(h.aliases))
	defer func() {
		if err != nil {
			for _, t := range tensors {
				t.Tensor.Free()
			}
		}
	}()
	byName := make(map[string]*Tensor, len(h.stored))
	for _, s := range h.stored {
		t, err := s.read(io.NewSectionReader(r, h.start+s.begin, s.end-s.begin))
		if err != nil {
			return nil, nil, fmt.Errorf("tensor %q: %w", s.Name, err)
		}
		byName[s.Name] = t
		tensors = append(tensors, NamedTensor{s.Name, t})
	}
	for _, a := range h.aliases {
		tensors = append(tensors, NamedTensor{a.name, byName[a.of].Detach()})
	}
	return tensors, h.metadata, nil
}

// SafetensorsHeader reads what a file holds, and its metadata, without reading
// the elements. The order is that of [LoadSafetensors].
func SafetensorsHeader(path string) (tensors []TensorInfo, metadata map[string]string, err error) {
	err = openSafetensors(path, func(f *os.File, size int64) error {
		h, err := readSafetensorsHeader(f, size)
		if err != nil {
			return err
		}
		metadata = h.metadata
		for _, s := range h.stored {
			tensors = append(tensors, s.TensorInfo)
		}
		for _, a := range h.aliases {
			of := tensors[slices.IndexFunc(h.stored, func(s storedTensor) bool { return s.Name == a.of })]
			tensors = append(tensors, TensorInfo{a.name, of.DType, slices.Clone(of.Shape)})
		}
		return nil
	})
	return tensors, metadata, err
}

func openSafetensors(path string, read func(f *os.File, size int64) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("read %s: expected a safetensors file, found something that is no regular file", path)
	}
	if err := read(f, info.Size()); err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return nil
}

// read makes the tensor and reads its elements into it.
func (s *storedTensor) read(r io.Reader) (t *Tensor, err error) {
	if err := Try(func() error { t = Empty(s.Shape, s.DType); return nil }); err != nil {
		return nil, err
	}
	data, err := t.acquire("read").DataPtr()
	defer t.release()
	if err == nil {
		memory := unsafe.Slice((*byte)(data), s.end-s.begin)
		_, err = io.ReadFull(r, memory)
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			err = errors.New("the file ends within its elements")
		}
		// C++ may do anything with a bool that is neither.
		if i := slices.IndexFunc(memory, func(b byte) bool { return b > 1 }); err == nil && s.DType == Bool && i >= 0 {
			err = fmt.Errorf("element %d is the byte %d, but a bool is 0 or 1", i, memory[i])
		}
	}
	if err != nil {
		t.Free()
		return nil, err
	}
	return t, nil
}
