package torch

import (
	"fmt"
	"math"

	"multitorch/internal/libtorch"
)

var (
	opSum      = libtorch.NewOp("aten::sum", "self")
	opSumDim   = libtorch.NewOp("aten::sum.dim_IntList", "self", "dim", "keepdim")
	opMean     = libtorch.NewOp("aten::mean", "self")
	opMeanDim  = libtorch.NewOp("aten::mean.dim", "self", "dim", "keepdim")
	opVarDim   = libtorch.NewOp("aten::var.correction", "self", "dim", "correction", "keepdim")
	opStdDim   = libtorch.NewOp("aten::std.correction", "self", "dim", "correction", "keepdim")
	opAmax     = libtorch.NewOp("aten::amax", "self", "dim", "keepdim")
	opAmin     = libtorch.NewOp("aten::amin", "self", "dim", "keepdim")
	opMaxAll   = libtorch.NewOp("aten::max", "self")
	opMinAll   = libtorch.NewOp("aten::min", "self")
	opArgmax   = libtorch.NewOp("aten::argmax", "self", "dim", "keepdim")
	opArgmin   = libtorch.NewOp("aten::argmin", "self", "dim", "keepdim")
	opAll      = libtorch.NewOp("aten::all", "self")
	opAny      = libtorch.NewOp("aten::any", "self")
	opAllDim   = libtorch.NewOp("aten::all.dim", "self", "dim", "keepdim")
	opAnyDim   = libtorch.NewOp("aten::any.dim", "self", "dim", "keepdim")
	opSoftmax  = libtorch.NewOp("aten::softmax.int", "self", "dim")
	opLogSoft  = libtorch.NewOp("aten::log_softmax.int", "self", "dim")
	opTopk     = libtorch.NewOp("aten::topk", "self", "k", "dim")
	opSort     = libtorch.NewOp("aten::sort", "self", "dim", "descending")
	opArgsort  = libtorch.NewOp("aten::argsort", "self", "dim", "descending")
	opNorm     = libtorch.NewOp("aten::linalg_vector_norm", "self", "ord")
	opBincount = libtorch.NewOp("aten::bincount", "self", "weights", "minlength")
	opMaxDim   = libtorch.NewOp("aten::max.dim", "self", "dim", "keepdim")
	opCumsum   = libtorch.NewOp("aten::cumsum", "self", "dim")
)

// Reductions take [KeepDim] among their dimensions.

// Sum adds the elements up, along dims or, without any, all of them.
func (x *Tensor) Sum(dims ...int) *Tensor {
	if len(dims) == 0 {
		return do1(opSum, x)
	}
	dims, keep := keepDim(dims)
	return do(opSumDim, x, orNone(dims), keep)
}

// Mean is the average along dims or, without any, of all elements.
func (x *Tensor) Mean(dims ...int) *Tensor {
	if len(dims) == 0 {
		return do1(opMean, x)
	}
	dims, keep := keepDim(dims)
	return do(opMeanDim, x, allDims(x, dims), keep)
}

// Var is the variance (with n-1) along dims or, without any, of all elements.
func (x *Tensor) Var(dims ...int) *Tensor { return x.VarCorrected(1, dims...) }

// Std is the standard deviation (with n-1) along dims or, without any, of all.
func (x *Tensor) Std(dims ...int) *Tensor { return x.StdCorrected(1, dims...) }

func orNone(dims []int) any {
	if len(dims) == 0 {
		return nil
	}
	return dims
}

// Max is the largest of all elements.
func (x *Tensor) Max() *Tensor { return do1(opMaxAll, x) }

// Min is the smallest of all elements.
func (x *Tensor) Min() *Tensor { return do1(opMinAll, x) }

// MaxDim is the largest element along dim, and its index.
func (x *Tensor) MaxDim(dim int, keep ...int) (values, indices *Tensor) {
	return do2(opMaxDim, x, dim, kept(keep))
}

// Amax is the largest element along dims.
func (x *Tensor) Amax(dims ...int) *Tensor {
	dims, keep := keepDim(dims)
	return do(opAmax, x, dims, keep)
}

// Amin is the smallest element along dims.
func (x *Tensor) Amin(dims ...int) *Tensor {
	dims, keep := keepDim(dims)
	return do(opAmin, x, dims, keep)
}

// Argmax is the index of the largest element along dim; of the flattened tensor
// without it.
func (x *Tensor) Argmax(dim ...int) *Tensor {
	d, keep := oneDim("Argmax", x, dim)
	return do(opArgmax, x, d, keep)
}

// Argmin is the index of the smallest element along dim; of the flattened
// tensor without it.
func (x *Tensor) Argmin(dim ...int) *Tensor {
	d, keep := oneDim("Argmin", x, dim)
	return do(opArgmin, x, d, keep)
}

func first(dim []int) any {
	if len(dim) == 0 {
		return nil
	}
	return dim[0]
}

// All is true when no element is zero, of all or along a dimension.
func (x *Tensor) All(dim ...int) *Tensor {
	d, keep := oneDim("All", x, dim)
	if d == nil {
		return do1(opAll, x)
	}
	return do(opAllDim, x, d, keep)
}

// Any is true when some element is not zero, of all or along a dimension.
func (x *Tensor) Any(dim ...int) *Tensor {
	d, keep := oneDim("Any", x, dim)
	if d == nil {
		return do1(opAny, x)
	}
	return do(opAnyDim, x, d, keep)
}

// Softmax is exp(x) normalised to sum 1 along dim.
func (x *Tensor) Softmax(dim int) *Tensor { return do(opSoftmax, x, dim) }

// LogSoftmax is the logarithm of Softmax, computed stably.
func (x *Tensor) LogSoftmax(dim int) *Tensor { return do(opLogSoft, x, dim) }

// Topk is the k largest elements along dim, the last unless it is given, in falling order, and their indices.
func (x *Tensor) Topk(k int, dim ...int) (values, indices *Tensor) {
	return do2(opTopk, x, k, orDefault("topk", dim, -1))
}

// Sort sorts along dim, in rising order unless descending is given, and says where each element was.
func (x *Tensor) Sort(dim int, descending ...bool) (values, indices *Tensor) {
	return do2(opSort, x, dim, orDefault("sort", descending, false))
}

// Argsort is the order in which Sort sorts x.
func (x *Tensor) Argsort(dim int, descending ...bool) *Tensor {
	return do(opArgsort, x, dim, orDefault("argsort", descending, false))
}

// Norm is the 2-norm of all elements.
func (x *Tensor) Norm() *Tensor { return do(opNorm, x, 2) }

// Cumsum is the running sum along dim.
func (x *Tensor) Cumsum(dim int) *Tensor { return do(opCumsum, x, dim) }

// Bincount counts each value of a vector of integers from 0; the result has at
// least n entries, if that is given. aten.Bincount adds weights up instead.
func (x *Tensor) Bincount(n ...int) *Tensor {
	if x.DType() == Int64 && x.Numel() > 0 {
		largest := x.Max()
		most := largest.ItemInt()
		largest.Free()
		if most == math.MaxInt64 { // libtorch counts to one more
			panic(&Error{
				Op: "bincount", Kind: ValueError, Operands: []string{x.describe()},
				Message: fmt.Sprintf("expected values below %d, the counts' number: one more can't be counted", most),
			})
		}
	}
	return do(opBincount, x, nil, orDefault("bincount", n, 0))
}
