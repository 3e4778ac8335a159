package distributions

import (
	"math"

	"multitorch/distributions/constraints"
	"multitorch/libm"
	"multitorch/torch"
)

// Uniform is any number from low to below high, as torch.distributions.Uniform.
type Uniform struct {
	Base
	Low, High *torch.Tensor
}

// NewUniform makes it of its bounds.
func NewUniform(low, high any, opts ...Option) *Uniform {
	p := broadcastAll("Uniform", "low high", low, high)
	d := &Uniform{Low: p[0], High: p[1]}
	d.Init(d, d.Low.Shape(), nil, []Parameter{
		{Name: "low", Value: d.Low, Constraint: constraints.LessThan(d.High)},
		{Name: "high", Value: d.High, Constraint: constraints.GreaterThan(d.Low)},
	}, opts...)
	return d
}

// Expand implements [Distribution].
func (d *Uniform) Expand(shape ...int) Distribution {
	return NewUniform(d.Low.Expand(shape...), d.High.Expand(shape...), d.keep())
}

// Support implements [Distribution].
func (d *Uniform) Support() constraints.Constraint { return constraints.Interval(d.Low, d.High) }

// Mean implements [Distribution].
func (d *Uniform) Mean() *torch.Tensor { return d.High.Add(d.Low).Div(2) }

// Mode implements [Distribution]: NaN.
func (d *Uniform) Mode() *torch.Tensor { return d.High.Mul(math.NaN()) }

// Stddev implements [Distribution].
func (d *Uniform) Stddev() *torch.Tensor { return d.width().Div(libm.Pow(12, 0.5)) }

// Variance implements [Distribution].
func (d *Uniform) Variance() *torch.Tensor { return d.width().Pow(2).Div(12) }

func (d *Uniform) width() *torch.Tensor { return d.High.Sub(d.Low) }

// HasRSample implements [Distribution].
func (d *Uniform) HasRSample() bool { return true }

// RSample implements [Distribution].
func (d *Uniform) RSample(shape ...int) *torch.Tensor {
	u := rand(d.ExtendedShape(shape...), d.Low)
	return d.Low.Add(u.Mul(d.width()))
}

// LogProb implements [Distribution].
func (d *Uniform) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	above, below := d.Low.Le(value).TypeAs(d.Low), d.High.Gt(value).TypeAs(d.Low)
	return above.Mul(below).Log().Sub(d.width().Log())
}

// CDF implements [Distribution].
func (d *Uniform) CDF(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	return value.Sub(d.Low).Div(d.width()).Clamp(0, 1)
}

// ICDF implements [Distribution].
func (d *Uniform) ICDF(value *torch.Tensor) *torch.Tensor { return value.Mul(d.width()).Add(d.Low) }

// Entropy implements [Distribution].
func (d *Uniform) Entropy() *torch.Tensor { return d.width().Log() }
