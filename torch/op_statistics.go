package torch

import (
	"multitorch/internal/libtorch"
	"multitorch/internal/version"
)

var (
	opProd                   = libtorch.NewOp("aten::prod")
	opProdDimInt             = libtorch.NewOp("aten::prod.dim_int")
	opLogsumexp              = libtorch.NewOp("aten::logsumexp")
	opMedianDim              = libtorch.NewOp("aten::median.dim")
	opMedian                 = libtorch.NewOp("aten::median")
	opNanmedian              = libtorch.NewOp("aten::nanmedian")
	opNanmedianDim           = libtorch.NewOp("aten::nanmedian.dim")
	opMode                   = libtorch.NewOp("aten::mode")
	opQuantile               = libtorch.NewOp("aten::quantile")
	opQuantileScalar         = libtorch.NewOp("aten::quantile.scalar")
	opNanquantile            = libtorch.NewOp("aten::nanquantile")
	opNanquantileScalar      = libtorch.NewOp("aten::nanquantile.scalar")
	opNansum                 = libtorch.NewOp("aten::nansum")
	opNanmean                = libtorch.NewOp("aten::nanmean")
	opStdMeanCorrection      = libtorch.NewOp("aten::std_mean.correction", "self", "dim", "correction", "keepdim")
	opVarMeanCorrection      = libtorch.NewOp("aten::var_mean.correction", "self", "dim", "correction", "keepdim")
	opAminmax                = libtorch.NewOp("aten::aminmax", "self", "dim", "keepdim")
	opCountNonzero           = libtorch.NewOp("aten::count_nonzero")
	opCountNonzeroDimIntList = libtorch.NewOp("aten::count_nonzero.dim_IntList")
	opLinalgVectorNorm       = libtorch.NewOp("aten::linalg_vector_norm", "self", "ord", "dim", "keepdim")
	opDist                   = libtorch.NewOp("aten::dist")
	opRenorm                 = libtorch.NewOp("aten::renorm")
	opRenormInplace          = libtorch.NewOp("aten::renorm_")
	opCov                    = libtorch.NewOp("aten::cov")
	opCorrcoef               = libtorch.NewOp("aten::corrcoef")
	opHistc                  = libtorch.NewOp("aten::histc")
	opHistogramBinCt         = libtorch.NewOp("aten::histogram.bin_ct")
	opHistogramBinsTensor    = libtorch.NewOp("aten::histogram.bins_tensor")
)

// Prod is the product of all elements or, with a dimension, along it; it takes
// [KeepDim] beside the dimension.
func (x *Tensor) Prod(dim ...int) *Tensor {
	d, keep := oneDim("Prod", x, dim)
	if d == nil {
		return do1(opProd, x)
	}
	return do(opProdDimInt, x, d, keep)
}

// Logsumexp is log(sum(exp(x))) along dims, computed stably.
func (x *Tensor) Logsumexp(dims ...int) *Tensor {
	dims, keep := keepDim(dims)
	return do(opLogsumexp, x, allDims(x, dims), keep)
}

func allDims(x *Tensor, dims []int) []int {
	if len(dims) > 0 {
		return dims
	}
	all := make([]int, x.Dim())
	for i := range all {
		all[i] = i
	}
	return all
}

// MedianDim is the median along dim, the lower one of two, and its index.
func (x *Tensor) MedianDim(dim int, keep ...int) (values, indices *Tensor) {
	return do2(opMedianDim, x, dim, kept(keep))
}

// Median is the median of all elements, the lower one of two.
func (x *Tensor) Median() *Tensor { return do1(opMedian, x) }

// NanMedian is Median without the NaNs.
func (x *Tensor) NanMedian() *Tensor { return do1(opNanmedian, x) }

// NanMedianDim is MedianDim without the NaNs.
func (x *Tensor) NanMedianDim(dim int, keep ...int) (values, indices *Tensor) {
	return do2(opNanmedianDim, x, dim, kept(keep))
}

// Mode is the most frequent element along dim, the last unless it is given, the
// smallest of several, and an index of it.
func (x *Tensor) Mode(dim ...int) (values, indices *Tensor) {
	dims, keep := keepDim(dim)
	return do2(opMode, x, orDefault("mode", dims, -1), keep)
}

// kept says whether KeepDim was given.
func kept(keep []int) bool {
	for _, k := range keep {
		if k != KeepDim {
			panic(&Error{Op: "keepdim", Kind: ValueError, Message: "expected torch.KeepDim or nothing after the dimension"})
		}
	}
	return len(keep) > 0
}

// Quantile is the q-th quantile of all elements or, with a dimension, along it:
// a number or a vector of numbers from 0 to 1, interpolated linearly. The
// quantiles of a vector are the first dimension of the result. aten.Quantile, and
// aten.QuantileScalar for a number, interpolate in other ways.
func (x *Tensor) Quantile(q any, dim ...int) *Tensor {
	d, keep := oneDim("Quantile", x, dim)
	if t := asTensor(q); t != nil {
		return do(opQuantile, x, t, d, keep)
	}
	return do(opQuantileScalar, x, eitherNumber("quantile", q), d, keep)
}

// NanQuantile is Quantile without the NaNs, and so is aten.Nanquantile.
func (x *Tensor) NanQuantile(q any, dim ...int) *Tensor {
	d, keep := oneDim("NanQuantile", x, dim)
	if t := asTensor(q); t != nil {
		return do(opNanquantile, x, t, d, keep)
	}
	return do(opNanquantileScalar, x, eitherNumber("nanquantile", q), d, keep)
}

// NanSum is Sum without the NaNs.
func (x *Tensor) NanSum(dims ...int) *Tensor {
	dims, keep := keepDim(dims)
	return do(opNansum, x, orNone(dims), keep)
}

// NanMean is Mean without the NaNs.
func (x *Tensor) NanMean(dims ...int) *Tensor {
	dims, keep := keepDim(dims)
	return do(opNanmean, x, orNone(dims), keep)
}

// StdMean is Std and Mean at once.
func (x *Tensor) StdMean(dims ...int) (std, mean *Tensor) {
	dims, keep := keepDim(dims)
	return do2(opStdMeanCorrection, x, orNone(dims), 1, keep)
}

// VarMean is Var and Mean at once.
func (x *Tensor) VarMean(dims ...int) (variance, mean *Tensor) {
	dims, keep := keepDim(dims)
	return do2(opVarMeanCorrection, x, orNone(dims), 1, keep)
}

// VarCorrected is Var with n-correction in place of n-1: 0 is the variance of the
// elements themselves (unbiased=False).
func (x *Tensor) VarCorrected(correction int, dims ...int) *Tensor {
	dims, keep := keepDim(dims)
	return do(opVarDim, x, orNone(dims), correction, keep)
}

// StdCorrected is Std with n-correction in place of n-1.
func (x *Tensor) StdCorrected(correction int, dims ...int) *Tensor {
	dims, keep := keepDim(dims)
	return do(opStdDim, x, orNone(dims), correction, keep)
}

// Aminmax is the smallest and the largest element or, with a dimension, those
// along it.
func (x *Tensor) Aminmax(dim ...int) (low, high *Tensor) {
	d, keep := oneDim("Aminmax", x, dim)
	return do2(opAminmax, x, d, keep)
}

// CountNonzero is the number of elements that are not zero, of all or along dims.
func (x *Tensor) CountNonzero(dims ...int) *Tensor {
	if len(dims) == 0 {
		return do(opCountNonzero, x)
	}
	return do(opCountNonzeroDimIntList, x, dims)
}

// NormP is the p-norm of all elements or along dims: p = 2 is the Euclidean one,
// 1 the sum of absolute values, +Inf the largest of them, 0 the number of those
// that are not zero.
func (x *Tensor) NormP(p float64, dims ...int) *Tensor {
	dims, keep := keepDim(dims)
	if !version.AtLeast(Version(), 2, 0) { // what torch.norm called then: of nothing, too, it has a maximum
		return do(opNormP, x, p, allDims(x, dims), keep)
	}
	return do(opLinalgVectorNorm, x, p, orNone(dims), keep)
}

var opNormP = libtorch.NewOp("aten::norm.ScalarOpt_dim", "self", "p", "dim", "keepdim")

// Dist is the p-norm of x - other, with p = 2 unless it is given.
func (x *Tensor) Dist(other *Tensor, p ...float64) *Tensor {
	return do(opDist, x, other, orDefault("dist", p, 2))
}

// Renorm scales the slices along dim whose p-norm is above maxNorm down to it.
func (x *Tensor) Renorm(p float64, dim int, maxNorm float64) *Tensor {
	return do(opRenorm, x, p, dim, maxNorm)
}

// RenormInplace is Renorm into x itself.
func (x *Tensor) RenormInplace(p float64, dim int, maxNorm float64) *Tensor {
	doVoid(opRenormInplace, x, p, dim, maxNorm)
	return x
}

// Cov is the covariance matrix [n, n] of n variables, the rows of x [n, samples], with
// Bessel's correction of 1. aten.Cov takes another correction, and weights.
func (x *Tensor) Cov() *Tensor { return do(opCov, x) }

// Corrcoef is the matrix [n, n] of the correlation coefficients of x's rows.
func (x *Tensor) Corrcoef() *Tensor { return do1(opCorrcoef, x) }

// Histc counts the elements in equal bins from low to high; where these are
// equal, from the smallest element to the largest.
func (x *Tensor) Histc(bins int, low, high float64) *Tensor { return do(opHistc, x, bins, low, high) }

// Histogram counts the elements in equal bins between the smallest and the
// largest, and returns the bins' edges.
func (x *Tensor) Histogram(bins int) (counts, edges *Tensor) { return do2(opHistogramBinCt, x, bins) }

// HistogramEdges is Histogram with edges of one's own, in rising order.
func (x *Tensor) HistogramEdges(edges *Tensor) *Tensor {
	counts, e := do2(opHistogramBinsTensor, x, edges)
	e.tryFree()
	return counts
}
