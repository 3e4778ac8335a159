package distributions

import (
	"multitorch/distributions/constraints"
	"multitorch/libm"
	"multitorch/torch"
)

// Laplace is torch.distributions.Laplace, with the density e^(-|x-loc|/scale)/(2·scale).
type Laplace struct {
	Base
	Loc, Scale *torch.Tensor
}

// NewLaplace makes it of its mean and its scale.
func NewLaplace(loc, scale any, opts ...Option) *Laplace {
	p := broadcastAll("Laplace", "loc scale", loc, scale)
	d := &Laplace{Loc: p[0], Scale: p[1]}
	d.Init(d, d.Loc.Shape(), nil, locScale(d.Loc, d.Scale), opts...)
	return d
}

// Expand implements [Distribution].
func (d *Laplace) Expand(shape ...int) Distribution {
	return NewLaplace(d.Loc.Expand(shape...), d.Scale.Expand(shape...), d.keep())
}

// Support implements [Distribution].
func (d *Laplace) Support() constraints.Constraint { return constraints.Real }

// Mean implements [Distribution].
func (d *Laplace) Mean() *torch.Tensor { return d.Loc }

// Mode implements [Distribution].
func (d *Laplace) Mode() *torch.Tensor { return d.Loc }

// Variance implements [Distribution].
func (d *Laplace) Variance() *torch.Tensor { return d.Scale.Pow(2).Mul(2) }

// Stddev implements [Distribution].
func (d *Laplace) Stddev() *torch.Tensor { return d.Scale.Mul(libm.Pow(2, 0.5)) }

// HasRSample implements [Distribution].
func (d *Laplace) HasRSample() bool { return true }

// RSample implements [Distribution].
func (d *Laplace) RSample(shape ...int) *torch.Tensor {
	u := empty(d.ExtendedShape(shape...), d.Loc).UniformInplace(finfoOf(d.Loc).eps-1, 1)
	return d.Loc.Sub(d.Scale.Mul(u.Sign()).Mul(u.Abs().Neg().Log1p()))
}

// LogProb implements [Distribution].
func (d *Laplace) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	return d.Scale.Mul(2).Log().Neg().Sub(value.Sub(d.Loc).Abs().Div(d.Scale))
}

// CDF implements [Distribution].
func (d *Laplace) CDF(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	x := value.Sub(d.Loc)
	return x.Sign().Mul(0.5).Mul(value.Sub(d.Loc).Abs().Neg().Div(d.Scale).Expm1()).RSub(0.5)
}

// ICDF implements [Distribution].
func (d *Laplace) ICDF(value *torch.Tensor) *torch.Tensor {
	term := value.Sub(0.5)
	return d.Loc.Sub(d.Scale.Mul(term.Sign()).Mul(term.Abs().Mul(-2).Log1p()))
}

// Entropy implements [Distribution].
func (d *Laplace) Entropy() *torch.Tensor { return d.Scale.Mul(2).Log().Add(1) }
