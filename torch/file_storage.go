package torch

import (
	bin "encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"slices"
	"unsafe"

	"multitorch/internal/libtorch"
)

var opAsStrided = libtorch.NewOp("aten::as_strided", "self", "size", "stride", "storage_offset")

var hostIsBigEndian = bin.NativeEndian.Uint16([]byte{0, 1}) == 1

// readElements makes a one-dimensional tensor of n elements and reads them. The
// caller has checked that they are there, so that the memory is in proportion.
func readElements(r io.Reader, n int64, d DType, bigEndian bool) (t *Tensor, err error) {
	if err := Try(func() error { t = Empty(Shape{int(n)}, d); return nil }); err != nil {
		return nil, err
	}
	if err = t.readFrom(r, bigEndian); err != nil {
		t.Free()
		return nil, err
	}
	return t, nil
}

// withMemory calls f with the elements of a contiguous tensor: on the CPU they are
// the tensor's own memory, which f may change, elsewhere a copy.
func (t *Tensor) withMemory(f func(elements []byte) error) error {
	if t.Device() != CPU {
		var copied []byte
		if err := Try(func() error { copied = t.Bytes(); return nil }); err != nil {
			return err
		}
		return f(copied)
	}
	info := t.info("memory")
	data, err := t.acquire("memory").DataPtr()
	defer t.release()
	if err != nil {
		return err
	}
	if info.Numel == 0 {
		return f(nil)
	}
	return f(unsafe.Slice((*byte)(data), info.Numel*int64(info.ItemSize)))
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

// checkLayout checks that a tensor of these sizes and strides lies within a
// storage of n elements.
func checkLayout(sizes, strides []int, offset, n int64) error {
	const mostDims = 64 // libtorch's own limit in most operators
	if len(sizes) != len(strides) || len(sizes) > mostDims {
		return fmt.Errorf("a tensor has %d sizes and %d strides; expected as many, and no more than %d", len(sizes), len(strides), mostDims)
	}
	if slices.ContainsFunc(slices.Concat(sizes, strides), func(v int) bool { return v < 0 }) || offset < 0 {
		return fmt.Errorf("a tensor has negative sizes %v, strides %v or offset %d", sizes, strides, offset)
	}
	if _, err := countElements(sizes); err != nil {
		return err
	}
	if slices.Contains(sizes, 0) {
		return nil // PyTorch leaves any offset to tensors without elements
	}
	last := uint64(offset)
	for i, size := range sizes {
		high, step := bits.Mul64(uint64(size-1), uint64(strides[i]))
		last += step
		if high != 0 || step > math.MaxInt64 || last >= uint64(n) {
			last = uint64(n)
			break
		}
	}
	if last >= uint64(n) {
		return fmt.Errorf("a tensor of sizes %v and strides %v at %d does not lie within its storage, which has %d elements", sizes, strides, offset, n)
	}
	return nil
}

// countElements is the product of the sizes, which must be such that libtorch can
// count the bytes too.
func countElements(sizes []int) (int64, error) {
	n, empty := uint64(1), false
	for _, size := range sizes {
		if size < 0 {
			return 0, fmt.Errorf("the shape %v has a negative size", sizes)
		}
		// Sizes of 0 are left out of the product, or it could overflow unseen before one.
		high, low := bits.Mul64(n, uint64(max(size, 1)))
		if high != 0 || low > math.MaxInt64/16 {
			return 0, fmt.Errorf("the shape %v is larger than any memory", sizes)
		}
		n, empty = low, empty || size == 0
	}
	if empty {
		return 0, nil
	}
	return int64(n), nil
}

// view is the tensor of such a layout in the storage that base covers.
func (t *Tensor) view(sizes, strides []int, offset int64) (v *Tensor, err error) {
	if err := checkLayout(sizes, strides, offset, int64(t.Numel())); err != nil {
		return nil, err
	}
	err = Try(func() error { v = do(opAsStrided, t, sizes, strides, min(offset, int64(t.Numel()))); return nil })
	return v, err
}
