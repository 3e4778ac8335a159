package torch

import (
	bin "encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"multitorch/internal/libtorch"
	"multitorch/internal/shape"
)

var (
	opAsStrided    = libtorch.NewOp("aten::as_strided", "self", "size", "stride", "storage_offset")
	opIsZeroTensor = libtorch.NewOp("aten::_is_zerotensor")
)

var hostIsBigEndian = bin.NativeEndian.Uint16([]byte{0, 1}) == 1

// readElements makes a one-dimensional tensor of n elements and reads them. The
// caller has checked that they are there, so that the memory is in proportion.
func readElements(from func(func(io.Reader) error) error, n int64, d DType, bigEndian bool) (t *Tensor, err error) {
	if err := Try(func() error { t = Empty(Shape{int(n)}, d); return nil }); err != nil {
		return nil, err
	}
	if err = from(func(r io.Reader) error { return t.readFrom(r, bigEndian) }); err != nil {
		t.Free()
		return nil, err
	}
	return t, nil
}

// readFrom reads the elements of a contiguous CPU tensor from a file of that byte order.
func (t *Tensor) readFrom(r io.Reader, bigEndian bool) error {
	d := t.DType()
	return t.withMemory(func(elements []byte) error {
		if _, err := io.ReadFull(r, elements); err == io.EOF || err == io.ErrUnexpectedEOF {
			return errors.New("the file ends within its elements")
		} else if err != nil {
			return err
		}
		if bigEndian != hostIsBigEndian {
			swapBytes(elements, d)
		}
		if d != Bool {
			return nil
		}
		// C++ may do anything with a bool that is neither.
		if i := slices.IndexFunc(elements, func(b byte) bool { return b > 1 }); i >= 0 {
			return fmt.Errorf("element %d is the byte %d, but a bool is 0 or 1", i, elements[i])
		}
		return nil
	})
}

// swapBytes turns the byte order of every number round.
func swapBytes(elements []byte, d DType) {
	width := d.Size()
	if d.IsComplex() {
		width /= 2
	}
	if width == 1 {
		return
	}
	for number := range slices.Chunk(elements, width) {
		slices.Reverse(number)
	}
}

// view is the tensor of such a layout in the storage that base covers.
func (t *Tensor) view(sizes, strides []int, offset int64) (v *Tensor, err error) {
	if err := shape.CheckLayout(sizes, strides, offset, int64(t.Numel())); err != nil {
		return nil, err
	}
	err = Try(func() error { v = do(opAsStrided, t, sizes, strides, min(offset, int64(t.Numel()))); return nil })
	return v, err
}
