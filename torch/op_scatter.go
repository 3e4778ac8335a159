package torch

import "multitorch/internal/libtorch"

// An index of these functions is a tensor of Int64.

var (
	opScatterSrc           = libtorch.NewOp("aten::scatter.src")
	opScatterValue         = libtorch.NewOp("aten::scatter.value")
	opScatterSrcI          = libtorch.NewOp("aten::scatter_.src")
	opScatterValueI        = libtorch.NewOp("aten::scatter_.value")
	opScatterAdd           = libtorch.NewOp("aten::scatter_add")
	opScatterAddInplace    = libtorch.NewOp("aten::scatter_add_")
	opScatterReduceTwo     = libtorch.NewOp("aten::scatter_reduce.two")
	opScatterReduceTwoI    = libtorch.NewOp("aten::scatter_reduce_.two")
	opIndexAdd             = libtorch.NewOp("aten::index_add", "self", "dim", "index", "source", "alpha")
	opIndexAddInplace      = libtorch.NewOp("aten::index_add_", "self", "dim", "index", "source", "alpha")
	opIndexCopy            = libtorch.NewOp("aten::index_copy")
	opIndexCopyInplace     = libtorch.NewOp("aten::index_copy_")
	opIndexFillIntScalar   = libtorch.NewOp("aten::index_fill.int_Scalar")
	opIndexFillIntScalarI  = libtorch.NewOp("aten::index_fill_.int_Scalar")
	opIndexFillIntTensor   = libtorch.NewOp("aten::index_fill.int_Tensor")
	opIndexFillIntTensorI  = libtorch.NewOp("aten::index_fill_.int_Tensor")
	opIndexReduce          = libtorch.NewOp("aten::index_reduce")
	opIndexReduceInplace   = libtorch.NewOp("aten::index_reduce_")
	opMaskedSelect         = libtorch.NewOp("aten::masked_select")
	opMaskedScatter        = libtorch.NewOp("aten::masked_scatter")
	opMaskedScatterInplace = libtorch.NewOp("aten::masked_scatter_")
	opTake                 = libtorch.NewOp("aten::take")
	opTakeAlongDim         = libtorch.NewOp("aten::take_along_dim")
	opPut                  = libtorch.NewOp("aten::put")
	opPutInplace           = libtorch.NewOp("aten::put_")
	opSelectScatter        = libtorch.NewOp("aten::select_scatter")
	opSliceScatter         = libtorch.NewOp("aten::slice_scatter")
)

// Scatter is x with src, a tensor or a number, at the places along dim that index
// names: result[index[i][j]][j] = src[i][j] for dim 0.
func (x *Tensor) Scatter(dim int, index *Tensor, src any) *Tensor {
	if t := asTensor(src); t != nil {
		return do(opScatterSrc, x, dim, index, t)
	}
	return do(opScatterValue, x, dim, index, eitherNumber("scatter", src))
}

// ScatterInplace is Scatter into x itself.
func (x *Tensor) ScatterInplace(dim int, index *Tensor, src any) *Tensor {
	if t := asTensor(src); t != nil {
		doVoid(opScatterSrcI, x, dim, index, t)
	} else {
		doVoid(opScatterValueI, x, dim, index, eitherNumber("scatter_", src))
	}
	return x
}

// ScatterAdd is Scatter that adds.
func (x *Tensor) ScatterAdd(dim int, index, src *Tensor) *Tensor {
	return do(opScatterAdd, x, dim, index, src)
}

// ScatterAddInplace is ScatterAdd into x itself.
func (x *Tensor) ScatterAddInplace(dim int, index, src *Tensor) *Tensor {
	doVoid(opScatterAddInplace, x, dim, index, src)
	return x
}

// ScatterReduce is Scatter that reduces what meets at a place: by "sum", "prod",
// "mean", "amax" or "amin"; x's own elements take part with includeSelf.
func (x *Tensor) ScatterReduce(dim int, index, src *Tensor, reduce string, includeSelf bool) *Tensor {
	return do(opScatterReduceTwo, x, dim, index, src, reduce, includeSelf)
}

// ScatterReduceInplace is ScatterReduce into x itself.
func (x *Tensor) ScatterReduceInplace(dim int, index, src *Tensor, reduce string, includeSelf bool) *Tensor {
	doVoid(opScatterReduceTwoI, x, dim, index, src, reduce, includeSelf)
	return x
}

// IndexAdd is x with alpha times the entries of source added to those of dim that
// a vector names.
func (x *Tensor) IndexAdd(dim int, index, source *Tensor, alpha float64) *Tensor {
	return do(opIndexAdd, x, dim, index, source, alpha)
}

// IndexAddInplace is IndexAdd into x itself.
func (x *Tensor) IndexAddInplace(dim int, index, source *Tensor, alpha float64) *Tensor {
	doVoid(opIndexAddInplace, x, dim, index, source, alpha)
	return x
}

// IndexCopy is x with the entries of dim that a vector names taken from source.
func (x *Tensor) IndexCopy(dim int, index, source *Tensor) *Tensor {
	return do(opIndexCopy, x, dim, index, source)
}

// IndexCopyInplace is IndexCopy into x itself.
func (x *Tensor) IndexCopyInplace(dim int, index, source *Tensor) *Tensor {
	doVoid(opIndexCopyInplace, x, dim, index, source)
	return x
}

// IndexFill is x with the entries of dim that a vector names set to a value, a number or
// a tensor without dimensions.
func (x *Tensor) IndexFill(dim int, index *Tensor, value any) *Tensor {
	if t := asTensor(value); t != nil {
		return do(opIndexFillIntTensor, x, dim, index, t)
	}
	return do(opIndexFillIntScalar, x, dim, index, number("index_fill", value))
}

// IndexFillInplace is IndexFill into x itself.
func (x *Tensor) IndexFillInplace(dim int, index *Tensor, value any) *Tensor {
	if t := asTensor(value); t != nil {
		doVoid(opIndexFillIntTensorI, x, dim, index, t)
	} else {
		doVoid(opIndexFillIntScalarI, x, dim, index, number("index_fill_", value))
	}
	return x
}

// IndexReduce is IndexAdd that reduces: by "prod", "mean", "amax" or "amin".
func (x *Tensor) IndexReduce(dim int, index, source *Tensor, reduce string, includeSelf bool) *Tensor {
	return do(opIndexReduce, x, dim, index, source, reduce, includeSelf)
}

// IndexReduceInplace is IndexReduce into x itself.
func (x *Tensor) IndexReduceInplace(dim int, index, source *Tensor, reduce string, includeSelf bool) *Tensor {
	doVoid(opIndexReduceInplace, x, dim, index, source, reduce, includeSelf)
	return x
}

// MaskedSelect is the vector of the elements where mask holds.
func (x *Tensor) MaskedSelect(mask *Tensor) *Tensor { return binary(opMaskedSelect, x, mask) }

// MaskedScatter is x with the elements of source, one after the other, where mask
// holds.
func (x *Tensor) MaskedScatter(mask, source *Tensor) *Tensor {
	return do(opMaskedScatter, x, mask, source)
}

// MaskedScatterInplace is MaskedScatter into x itself.
func (x *Tensor) MaskedScatterInplace(mask, source *Tensor) *Tensor {
	doVoid(opMaskedScatterInplace, x, mask, source)
	return x
}

// Take is the elements of the flattened tensor at the places that index names.
func (x *Tensor) Take(index *Tensor) *Tensor { return binary(opTake, x, index) }

// TakeAlongDim is Gather that broadcasts; without a dimension it takes from the
// flattened tensor.
func (x *Tensor) TakeAlongDim(index *Tensor, dim ...int) *Tensor {
	return do(opTakeAlongDim, x, index, first(dim))
}

// Put is x with source at places of the flattened tensor, set or added.
func (x *Tensor) Put(index, source *Tensor, accumulate bool) *Tensor {
	return do(opPut, x, index, source, accumulate)
}

// PutInplace is Put into x itself.
func (x *Tensor) PutInplace(index, source *Tensor, accumulate bool) *Tensor {
	doVoid(opPutInplace, x, index, source, accumulate)
	return x
}

// SelectScatter is x with src at one index of dim.
func (x *Tensor) SelectScatter(src *Tensor, dim, index int) *Tensor {
	return do(opSelectScatter, x, src, dim, index)
}

// SliceScatter is x with src in the slice start:end:step of dim.
func (x *Tensor) SliceScatter(src *Tensor, dim, start, end, step int) *Tensor {
	return do(opSliceScatter, x, src, dim, start, end, step)
}
