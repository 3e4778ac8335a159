package torch

import (
	"fmt"
	"reflect"
	"slices"
	"sync"

	"multitorch/internal/libtorch"
	"multitorch/internal/version"
)

var (
	opIndex        = libtorch.NewOp("aten::index.Tensor", "self", "indices")
	opIndexPut     = libtorch.NewOp("aten::index_put_", "self", "indices", "values", "accumulate")
	opAlias        = libtorch.NewOp("aten::alias", "self")
	opFillTensor   = libtorch.NewOp("aten::fill_.Tensor", "self", "value")
	opScalarTensor = libtorch.NewOp("aten::scalar_tensor", "s", "dtype", "device")
)

// Slice is Python's start:stop:step inside brackets. Its fields are ints (int64 and
// int32 too, or tensors of one integer); nil leaves one out. Negative ends count from
// the back; the step must be positive.
type Slice struct{ Start, Stop, Step any }

// R is the slice start:stop or, with a step, start:stop:step.
//
//	x.Index(torch.R(1, nil), torch.R(nil, -1, 2)) // x[1:, :-1:2]
func R(start, stop any, step ...int) Slice {
	s := Slice{Start: start, Stop: stop}
	if len(step) > 0 {
		s.Step = step[0]
	}
	return s
}

type bracket string

// What stands in brackets beside numbers, slices and tensors.
const (
	Colon    bracket = ":"    // a whole dimension
	NewAxis  bracket = "None" // a new dimension of size 1; nil means the same
	Ellipsis bracket = "..."  // as many whole dimensions as are left
)

// Index is what Python's brackets are: x.Index(0, torch.R(1, 3), torch.NewAxis)
// is x[0, 1:3, None]. An index is
//
//   - an int, or a tensor of one integer: that entry, without the dimension;
//   - a [Slice], made by [R]; [Colon], [Ellipsis], [NewAxis] or nil;
//   - a tensor of integers, or a Go slice of ints: those entries;
//   - a tensor of truth values (a mask), or a Go slice of bools: the entries
//     where it holds, over as many dimensions as the mask has;
//   - a bool: a new dimension of size 1 or 0.
//
// The result is a view of x, unless masks, tensors or bools are among the
// indices: then it is a copy. An index that is out of range is an [*Error] of the
// kind [IndexError].
func (x *Tensor) Index(indices ...any) *Tensor {
	if len(indices) == 1 {
		if i, isInt := indices[0].(int); isInt {
			if h, scope, err := x.callInts(opSelect, 0, i); err == nil {
				return newTensor(h, scope)
			} // or else what follows says why, as Python does
		}
	}
	b := newBrackets(x, slices.Clone(indices)) // a copy: so that the quick way costs no memory
	defer b.free()
	if len(b.tensors) > 0 {
		return do(opIndex, b.view, b.tensors)
	}
	if b.view == x {
		return do1(opAlias, x)
	}
	return b.take()
}

// IndexPut sets what [Tensor.Index] would return to a value, in place, and
// returns x: Python's x[indices] = value. The value is a Go number or a tensor,
// which is broadcast to the place. aten.IndexPutInplace, of tensors as indices, can
// accumulate where one place is named twice.
func (x *Tensor) IndexPut(value any, indices ...any) *Tensor {
	if len(indices) == 1 {
		switch indices[0] {
		case false:
			return x // nothing is selected
		case true:
			indices = []any{NewAxis} // a view, as in PyTorch
		}
	}
	b := newBrackets(x, indices)
	defer b.free()
	v := asTensor(value)
	if v == nil {
		value = eitherNumber("IndexPut", value)
		if b.fill(value) {
			return x
		}
		v = b.own(do(opScalarTensor, value, x.DType(), x.Device()))
	}
	if len(b.tensors) == 0 {
		b.copyTo(b.view, v)
		return x
	}
	if s := v.Shape(); len(s) > 0 && s[0] == 1 {
		v = b.own(v.View(withoutLeadingOnes(s)...))
	}
	doVoid(opIndexPut, b.view, b.tensors, v, false)
	return x
}

// brackets applies indices one after the other, as PyTorch does
// (torch/csrc/autograd/python_variable_indexing.cpp): what can be a view becomes
// one at once, and tensors wait for one call of aten::index.
type brackets struct {
	x, view *Tensor
	alone   bool      // there is one index only
	dim     int       // of view, at which the next index applies
	axis    int       // of x, for messages
	merged  int       // dimensions of view before dim that have no place in tensors
	tensors []*Tensor // by dimension of view; nil where there is none
	owned   []*Tensor // what was made on the way, to be freed
}

func newBrackets(x *Tensor, indices []any) *brackets {
	b := &brackets{x: x, view: x, alone: len(indices) == 1}
	done := false
	defer func() {
		if !done {
			b.free()
		}
	}()
	rest, dims := x.Dim(), x.Dim()
	list := make([]any, len(indices))
	for i, index := range indices {
		list[i] = b.normal(index)
		rest -= consumed(list[i])
	}
	if rest < 0 {
		panic(b.error(IndexError, "too many indices for tensor of dimension %d", dims))
	}
	for _, index := range list {
		b.apply(index, rest)
	}
	done = true
	return b
}

// normal turns an index into an int, a bool, a Slice, a bracket or a tensor.
func (b *brackets) normal(index any) any {
	switch v := index.(type) {
	case nil:
		return NewAxis
	case bracket:
		if v == Colon {
			return Slice{}
		}
		return v
	case int, bool, Slice:
		return v
	}
	if t := asTensor(index); t != nil {
		if t.Dim() > 0 {
			return t
		}
		switch d := t.DType(); {
		case d == Bool || d == Uint8:
			return t.Item() != 0
		case !d.IsFloatingPoint() && !d.IsComplex():
			return int(t.ItemInt())
		}
		return t
	}
	switch v := reflect.ValueOf(index); v.Kind() {
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return int(v.Int())
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return int(v.Uint())
	case reflect.Slice, reflect.Array:
		return b.own(New(index))
	}
	panic(b.error(TypeError, "expected an int, a Slice, a bool, NewAxis, Ellipsis, a tensor or a slice of ints or bools as index, but got a %T", index))
}

// consumed is the number of x's dimensions that an index speaks of.
func consumed(index any) int {
	switch v := index.(type) {
	case bool, bracket:
		return 0
	case *Tensor:
		if d := v.DType(); d == Bool || d == Uint8 {
			return v.Dim()
		}
	}
	return 1
}

// apply applies one index; an ellipsis stands for rest dimensions.
func (b *brackets) apply(index any, rest int) {
	switch v := index.(type) {
	case int:
		size := b.view.Size(b.dim)
		if v < -size || v >= size {
			panic(b.error(IndexError, "index %d is out of bounds for dimension %d with size %d", v, b.axis, size))
		}
		b.step(b.view.Select(b.dim, v))
		b.axis++
	case Slice:
		b.slice(v)
		b.dim++
		b.axis++
	case bracket:
		if v == Ellipsis {
			b.dim += rest
			b.axis += rest
			return
		}
		b.step(b.view.Unsqueeze(b.dim))
		b.dim++
	case bool:
		b.step(b.view.Unsqueeze(b.dim))
		n := 0
		if v {
			n = 1
		}
		b.wait(b.own(Zeros(Shape{n}, Int64, b.x.Device())))
	case *Tensor:
		b.axis += consumed(v)
		b.wait(v)
	}
}

func (b *brackets) slice(s Slice) {
	size := b.view.Size(b.dim)
	step := b.number(s.Step, 1)
	if step <= 0 {
		panic(b.error(ValueError, "step must be greater than zero, but got %d; Flip reverses a dimension", step))
	}
	start, stop := b.number(s.Start, 0), b.number(s.Stop, size)
	if start == 0 && stop == size && step == 1 && !b.alone {
		return // as newer PyTorch does, but where it is the only index
	}
	b.step(b.view.Slice(b.dim, start, stop, step))
}

func (b *brackets) number(v any, missing int) int {
	switch v := v.(type) {
	case nil:
		return missing
	case int:
		return v
	case int64:
		return int(v)
	case int32:
		return int(v)
	}
	if t := asTensor(v); t != nil {
		return int(t.ItemInt())
	}
	panic(b.error(TypeError, "a slice takes ints or nil, but got a %T", v))
}

// masksSpan tells whether the index after a mask of several dimensions applies
// after all of them, which is right, or one dimension after the first of them, as
// in PyTorch before 2.9: x[mask, ..., 1] was another thing then (or an error).
var masksSpan = sync.OnceValue(func() bool { return version.AtLeast(Version(), 2, 9) })

// wait puts a tensor beside the dimension to which aten::index will apply it. A
// mask of several dimensions has one place.
func (b *brackets) wait(t *Tensor) {
	for len(b.tensors) < b.dim-b.merged {
		b.tensors = append(b.tensors, nil)
	}
	b.tensors = append(b.tensors, t)
	b.dim++
	if more := consumed(t) - 1; more > 0 && masksSpan() {
		b.dim += more
		b.merged += more
	}
}

func (b *brackets) step(view *Tensor) { b.view = b.own(view) }

func (b *brackets) own(t *Tensor) *Tensor {
	b.owned = append(b.owned, t)
	return t
}

// take hands the view out.
func (b *brackets) take() *Tensor {
	for i, t := range b.owned {
		if t == b.view {
			b.owned = append(b.owned[:i], b.owned[i+1:]...)
			break
		}
	}
	return b.view
}

func (b *brackets) free() {
	for _, t := range b.owned {
		t.tryFree()
	}
	b.owned = nil
}

// copyTo broadcasts src to dst; leading dimensions of size 1 may be too many. As in
// PyTorch, src is expanded to dst's shape first: x[None] = x has one memory on both
// sides, which may be copied where their strides are the same.
func (b *brackets) copyTo(dst, src *Tensor) {
	shape, place := src.Shape(), dst.Shape()
	if len(shape) == 0 && len(place) > 0 && src.Device() == CPU {
		doVoid(opFillTensor, dst, src)
		return
	}
	if !slices.Equal(place, shape) {
		if len(shape) > 0 && shape[0] == 1 {
			src = b.own(src.View(withoutLeadingOnes(shape)...))
		}
		src = b.own(src.Expand(place...))
	}
	doVoid(opCopy, dst, src, false)
}

func withoutLeadingOnes(shape Shape) Shape {
	for len(shape) > 0 && shape[0] == 1 {
		shape = shape[1:]
	}
	return shape
}

func (b *brackets) error(kind Kind, format string, args ...any) *Error {
	return &Error{Op: "Index", Kind: kind, Operands: []string{b.x.describe()}, Message: fmt.Sprintf(format, args...)}
}
