package distributions

import (
	"math"
	"slices"
	"strings"

	"multitorch/distributions/constraints"
	"multitorch/libm"
	"multitorch/torch"
)

// MultivariateNormal is the Gaussian distribution of vectors, as torch.distributions.MultivariateNormal.
type MultivariateNormal struct {
	Base
	forms
	Loc  *torch.Tensor
	tril *torch.Tensor // not expanded
}

// NewMultivariateNormal makes it of the mean and one of [CovarianceMatrix], [PrecisionMatrix] and [ScaleTril].
func NewMultivariateNormal(loc *torch.Tensor, covariance Covariance, opts ...Option) *MultivariateNormal {
	const op = "MultivariateNormal"
	needTensor(op, "loc", loc, 1)
	covariance.check(op)
	locShape, shape := loc.Shape(), covariance.matrix.Shape()
	batch := broadcastBatch(op, "loc "+covarianceNames[covariance.kind], locShape[:len(locShape)-1], shape[:len(shape)-2])
	if n := loc.Size(-1); n != covariance.matrix.Size(-1) {
		panic(invalid(op, "expected a loc and a %s of one size, but got the shapes %s and %s", covarianceNames[covariance.kind],
			pyShape(locShape), pyShape(shape)))
	}
	d := &MultivariateNormal{Loc: loc}
	expanded := Covariance{covariance.matrix.Expand(slices.Concat(batch, []int{-1, -1})...), covariance.kind}
	d.init(loc.Expand(append(slices.Clone(batch), -1)...), expanded, opts...)
	d.tril = covariance.tril()
	return d
}

func (d *MultivariateNormal) init(loc *torch.Tensor, given Covariance, opts ...Option) {
	d.Loc, d.forms = loc, newForms(given)
	shape := loc.Shape()
	n := len(shape) - 1
	d.Init(d, shape[:n], shape[n:], []Parameter{{Name: "loc", Value: loc, Constraint: constraints.RealVector}, given.parameter()}, opts...)
}

// broadcastBatch broadcasts two batches, of the parameters that names names.
func broadcastBatch(op, names string, a, b torch.Shape) (batch torch.Shape) {
	if torch.Try(func() error { batch = torch.BroadcastShapes(a, b); return nil }) != nil {
		panic(invalid(op, "expected batches of %s that can be broadcast, but got %s and %s",
			strings.ReplaceAll(names, " ", " and "), pyShape(a), pyShape(b)))
	}
	return batch
}

// Expand implements [Distribution].
func (d *MultivariateNormal) Expand(shape ...int) Distribution {
	e := &MultivariateNormal{tril: d.tril}
	matrix := d.given.matrix.Expand(slices.Concat(shape, d.event, d.event)...)
	e.init(d.Loc.Expand(slices.Concat(shape, d.event)...), Covariance{matrix, d.given.kind}, d.keep())
	return e
}

// ScaleTril is the Cholesky factor of the covariance.
func (d *MultivariateNormal) ScaleTril() *torch.Tensor {
	return d.get(scaleTril, func() *torch.Tensor { return d.tril })
}

// CovarianceMatrix is the covariance.
func (d *MultivariateNormal) CovarianceMatrix() *torch.Tensor {
	return d.get(covarianceMatrix, func() *torch.Tensor { return d.tril.Matmul(d.tril.MT()) })
}

// PrecisionMatrix is the inverse of the covariance.
func (d *MultivariateNormal) PrecisionMatrix() *torch.Tensor {
	return d.get(precisionMatrix, func() *torch.Tensor { return d.tril.CholeskyInverse(false) })
}

// Support implements [Distribution].
func (d *MultivariateNormal) Support() constraints.Constraint { return constraints.RealVector }

// Mean implements [Distribution].
func (d *MultivariateNormal) Mean() *torch.Tensor { return d.Loc }

// Mode implements [Distribution].
func (d *MultivariateNormal) Mode() *torch.Tensor { return d.Loc }

// Variance implements [Distribution].
func (d *MultivariateNormal) Variance() *torch.Tensor {
	return d.tril.Pow(2).Sum(-1).Expand(d.ExtendedShape()...)
}

// HasRSample implements [Distribution].
func (d *MultivariateNormal) HasRSample() bool { return true }

// RSample implements [Distribution].
func (d *MultivariateNormal) RSample(shape ...int) *torch.Tensor {
	return d.Loc.Add(batchMV(d.tril, standardNormal(d.ExtendedShape(shape...), d.Loc)))
}

// LogProb implements [Distribution].
func (d *MultivariateNormal) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	m := mahalanobis(d.tril, value.Sub(d.Loc))
	n := float64(d.event[0])
	return m.Add(n * libm.Log(2*math.Pi)).Mul(-0.5).Sub(logDiagonal(d.tril))
}

// Entropy implements [Distribution].
func (d *MultivariateNormal) Entropy() *torch.Tensor {
	h := logDiagonal(d.tril).Add(0.5 * float64(d.event[0]) * (1.0 + libm.Log(2*math.Pi)))
	if len(d.batch) == 0 {
		return h
	}
	return h.Expand(d.batch...)
}
