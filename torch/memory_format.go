package torch

import (
	"fmt"

	"multitorch/internal/libtorch"
)

// MemoryFormat is the order of a dense tensor's elements in memory. The shape and the values
// are the same in all; convolutions of images are often quicker in [ChannelsLast].
//
// As an [Option], Python's memory_format, it asks [Tensor.To], nn.To, [Empty] and the makers whose
// names end in Like for that order; [Tensor.Clone], [Tensor.Contiguous] and
// [Tensor.IsContiguous] take one as well. Makers that Python gives no memory_format, as [Zeros],
// refuse it with an [*Error].
type MemoryFormat int

// The memory formats, numbered as libtorch numbers them.
const (
	ContiguousFormat MemoryFormat = 0 // row-major: [N, C, H, W] as it is written
	PreserveFormat   MemoryFormat = 1 // as the tensor that it is made from, where that is dense
	ChannelsLast     MemoryFormat = 2 // [N, C, H, W] in memory as [N, H, W, C]; of 4 dimensions alone
	ChannelsLast3d   MemoryFormat = 3 // [N, C, D, H, W] in memory as [N, D, H, W, C]; of 5 dimensions alone
)

func (f MemoryFormat) applyTo(o *options) { o.format = f }

// String is Python's: "torch.channels_last".
func (f MemoryFormat) String() string {
	switch f {
	case ContiguousFormat:
		return "torch.contiguous_format"
	case PreserveFormat:
		return "torch.preserve_format"
	case ChannelsLast:
		return "torch.channels_last"
	case ChannelsLast3d:
		return "torch.channels_last_3d"
	}
	return fmt.Sprintf("memory_format(%d)", int(f))
}

var (
	opContiguousIn = libtorch.NewOp("aten::contiguous", "self", "memory_format")
	opCloneIn      = libtorch.NewOp("aten::clone", "self", "memory_format")
)

// Contiguous is x in row-major order, or in the one format that is given: x's own memory if it
// is so already, else a copy.
func (x *Tensor) Contiguous(format ...MemoryFormat) *Tensor {
	if len(format) == 0 {
		return do1(opContiguous, x)
	}
	return do(opContiguousIn, x, oneOrder("contiguous", format))
}

// IsContiguous reports whether the elements lie in memory in row-major order, or in the one
// format that is given.
func (x *Tensor) IsContiguous(format ...MemoryFormat) bool {
	info := x.info("IsContiguous")
	if len(format) == 0 {
		return info.IsContiguous != 0
	}
	var order []int // of the dimensions, those whose neighbours are closest in memory first
	switch oneOrder("is_contiguous", format) {
	case ContiguousFormat:
		return info.IsContiguous != 0
	case ChannelsLast:
		order = []int{1, 3, 2, 0}
	case ChannelsLast3d:
		order = []int{1, 4, 3, 2, 0}
	}
	return info.HasStorage != 0 && int(info.Dims) == len(order) && x.isOrdered(order)
}

// isOrdered reports whether the elements fill their memory in an order of the dimensions.
func (x *Tensor) isOrdered(order []int) bool {
	sizes, strides := x.layout()
	next := 1
	for _, d := range order {
		if sizes[d] == 1 {
			continue
		}
		if strides[d] != next {
			return false
		}
		next *= sizes[d]
	}
	return true
}

// Clone is a copy that autograd follows, in x's order of elements, or in the one format that is
// given.
func (x *Tensor) Clone(format ...MemoryFormat) *Tensor {
	if len(format) == 0 {
		return do1(opClone, x)
	}
	return do(opCloneIn, x, oneFormat("clone", format))
}

// oneFormat is the only one of a method's formats.
func oneFormat(op string, format []MemoryFormat) MemoryFormat {
	if len(format) != 1 {
		panic(&Error{Op: op, Kind: TypeError, Message: fmt.Sprintf("expected one memory format, but got %v", format)})
	}
	if f := format[0]; f < ContiguousFormat || f > ChannelsLast3d {
		panic(&Error{Op: op, Kind: ValueError, Message: "expected a memory format, but got " + f.String()})
	}
	return format[0]
}

// oneOrder is oneFormat where the format has to say itself what the order is.
func oneOrder(op string, format []MemoryFormat) MemoryFormat {
	f := oneFormat(op, format)
	if f == PreserveFormat {
		panic(&Error{Op: op, Kind: ValueError, Message: f.String() + " has no meaning here: expected an order of elements"})
	}
	return f
}
