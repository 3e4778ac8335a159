package torch

import (
	"fmt"
	"slices"

	"multitorch/internal/libtorch"
)

var (
	opFlip                       = libtorch.NewOp("aten::flip")
	opFliplr                     = libtorch.NewOp("aten::fliplr")
	opFlipud                     = libtorch.NewOp("aten::flipud")
	opRot90                      = libtorch.NewOp("aten::rot90")
	opRoll                       = libtorch.NewOp("aten::roll")
	opRepeat                     = libtorch.NewOp("aten::repeat")
	opTile                       = libtorch.NewOp("aten::tile")
	opRepeatInterleaveSelfTensor = libtorch.NewOp("aten::repeat_interleave.self_Tensor")
	opRepeatInterleaveSelfInt    = libtorch.NewOp("aten::repeat_interleave.self_int")
	opMovedimInt                 = libtorch.NewOp("aten::movedim.int")
	opRavel                      = libtorch.NewOp("aten::ravel")
	opUnfold                     = libtorch.NewOp("aten::unfold")
	opBroadcastTo                = libtorch.NewOp("aten::broadcast_to")
	opExpandAs                   = libtorch.NewOp("aten::expand_as")
	opViewDtype                  = libtorch.NewOp("aten::view.dtype")
	opSumToSize                  = libtorch.NewOp("aten::sum_to_size")
	opStrided                    = libtorch.NewOp("aten::as_strided")
	opAsStridedInplace           = libtorch.NewOp("aten::as_strided_")
	opAtleast1d                  = libtorch.NewOp("aten::atleast_1d")
	opAtleast2d                  = libtorch.NewOp("aten::atleast_2d")
	opAtleast3d                  = libtorch.NewOp("aten::atleast_3d")
	opSqueezeInplace             = libtorch.NewOp("aten::squeeze_")
	opSqueezeDimI                = libtorch.NewOp("aten::squeeze_.dim")
	opUnsqueezeInplace           = libtorch.NewOp("aten::unsqueeze_")
	opTransposeInplace           = libtorch.NewOp("aten::transpose_")
	opTInplace                   = libtorch.NewOp("aten::t_")
	opDetachInplace              = libtorch.NewOp("aten::detach_")
	opResizeInplace              = libtorch.NewOp("aten::resize_")
	opSetSourceTensorI           = libtorch.NewOp("aten::set_.source_Tensor")
)

// Flip reverses the order along dims; a copy.
func (x *Tensor) Flip(dims ...int) *Tensor { return do(opFlip, x, dims) }

// Fliplr reverses the columns.
func (x *Tensor) Fliplr() *Tensor { return do1(opFliplr, x) }

// Flipud reverses the rows.
func (x *Tensor) Flipud() *Tensor { return do1(opFlipud, x) }

// Rot90 turns x k times by 90 degrees, from the first to the second of dims.
func (x *Tensor) Rot90(k int, dims [2]int) *Tensor { return do(opRot90, x, k, dims[:]) }

// Roll moves the elements by shift along each of dims, those at the end to the
// beginning; without dims, along the flattened tensor. aten.Roll has a shift for each of
// its dims.
func (x *Tensor) Roll(shift int, dims ...int) *Tensor {
	return do(opRoll, x, slices.Repeat([]int{shift}, max(1, len(dims))), dims)
}

// Repeat copies x a number of times along each dimension.
func (x *Tensor) Repeat(times ...int) *Tensor { return do(opRepeat, x, times) }

// Tile is Repeat that takes fewer numbers than x has dimensions: they are the
// last ones.
func (x *Tensor) Tile(times ...int) *Tensor { return do(opTile, x, times) }

// RepeatInterleave repeats each entry along dim, or of the flattened tensor, a
// number of times: an int, or a tensor with a number for each.
func (x *Tensor) RepeatInterleave(times any, dim ...int) *Tensor {
	if t := asTensor(times); t != nil {
		checkRepeats(x, t)
		return do(opRepeatInterleaveSelfTensor, x, t, first(dim))
	}
	return do(opRepeatInterleaveSelfInt, x, eitherNumber("repeat_interleave", times), first(dim))
}

// checkRepeats refuses counts whose sum wraps around: libtorch would write beyond what it
// has taken for it.
func checkRepeats(x, times *Tensor) {
	if times.DType() != Int64 {
		return
	}
	Scoped(func(s *Scope) {
		if s.Own(s.Own(times.To(Float64)).Sum()).Item() >= 1<<62 {
			panic(&Error{
				Op: "repeat_interleave", Kind: ValueError, Operands: []string{x.describe(), times.describe()},
				Message: "the counts' sum is too large for a tensor",
			})
		}
	})
}

// Movedim moves a dimension to another place; aten.MovedimIntlist moves several.
func (x *Tensor) Movedim(from, to int) *Tensor { return do(opMovedimInt, x, from, to) }

// Ravel is x as a vector; a view where that is possible.
func (x *Tensor) Ravel() *Tensor { return do1(opRavel, x) }

// Unflatten splits a dimension into several, one of which may be -1.
func (x *Tensor) Unflatten(dim int, sizes ...int) *Tensor {
	if dim < 0 {
		dim += x.Dim()
	}
	shape := x.Shape()
	if dim < 0 || dim >= len(shape) {
		panic(&Error{
			Op: "Unflatten", Kind: IndexError, Operands: []string{x.describe()},
			Message: fmt.Sprintf("dimension %d is out of range for %d dimensions", dim, len(shape)),
		})
	}
	return x.View(slices.Concat(shape[:dim], sizes, shape[dim+1:])...)
}

// Unfold is the windows of a size along dim, step apart: a new last dimension; a
// view.
func (x *Tensor) Unfold(dim, size, step int) *Tensor { return do(opUnfold, x, dim, size, step) }

// BroadcastTo is Expand.
func (x *Tensor) BroadcastTo(shape ...int) *Tensor { return do(opBroadcastTo, x, shape) }

// ExpandAs is Expand to other's shape.
func (x *Tensor) ExpandAs(other *Tensor) *Tensor { return binary(opExpandAs, x, other) }

// ViewAs is View with other's shape.
func (x *Tensor) ViewAs(other *Tensor) *Tensor { return x.View(other.Shape()...) }

// ReshapeAs is Reshape to other's shape.
func (x *Tensor) ReshapeAs(other *Tensor) *Tensor { return x.Reshape(other.Shape()...) }

// ViewDType reads x's memory as elements of another dtype; a view.
func (x *Tensor) ViewDType(dtype DType) *Tensor { return do(opViewDtype, x, dtype) }

// SumToSize sums x over what broadcasting had expanded from a shape.
func (x *Tensor) SumToSize(shape ...int) *Tensor { return do(opSumToSize, x, shape) }

// AsStrided is a view of x's memory with sizes, strides and an offset of its own,
// in elements.
func (x *Tensor) AsStrided(size, stride []int, offset int) *Tensor {
	return do(opStrided, x, size, stride, offset)
}

// AsStridedInplace gives x itself another shape over its memory.
func (x *Tensor) AsStridedInplace(size, stride []int, offset int) *Tensor {
	doVoid(opAsStridedInplace, x, size, stride, offset)
	return x
}

// Atleast1D is x with one dimension at least.
func (x *Tensor) Atleast1D() *Tensor { return do1(opAtleast1d, x) }

// Atleast2D is x with two dimensions at least: vectors become rows.
func (x *Tensor) Atleast2D() *Tensor { return do1(opAtleast2d, x) }

// Atleast3D is x with three dimensions at least.
func (x *Tensor) Atleast3D() *Tensor { return do1(opAtleast3d, x) }

// SqueezeInplace is Squeeze of x itself.
func (x *Tensor) SqueezeInplace(dim ...int) *Tensor {
	if len(dim) == 0 {
		return inplace1(opSqueezeInplace, x)
	}
	doVoid(opSqueezeDimI, x, dim[0])
	return x
}

// UnsqueezeInplace is Unsqueeze of x itself.
func (x *Tensor) UnsqueezeInplace(dim int) *Tensor {
	doVoid(opUnsqueezeInplace, x, dim)
	return x
}

// TransposeInplace is Transpose of x itself.
func (x *Tensor) TransposeInplace(dim0, dim1 int) *Tensor {
	doVoid(opTransposeInplace, x, dim0, dim1)
	return x
}

// TInplace is T of x itself.
func (x *Tensor) TInplace() *Tensor { return inplace1(opTInplace, x) }

// DetachInplace cuts x itself off from autograd.
func (x *Tensor) DetachInplace() *Tensor { return inplace1(opDetachInplace, x) }

// ResizeInplace gives x another shape; memory that is added is not set.
func (x *Tensor) ResizeInplace(shape ...int) *Tensor {
	doVoid(opResizeInplace, x, shape)
	return x
}

// SetInplace makes x share other's memory, shape and strides.
func (x *Tensor) SetInplace(other *Tensor) *Tensor { return inplace2(opSetSourceTensorI, x, other) }
