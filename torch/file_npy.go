package torch

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"slices"

	"multitorch/internal/atomicfile"
	"multitorch/internal/dtype"
	"multitorch/internal/npy"
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
	h, n, err := npy.ReadHeader(b, size)
	if err != nil {
		return nil, err
	}
	d := DType(h.DType)
	if err := d.available(); err != nil {
		return nil, fmt.Errorf("the type %s can't be read: %w", d, err)
	}
	flat, err := readElements(func(consume func(io.Reader) error) error { return consume(b) }, n, d, h.BigEndian)
	if err != nil {
		return nil, err
	}
	defer flat.Free()
	sizes := slices.Clone(h.Shape)
	if h.Fortran {
		slices.Reverse(sizes)
	}
	t, err := flat.view(sizes, shape.RowMajor(sizes), 0)
	if err != nil || !h.Fortran {
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
// in full or not at all, and as [SaveSafetensors] without a copy. NumPy has no
// BFloat16.
func SaveNpy(path string, t *Tensor) error {
	return atomicfile.Write(path, func(w io.Writer) error { return WriteNpy(w, t) })
}

// WriteNpy writes what [SaveNpy] writes.
func WriteNpy(w io.Writer, t *Tensor) error {
	return Try(func() error {
		header, err := npy.Encode(dtype.DType(t.DType()), t.Shape(), hostIsBigEndian)
		if err != nil {
			return err
		}
		if _, err := w.Write(header); err != nil {
			return err
		}
		return t.writeElements(w, false)
	})
}
