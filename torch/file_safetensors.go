package torch

import (
	"fmt"
	"io"

	"multitorch/internal/atomicfile"
	"multitorch/internal/safetensors"
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
// Elements are written out of the tensor's own memory. Of tensors on other devices,
// and of views whose elements are not in row-major order, a few MiB at a time are
// copied: to save a model takes no memory worth mentioning. Tensors that are the same memory in the same layout (tied
// weights) are stored once, under the first one's name; for each other one the
// metadata gets an entry "alias.<name>" with that name, by which [LoadSafetensors]
// ties them again. Views that only overlap are stored each by itself.
//
// Refused are names that come twice or are not valid UTF-8, metadata keys that
// begin with "alias.", freed tensors, and dtypes that the format lacks: Complex32,
// Complex128 and the quantised ones.
func SaveSafetensors(path string, tensors []NamedTensor, metadata map[string]string) error {
	return atomicfile.Write(path, func(w io.Writer) error { return WriteSafetensors(w, tensors, metadata) })
}

// WriteSafetensors writes what [SaveSafetensors] writes. The same tensors and
// metadata give the same bytes, and those of the official writer.
func WriteSafetensors(w io.Writer, tensors []NamedTensor, metadata map[string]string) error {
	stored, metadata, err := checkSafetensors(tensors, metadata)
	if err != nil {
		return err
	}
	return writeSafetensors(w, stored, metadata)
}

func writeSafetensors(w io.Writer, stored []storedTensor, metadata map[string]string) error {
	if _, err := w.Write(safetensors.Encode(placeSafetensors(stored), metadata)); err != nil {
		return err
	}
	for _, s := range stored {
		if err := s.tensor.writeElements(w, hostIsBigEndian); err != nil {
			return fmt.Errorf("tensor %.80q: %w", s.Name, err)
		}
	}
	return nil
}

// LoadSafetensors reads all tensors of a file onto the CPU, in the order in which
// they are stored, and its metadata (nil where there is none). Tensors stored as
// an alias come last, and share their memory with the one that they name. The
// tensors belong to no scope, and don't need the file any more: to read less than
// all, or as late as possible, see [OpenSafetensors]. Like that it takes an index
// of several files, too.
//
// The official package's save_model drops tied weights and notes their names in
// the metadata: {"head.weight": "embedding.weight"}. They come back as aliases do,
// and stay in the metadata.
//
// A file that is cut short or breaks the format's rules is an error that names
// the file and the key; no more memory is taken than the file is long.
func LoadSafetensors(path string) (tensors []NamedTensor, metadata map[string]string, err error) {
	f, err := OpenSafetensors(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	return f.load()
}

// ReadSafetensors is [LoadSafetensors] from size bytes of r, of a single file.
func ReadSafetensors(r io.ReaderAt, size int64) ([]NamedTensor, map[string]string, error) {
	s, err := newSafetensorsShard(r, size)
	if err != nil {
		return nil, nil, err
	}
	return s.whole("", nil).load()
}

// SafetensorsHeader reads what a file holds, and its metadata, without reading
// the elements. The order is that of [LoadSafetensors].
func SafetensorsHeader(path string) (tensors []TensorInfo, metadata map[string]string, err error) {
	f, err := OpenSafetensors(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	for _, name := range f.names {
		info, err := f.Info(name)
		if err != nil {
			return nil, nil, err
		}
		tensors = append(tensors, info)
	}
	return tensors, f.metadata, nil
}
