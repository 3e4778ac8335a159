package torch

import (
	"fmt"
	"math/big"
	"slices"

	"multitorch/internal/dtype"
	"multitorch/internal/libtorch"
	"multitorch/internal/pickle"
	"multitorch/internal/pt"
)

var (
	opConj       = libtorch.NewOp("aten::_conj", "self")
	opNegView    = libtorch.NewOp("aten::_neg_view", "self")
	opSetStorage = libtorch.NewOp("aten::set_.source_Storage_storage_offset", "self", "source", "storage_offset", "size", "stride")
)

// ptBuilder makes Go values of what package pt describes. What a file holds once
// is made once.
type ptBuilder struct {
	storages map[*pt.Storage]*Tensor // one-dimensional, all of each; of a quantised dtype, the integers
	tensors  map[*pt.Tensor]*Tensor
	values   map[any]any // lists, tuples and dicts
}

func newPTBuilder() *ptBuilder {
	return &ptBuilder{map[*pt.Storage]*Tensor{}, map[*pt.Tensor]*Tensor{}, map[any]any{}}
}

// close frees what only the builder needed, or all after an error.
func (b *ptBuilder) close(failed bool) {
	for _, base := range b.storages {
		base.Free()
	}
	for _, t := range b.tensors {
		if failed {
			t.Free()
		}
	}
}

// value makes a value, which is known to have no cycles.
func (b *ptBuilder) value(v any) (any, error) {
	switch v := v.(type) {
	case *pt.Tensor:
		if t := b.tensors[v]; t != nil {
			return t, nil
		}
		t, err := b.tensor(v)
		if err != nil {
			return nil, err
		}
		b.tensors[v] = t
		return t, nil
	case pt.Size:
		return Shape(slices.Clone(v)), nil
	case dtype.DType:
		return DType(v), nil
	case pt.Scheme:
		return schemeOf(v), nil
	case pt.Device:
		if len(v) > 40 {
			return nil, fmt.Errorf("the name of a device has %d bytes", len(v))
		}
		device, err := ParseDevice(string(v))
		if err != nil {
			return nil, err
		}
		return device, nil
	case *pickle.List, *pickle.Tuple, *pickle.Dict:
		if seen, ok := b.values[v]; ok {
			return seen, nil
		}
		made, err := b.collection(v)
		if err != nil {
			return nil, err
		}
		b.values[v] = made
		return made, nil
	case nil, bool, int64, float64, string, complex128, []byte, *big.Int:
		return v, nil
	}
	return nil, fmt.Errorf("the file holds %s as a value; expected tensors and plain data", pickle.Describe(v))
}

func (b *ptBuilder) collection(v any) (any, error) {
	switch v := v.(type) {
	case *pickle.List:
		return b.items(v.Items)
	case *pickle.Tuple:
		items, err := b.items(v.Items)
		return Tuple(items), err
	}
	d := &Dict{}
	from := v.(*pickle.Dict)
	for at, key := range from.Keys {
		value, err := b.value(from.At(at))
		if err != nil {
			return nil, err
		}
		d.Set(key, value)
	}
	return d, nil
}

func (b *ptBuilder) items(from []any) ([]any, error) {
	items := make([]any, len(from))
	for i, item := range from {
		v, err := b.value(item)
		if err != nil {
			return nil, err
		}
		items[i] = v
	}
	return items, nil
}

// tensor makes a tensor, which is the caller's.
func (b *ptBuilder) tensor(t *pt.Tensor) (x *Tensor, err error) {
	switch {
	case t.Sparse != nil:
		x, err = b.sparse(t)
	case t.Quantizer != nil:
		x, err = b.quantized(t)
	default:
		x, err = b.plain(t)
	}
	if err != nil {
		return nil, err
	}
	for _, lazy := range []struct {
		pending bool
		op      *libtorch.Op
	}{{t.Conj, opConj}, {t.Neg, opNegView}} {
		if !lazy.pending {
			continue
		}
		before := x
		x, err = apply(lazy.op, before)
		before.Free()
		if err != nil {
			return nil, err
		}
	}
	if t.RequiresGrad {
		if err := Try(func() error { x.SetRequiresGrad(true); return nil }); err != nil {
			x.Free()
			return nil, err
		}
	}
	return x, nil
}

// plain makes a view of the memory, as elements of another dtype where that is to be.
func (b *ptBuilder) plain(t *pt.Tensor) (*Tensor, error) {
	base, err := b.storage(t.Storage)
	if err != nil {
		return nil, err
	}
	d := DType(t.DType)
	if d == base.DType() {
		return base.view(t.Sizes, t.Strides, t.Offset)
	}
	if err := d.available(); err != nil {
		return nil, err
	}
	var x *Tensor
	if err := Try(func() error { x = Empty(Shape{0}, d); return nil }); err != nil {
		return nil, err
	}
	return b.putUnder(x, t)
}

// storage is the memory that tensors share, which is read when the first of them
// is made.
func (b *ptBuilder) storage(s *pt.Storage) (*Tensor, error) {
	if base := b.storages[s]; base != nil {
		return base, nil
	}
	base, err := readElements(s.Elements, s.Numel, DType(s.DType).plain(), s.BigEndian)
	if err != nil {
		return nil, err
	}
	b.storages[s] = base
	return base, nil
}

// putUnder makes x, which has no elements, the tensor that t describes.
func (b *ptBuilder) putUnder(x *Tensor, t *pt.Tensor) (*Tensor, error) {
	base, err := b.storage(t.Storage)
	if err == nil {
		err = Try(func() error { doVoid(opSetStorage, x, base, t.Offset, t.Sizes, t.Strides); return nil })
	}
	if err != nil {
		x.Free()
		return nil, err
	}
	return x, nil
}

func apply(op *libtorch.Op, x *Tensor) (t *Tensor, err error) {
	err = Try(func() error { t = do(op, x); return nil })
	return t, err
}
