package torch

import (
	"archive/zip"
	"bufio"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"multitorch/internal/archive"
	"multitorch/internal/atomicfile"
	"multitorch/internal/regular"
	"multitorch/internal/shape"
)

// LoadNpy reads an array that numpy.save wrote, onto the CPU. Elements may be of
// either byte order. An array in Fortran order has Fortran's strides, as
// torch.from_numpy gives it.
//
// Not read are arrays of strings, objects, dates and records; those of unsigned
// integers but uint8 need libtorch 2.3. No more memory is taken than the file is
// long.
func LoadNpy(path string) (t *Tensor, err error) {
	err = regular.Read(path, "an npy file", func(f *os.File, size int64) error {
		t, err = ReadNpy(f, size)
		return err
	})
	return t, err
}

// ReadNpy is [LoadNpy] from size bytes of r.
func ReadNpy(r io.Reader, size int64) (*Tensor, error) {
	b := bufio.NewReader(io.LimitReader(r, size))
	h, length, err := readNpyHeader(b, size)
	if err != nil {
		return nil, err
	}
	n, err := shape.Count(h.shape)
	if err != nil {
		return nil, err
	}
	if left := size - length; n != left/int64(h.dtype.Size()) || left%int64(h.dtype.Size()) != 0 {
		return nil, fmt.Errorf("%s%v takes %d elements of %d bytes, but %d bytes follow the header", h.dtype, h.shape, n, h.dtype.Size(), left)
	}
	flat, err := readElements(func(consume func(io.Reader) error) error { return consume(b) }, n, h.dtype, h.bigEndian)
	if err != nil {
		return nil, err
	}
	defer flat.Free()
	sizes := slices.Clone(h.shape)
	if h.fortran {
		slices.Reverse(sizes)
	}
	t, err := flat.view(sizes, shape.RowMajor(sizes), 0)
	if err != nil || !h.fortran {
		return t, err
	}
	defer t.Free()
	order := make([]int, len(sizes))
	for i := range order {
		order[i] = len(sizes) - 1 - i
	}
	var turned *Tensor
	err = Try(func() error { turned = do(opPermute, t, order); return nil })
	return turned, err
}

// SaveNpy writes a tensor as numpy.save does, for numpy.load: in row-major order,
// in full or not at all. NumPy has no BFloat16.
func SaveNpy(path string, t *Tensor) error {
	return atomicfile.Write(path, func(w io.Writer) error { return WriteNpy(w, t) })
}

// WriteNpy writes what [SaveNpy] writes.
func WriteNpy(w io.Writer, t *Tensor) error {
	return Try(func() error {
		header, err := npyHeaderFor(t)
		if err != nil {
			return err
		}
		if _, err := w.Write(header); err != nil {
			return err
		}
		return t.writeElements(w, false)
	})
}

// LoadNpz reads the arrays of a file that numpy.savez or numpy.savez_compressed
// wrote, each as [LoadNpy] does, in the order of the file. A file that would
// expand to more than 16 times its length is refused.
func LoadNpz(path string) (tensors []NamedTensor, err error) {
	err = regular.Read(path, "an npz file", func(f *os.File, size int64) error {
		tensors, err = ReadNpz(f, size)
		return err
	})
	return tensors, err
}

// ReadNpz is [LoadNpz] from size bytes of r.
func ReadNpz(r io.ReaderAt, size int64) (tensors []NamedTensor, err error) {
	z, err := archive.Open(r, size)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			for _, t := range tensors {
				t.Tensor.Free()
			}
			tensors = nil
		}
	}()
	for _, f := range z.Entries {
		name, is := strings.CutSuffix(f.Name, ".npy")
		if !is {
			return tensors, fmt.Errorf("entry %q: expected names that end in .npy", f.Name)
		}
		err := z.Read(f, func(r io.Reader, size int64) error {
			t, err := ReadNpy(r, size)
			if err == nil {
				tensors = append(tensors, NamedTensor{name, t})
			}
			return err
		})
		if err != nil {
			return tensors, err
		}
	}
	return tensors, nil
}

// SaveNpz writes tensors as numpy.savez does, for numpy.load: not compressed, in
// full or not at all. The same tensors give the same bytes.
func SaveNpz(path string, tensors []NamedTensor) error {
	return atomicfile.Write(path, func(w io.Writer) error { return WriteNpz(w, tensors) })
}

// WriteNpz writes what [SaveNpz] writes.
func WriteNpz(w io.Writer, tensors []NamedTensor) error {
	z := zip.NewWriter(w)
	names := map[string]bool{}
	for _, t := range tensors {
		if names[t.Name] || t.Name == "" || !utf8.ValidString(t.Name) || strings.HasSuffix(t.Name, "/") {
			return fmt.Errorf("tensor %q: expected a name that is valid UTF-8 and comes once", t.Name)
		}
		names[t.Name] = true
		entry, err := z.CreateHeader(&zip.FileHeader{Name: t.Name + ".npy", Method: zip.Store})
		if err == nil {
			err = WriteNpy(entry, t.Tensor)
		}
		if err != nil {
			return fmt.Errorf("tensor %q: %w", t.Name, err)
		}
	}
	return z.Close()
}
