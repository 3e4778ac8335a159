package torch

import (
	"errors"
	"fmt"
	"io"

	"multitorch/internal/libtorch"
)

var opSetStorage = libtorch.NewOp("aten::set_.source_Storage_storage_offset", "self", "source", "storage_offset", "size", "stride")

// storage is memory that tensors of the file share.
type storage struct {
	dtype     DType
	numel     int64
	bigEndian bool    // in the file; it was turned round as elements of dtype
	base      *Tensor // one-dimensional, all of it; of a quantised dtype, the integers
	filled    bool    // in the older format
}

// read reads the elements.
func (s *storage) read(r io.Reader) (err error) {
	s.base, err = readElements(r, s.numel, s.dtype.plain(), s.bigEndian)
	return err
}

// tensor is a view of the memory, as elements of another dtype where d is one.
func (s *storage) tensor(d DType, sizes, strides []int, offset int64) (*Tensor, error) {
	if d == s.base.DType() {
		return s.base.view(sizes, strides, offset)
	}
	if err := d.available(); err != nil {
		return nil, err
	}
	if d == Bool || s.dtype != Uint8 {
		return nil, fmt.Errorf("a tensor of %s lies in a storage of %s; expected an untyped one", d, s.dtype)
	}
	if s.bigEndian && d.Size() > 1 {
		return nil, errors.New("an untyped storage has the byte order of another machine, which PyTorch doesn't turn round either")
	}
	var t *Tensor
	err := Try(func() error { t = Empty(Shape{0}, d); return nil })
	if err != nil {
		return nil, err
	}
	if err := s.putUnder(t, sizes, strides, offset); err != nil {
		t.Free()
		return nil, err
	}
	return t, nil
}

// putUnder makes t, which has no elements, a tensor of that layout in this memory.
func (s *storage) putUnder(t *Tensor, sizes, strides []int, offset int64) error {
	n := s.numel * int64(s.dtype.Size()) / int64(t.DType().Size())
	if err := checkLayout(sizes, strides, offset, n); err != nil {
		return err
	}
	return Try(func() error { doVoid(opSetStorage, t, s.base, min(offset, n), sizes, strides); return nil })
}

// storage is a one-dimensional tensor of all memory behind t, of which t may be a
// view, as elements of d, and t's place in it, in its own elements.
func (t *Tensor) storage(d DType) (base *Tensor, offset int64, err error) {
	err = Try(func() error {
		info := t.info("save")
		if info.HasStorage == 0 {
			return errNoOrdinaryStorage
		}
		base = Empty(Shape{0}, d, t.Device())
		doVoid(opSetStorage, base, t, 0, Shape{int(info.StorageBytes) / d.Size()}, Shape{1})
		offset = info.Offset
		return nil
	})
	return base, offset, err
}
