package torch

import (
	"fmt"
	"reflect"

	"multitorch/internal/libtorch"
)

// What New makes of tensors, as torch.tensor: a copy of one, and a tensor of the numbers
// of several.

var (
	opToCopy   = libtorch.NewOp("aten::_to_copy", "self", "dtype", "device")
	tensorType = reflect.TypeFor[interface{ itself() *Tensor }]()
)

func copyOf(t *Tensor, o options) *Tensor {
	detached := t.Detach()
	defer detached.Free()
	return o.finish(do(opToCopy, detached, o.dtype, o.device))
}

// numbersOf is a tensor of the numbers in v, slices of tensors of one element each.
func numbersOf(v reflect.Value, shape Shape, o options) *Tensor {
	ts := flatTensors(nil, v)
	d := DefaultDType()
	for i, t := range ts {
		if i == 0 {
			d = t.DType()
		}
		d = PromoteTypes(d, t.DType())
	}
	to := d
	if given, ok := o.dtype.(DType); ok {
		to = given
	}
	if !to.IsFloatingPoint() && !to.IsComplex() && (d.IsFloatingPoint() || d.IsComplex()) && len(ts) > 0 {
		panic(&Error{Op: "New", Kind: TypeError, Message: fmt.Sprintf("tensors of %s can't be the numbers of a tensor of %s", d, to)})
	}
	switch {
	case d.IsComplex() && to.IsComplex():
		return o.moved(itemsOf(ts, shape, toComplex), d)
	case d.IsComplex(), d.IsFloatingPoint():
		return o.moved(itemsOf(ts, shape, toReal), d)
	case d == Bool:
		return o.moved(itemsOf(ts, shape, func(v any) bool { return v.(bool) }), d)
	}
	return o.moved(itemsOf(ts, shape, toInt), d)
}

func flatTensors(ts []*Tensor, v reflect.Value) []*Tensor {
	if v.Kind() == reflect.Slice || v.Kind() == reflect.Array {
		for i := range v.Len() {
			ts = flatTensors(ts, v.Index(i))
		}
		return ts
	}
	if k := v.Kind(); (k == reflect.Pointer || k == reflect.Interface) && v.IsNil() {
		panic(&Error{Op: "New", Kind: TypeError, Message: fmt.Sprintf("expected tensors of one element each, but number %d is nil", len(ts))})
	}
	t := asTensor(v.Interface())
	if t.Numel() != 1 {
		panic(&Error{
			Op: "New", Kind: ValueError, Operands: []string{t.describe()},
			Message: "only tensors of one element can stand for numbers; Stack and Cat join others",
		})
	}
	return append(ts, t)
}

// itemsOf is the tensors' items in the widest type of their kind, from which they are
// rounded once, as Python does from its own numbers.
func itemsOf[N Element](ts []*Tensor, shape Shape, number func(item any) N) *Tensor {
	items := make([]N, len(ts))
	for i, t := range ts {
		items[i] = number(doValue(opItem, t))
	}
	return FromSlice(items, shape...)
}

func toComplex(v any) complex128 {
	if c, ok := v.(complex128); ok {
		return c
	}
	return complex(toFloat(v), 0)
}

// toReal refuses what toFloat drops.
func toReal(v any) float64 {
	if c, ok := v.(complex128); ok && imag(c) != 0 {
		panic(&Error{Op: "New", Message: fmt.Sprintf("the complex number %v can't be a real one", c)})
	}
	return toFloat(v)
}

func toInt(v any) int64 {
	if i, ok := v.(int64); ok {
		return i
	}
	return int64(toFloat(v))
}
