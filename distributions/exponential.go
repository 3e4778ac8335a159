package distributions

import (
	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// Exponential is the time until an event that comes at a rate, as torch.distributions.Exponential.
type Exponential struct {
	Base
	Rate *torch.Tensor
}

// NewExponential makes it of the rate, the inverse of the mean.
func NewExponential(rate any, opts ...Option) *Exponential {
	d := &Exponential{Rate: broadcastAll("Exponential", "rate", rate)[0]}
	d.Init(d, d.Rate.Shape(), nil, []Parameter{{Name: "rate", Value: d.Rate, Constraint: constraints.Positive}}, opts...)
	return d
}

// Expand implements [Distribution].
func (d *Exponential) Expand(shape ...int) Distribution {
	return NewExponential(d.Rate.Expand(shape...), d.keep())
}

// Support implements [Distribution].
func (d *Exponential) Support() constraints.Constraint { return constraints.Nonnegative }

// Mean implements [Distribution].
func (d *Exponential) Mean() *torch.Tensor { return d.Rate.Reciprocal() }

// Mode implements [Distribution].
func (d *Exponential) Mode() *torch.Tensor { return torch.ZerosLike(d.Rate) }

// Stddev implements [Distribution].
func (d *Exponential) Stddev() *torch.Tensor { return d.Rate.Reciprocal() }

// Variance implements [Distribution].
func (d *Exponential) Variance() *torch.Tensor { return d.Rate.Pow(-2) }

// HasRSample implements [Distribution].
func (d *Exponential) HasRSample() bool { return true }

// RSample implements [Distribution].
func (d *Exponential) RSample(shape ...int) *torch.Tensor {
	return empty(d.ExtendedShape(shape...), d.Rate).ExponentialInplace(1).Div(d.Rate)
}

// LogProb implements [Distribution].
func (d *Exponential) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	return d.Rate.Log().Sub(d.Rate.Mul(value))
}

// CDF implements [Distribution].
func (d *Exponential) CDF(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	return d.Rate.Neg().Mul(value).Exp().RSub(1)
}

// ICDF implements [Distribution].
func (d *Exponential) ICDF(value *torch.Tensor) *torch.Tensor {
	if since(2, 0) {
		return value.Neg().Log1p().Neg().Div(d.Rate)
	}
	return value.RSub(1).Log().Neg().Div(d.Rate)
}

// Entropy implements [Distribution].
func (d *Exponential) Entropy() *torch.Tensor { return d.Rate.Log().RSub(1.0) }
