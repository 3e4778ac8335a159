package torch

import "multitorch/internal/libtorch"

var (
	opCumprod               = libtorch.NewOp("aten::cumprod")
	opCumprodInplace        = libtorch.NewOp("aten::cumprod_")
	opCumsumInplace         = libtorch.NewOp("aten::cumsum_")
	opCummax                = libtorch.NewOp("aten::cummax")
	opCummin                = libtorch.NewOp("aten::cummin")
	opLogcumsumexp          = libtorch.NewOp("aten::logcumsumexp")
	opDiff                  = libtorch.NewOp("aten::diff")
	opTrapezoidX            = libtorch.NewOp("aten::trapezoid.x", "y", "x", "dim")
	opTrapezoidDx           = libtorch.NewOp("aten::trapezoid.dx", "y", "dx", "dim")
	opCumulativeTrapezoidX  = libtorch.NewOp("aten::cumulative_trapezoid.x", "y", "x", "dim")
	opCumulativeTrapezoidDx = libtorch.NewOp("aten::cumulative_trapezoid.dx", "y", "dx", "dim")
	opGradientScalararray   = libtorch.NewOp("aten::gradient.scalararray", "self", "spacing", "dim")
)

// Cumprod is the running product along dim.
func (x *Tensor) Cumprod(dim int) *Tensor { return do(opCumprod, x, dim) }

// CumprodInplace is Cumprod into x itself.
func (x *Tensor) CumprodInplace(dim int) *Tensor {
	doVoid(opCumprodInplace, x, dim)
	return x
}

// CumsumInplace is Cumsum into x itself.
func (x *Tensor) CumsumInplace(dim int) *Tensor {
	doVoid(opCumsumInplace, x, dim)
	return x
}

// Cummax is the largest element so far along dim, and its index.
func (x *Tensor) Cummax(dim int) (values, indices *Tensor) { return do2(opCummax, x, dim) }

// Cummin is the smallest element so far along dim, and its index.
func (x *Tensor) Cummin(dim int) (values, indices *Tensor) { return do2(opCummin, x, dim) }

// Logcumsumexp is the logarithm of the running sum of exponentials along dim.
func (x *Tensor) Logcumsumexp(dim int) *Tensor { return do(opLogcumsumexp, x, dim) }

// Diff is the difference of neighbours along a dimension, taken a number of times: once unless that is given, and along the
// last one unless that is given too. aten.Diff puts tensors before and behind x first, as Python's prepend and append.
func (x *Tensor) Diff(timesDim ...int) *Tensor {
	d := orDefaults("diff", timesDim, 1, -1)
	return do(opDiff, x, d[0], d[1])
}

// Trapezoid integrates x along dim, the last unless it is given, by the trapezoidal
// rule: at a spacing, a number, or at the points of a tensor.
func (x *Tensor) Trapezoid(spacing any, dim ...int) *Tensor {
	d := orDefault("trapezoid", dim, -1)
	if t := asTensor(spacing); t != nil {
		return do(opTrapezoidX, x, t, d)
	}
	return do(opTrapezoidDx, x, eitherNumber("trapezoid", spacing), d)
}

// CumulativeTrapezoid is the running integral of Trapezoid.
func (x *Tensor) CumulativeTrapezoid(spacing any, dim ...int) *Tensor {
	d := orDefault("cumulative_trapezoid", dim, -1)
	if t := asTensor(spacing); t != nil {
		return do(opCumulativeTrapezoidX, x, t, d)
	}
	return do(opCumulativeTrapezoidDx, x, eitherNumber("cumulative_trapezoid", spacing), d)
}

// GradientOf estimates the derivative of sampled values along each of dims, or
// along all, at a distance of spacing between samples (torch.gradient). The
// edges are of order 1.
func (x *Tensor) GradientOf(spacing float64, dims ...int) []*Tensor {
	return doList(opGradientScalararray, x, spacing, allDims(x, dims))
}
