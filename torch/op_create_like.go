package torch

import (
	"fmt"
	"slices"

	"multitorch/internal/libtorch"
)

var (
	opLogspace     = libtorch.NewOp("aten::logspace", "start", "end", "steps", "base", "dtype", "device")
	opEmptyStrided = libtorch.NewOp("aten::empty_strided", "size", "stride", "dtype", "device")
)

// Logspace is steps values from base**start to base**end, two numbers, both included.
func Logspace(start, end any, steps int, base float64, opts ...Option) *Tensor {
	return settle(opts).make(opLogspace, number("logspace", start), number("logspace", end), steps, base)
}

// EmptyStrided is Empty with strides of one's own, in elements.
func EmptyStrided(shape Shape, stride []int, opts ...Option) *Tensor {
	return settle(opts).make(opEmptyStrided, shape, stride)
}

// ScalarTensor is a tensor without dimensions, of the default dtype.
func ScalarTensor(value any, opts ...Option) *Tensor {
	return settle(opts).make(opScalarTensor, number("scalar_tensor", value))
}

// RandintLike is Randint with t's shape, dtype, device and order in memory.
func RandintLike(t *Tensor, low, high int, opts ...Option) *Tensor {
	return settle(opts).randomLike(t, func(x *Tensor, g *Generator) { x.RandintInplace(low, high, g) })
}

// NewZeros is Zeros with x's dtype and device.
func (x *Tensor) NewZeros(shape Shape, opts ...Option) *Tensor {
	return x.like(opts).make(opZeros, shape)
}

// NewOnes is Ones with x's dtype and device.
func (x *Tensor) NewOnes(shape Shape, opts ...Option) *Tensor {
	return x.like(opts).make(opOnes, shape)
}

// NewEmpty is Empty with x's dtype and device.
func (x *Tensor) NewEmpty(shape Shape, opts ...Option) *Tensor {
	return x.like(opts).make(opEmpty, shape)
}

// NewFull is Full with x's dtype and device.
func (x *Tensor) NewFull(shape Shape, value any, opts ...Option) *Tensor {
	return x.like(opts).make(opFull, shape, number("new_full", value))
}

// NewTensor is [New] with x's dtype and device.
func (x *Tensor) NewTensor(data any, opts ...Option) *Tensor {
	return New(data, slices.Concat([]Option{x.DType(), x.Device()}, opts)...)
}

// like is the options with x's dtype and device where none are given.
func (x *Tensor) like(opts []Option) options {
	return settle(slices.Concat([]Option{x.DType(), x.Device()}, opts))
}

// BroadcastShapes is the shape of tensors of these shapes together.
func BroadcastShapes(shapes ...Shape) Shape {
	var out Shape
	for _, s := range shapes {
		for len(out) < len(s) {
			out = slices.Insert(out, 0, 1)
		}
		for i := range s {
			at := len(out) - len(s) + i
			switch {
			case out[at] == 1:
				out[at] = s[i]
			case s[i] != 1 && s[i] != out[at]:
				panic(&Error{Op: "BroadcastShapes", Kind: ValueError, Message: fmt.Sprintf("the shapes %v do not broadcast", shapes)})
			}
		}
	}
	return out
}
