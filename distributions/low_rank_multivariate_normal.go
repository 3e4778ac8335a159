package distributions

import (
	"math"
	"slices"

	"multitorch/distributions/constraints"
	"multitorch/libm"
	"multitorch/torch"
	"multitorch/torch/linalg"
)

// LowRankMultivariateNormal is a [MultivariateNormal] whose covariance is WWᵀ + D, a matrix of few columns and a diagonal,
// as torch.distributions.LowRankMultivariateNormal.
type LowRankMultivariateNormal struct {
	Base
	Loc, CovFactor, CovDiag *torch.Tensor
	w, d                    *torch.Tensor // CovFactor and CovDiag, not expanded
	capacitance             *torch.Tensor // the Cholesky factor of I + WᵀD⁻¹W
	variance                lazy
}

// NewLowRankMultivariateNormal makes it of the mean [n], W [n, m] and the diagonal of D [n], or batches of them.
func NewLowRankMultivariateNormal(loc, covFactor, covDiag *torch.Tensor, opts ...Option) *LowRankMultivariateNormal {
	const op = "LowRankMultivariateNormal"
	needTensor(op, "loc", loc, 1)
	needTensor(op, "cov_factor", covFactor, 2)
	needTensor(op, "cov_diag", covDiag, 1)
	if n := loc.Size(-1); covFactor.Size(-2) != n || covDiag.Size(-1) != n {
		panic(invalid(op, "expected a loc [%d], a cov_factor [%d, m] and a cov_diag [%d], but got the shapes %s, %s and %s", n, n, n,
			pyShape(loc.Shape()), pyShape(covFactor.Shape()), pyShape(covDiag.Shape())))
	}
	names := []string{"loc", "cov_factor", "cov_diag"}
	given := []*torch.Tensor{loc.Unsqueeze(-1), covFactor, covDiag.Unsqueeze(-1)}
	checkShapes(op, names, given)
	p := torch.BroadcastTensors(given...)
	d := &LowRankMultivariateNormal{w: covFactor, d: covDiag, capacitance: capacitance(covFactor, covDiag)}
	d.init(p[0].Select(-1, 0), p[1], p[2].Select(-1, 0), opts...)
	return d
}

func (d *LowRankMultivariateNormal) init(loc, factor, diag *torch.Tensor, opts ...Option) {
	d.Loc, d.CovFactor, d.CovDiag = loc, factor, diag
	shape := loc.Shape()
	n := len(shape) - 1
	d.Init(d, shape[:n], shape[n:], []Parameter{
		{Name: "loc", Value: loc, Constraint: constraints.RealVector},
		{Name: "cov_factor", Value: factor, Constraint: constraints.Independent(constraints.Real, 2)},
		{Name: "cov_diag", Value: diag, Constraint: constraints.Independent(constraints.Positive, 1)},
	}, opts...)
}

func capacitance(w, d *torch.Tensor) *torch.Tensor {
	return onePlus(w.MT().Div(d.Unsqueeze(-2)).Matmul(w))
}

// onePlus is the Cholesky factor of I + K.
func onePlus(k *torch.Tensor) *torch.Tensor {
	k = k.Contiguous()
	n := k.Size(-1)
	k.View(-1, n*n).Slice(1, 0, n*n, n+1).AddInplace(1)
	return linalg.Cholesky(k)
}

// Expand implements [Distribution].
func (d *LowRankMultivariateNormal) Expand(shape ...int) Distribution {
	e := &LowRankMultivariateNormal{w: d.w, d: d.d, capacitance: d.capacitance}
	loc := slices.Concat(shape, d.event)
	e.init(d.Loc.Expand(loc...), d.CovFactor.Expand(append(slices.Clone(loc), d.CovFactor.Size(-1))...), d.CovDiag.Expand(loc...), d.keep())
	return e
}

// Support implements [Distribution].
func (d *LowRankMultivariateNormal) Support() constraints.Constraint { return constraints.RealVector }

// Mean implements [Distribution].
func (d *LowRankMultivariateNormal) Mean() *torch.Tensor { return d.Loc }

// Mode implements [Distribution].
func (d *LowRankMultivariateNormal) Mode() *torch.Tensor { return d.Loc }

// Variance implements [Distribution].
func (d *LowRankMultivariateNormal) Variance() *torch.Tensor {
	return d.variance.get(func() *torch.Tensor { return d.w.Pow(2).Sum(-1).Add(d.d).Expand(d.ExtendedShape()...) })
}

func (d *LowRankMultivariateNormal) square(m *torch.Tensor) *torch.Tensor {
	return m.Expand(slices.Concat(d.batch, d.event, d.event)...)
}

// ScaleTril is the Cholesky factor of the covariance.
func (d *LowRankMultivariateNormal) ScaleTril() *torch.Tensor {
	root := d.d.Sqrt().Unsqueeze(-1)
	w := d.w.Div(root)
	return d.square(root.Mul(onePlus(w.Matmul(w.MT()))))
}

// CovarianceMatrix is the covariance.
func (d *LowRankMultivariateNormal) CovarianceMatrix() *torch.Tensor {
	return d.square(d.w.Matmul(d.w.MT()).Add(d.d.DiagEmbed(0, -2, -1)))
}

// PrecisionMatrix is the inverse of the covariance.
func (d *LowRankMultivariateNormal) PrecisionMatrix() *torch.Tensor {
	a := linalg.SolveTriangular(d.capacitance, d.w.MT().Div(d.d.Unsqueeze(-2)), false)
	return d.square(d.d.Reciprocal().DiagEmbed(0, -2, -1).Sub(a.MT().Matmul(a)))
}

// HasRSample implements [Distribution].
func (d *LowRankMultivariateNormal) HasRSample() bool { return true }

// RSample implements [Distribution].
func (d *LowRankMultivariateNormal) RSample(shape ...int) *torch.Tensor {
	shape = d.ExtendedShape(shape...)
	epsW := standardNormal(append(slices.Clone(shape[:len(shape)-1]), d.CovFactor.Size(-1)), d.Loc)
	epsD := standardNormal(shape, d.Loc)
	return d.Loc.Add(batchMV(d.w, epsW)).Add(d.d.Sqrt().Mul(epsD))
}

func (d *LowRankMultivariateNormal) logDet() *torch.Tensor {
	return logDiagonal(d.capacitance).Mul(2).Add(d.d.Log().Sum(-1))
}

func (d *LowRankMultivariateNormal) mahalanobis(x *torch.Tensor) *torch.Tensor {
	wx := batchMV(d.w.MT().Div(d.d.Unsqueeze(-2)), x)
	return x.Pow(2).Div(d.d).Sum(-1).Sub(mahalanobis(d.capacitance, wx))
}

// LogProb implements [Distribution].
func (d *LowRankMultivariateNormal) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	m := d.mahalanobis(value.Sub(d.Loc))
	return d.logDet().Add(float64(d.event[0]) * libm.Log(2*math.Pi)).Add(m).Mul(-0.5)
}

// Entropy implements [Distribution].
func (d *LowRankMultivariateNormal) Entropy() *torch.Tensor {
	h := d.logDet().Add(float64(d.event[0]) * (1.0 + libm.Log(2*math.Pi))).Mul(0.5)
	if len(d.batch) == 0 {
		return h
	}
	return h.Expand(d.batch...)
}
