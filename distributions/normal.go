package distributions

import (
	"math"

	"multitorch/distributions/constraints"
	"multitorch/libm"
	"multitorch/torch"
)

// Normal is the Gaussian distribution, as torch.distributions.Normal.
type Normal struct {
	Base
	Loc, Scale *torch.Tensor
}

// NewNormal makes it of its mean and its standard deviation.
func NewNormal(loc, scale any, opts ...Option) *Normal {
	p := broadcastAll("Normal", "loc scale", loc, scale)
	d := &Normal{Loc: p[0], Scale: p[1]}
	d.Init(d, d.Loc.Shape(), nil, locScale(d.Loc, d.Scale), opts...)
	return d
}

// locScale are the parameters of distributions that are shifted by one and scaled by the other.
func locScale(loc, scale *torch.Tensor) []Parameter {
	return []Parameter{
		{Name: "loc", Value: loc, Constraint: constraints.Real}, {Name: "scale", Value: scale, Constraint: constraints.Positive},
	}
}

// Expand implements [Distribution].
func (d *Normal) Expand(shape ...int) Distribution {
	return NewNormal(d.Loc.Expand(shape...), d.Scale.Expand(shape...), d.keep())
}

// Support implements [Distribution].
func (d *Normal) Support() constraints.Constraint { return constraints.Real }

// Mean implements [Distribution].
func (d *Normal) Mean() *torch.Tensor { return d.Loc }

// Mode implements [Distribution].
func (d *Normal) Mode() *torch.Tensor { return d.Loc }

// Stddev implements [Distribution].
func (d *Normal) Stddev() *torch.Tensor { return d.Scale }

// Variance implements [Distribution].
func (d *Normal) Variance() *torch.Tensor { return d.Scale.Pow(2) }

// HasRSample implements [Distribution].
func (d *Normal) HasRSample() bool { return true }

// Sample implements [Distribution].
func (d *Normal) Sample(shape ...int) *torch.Tensor {
	shape = d.ExtendedShape(shape...)
	return withoutGrad(func() *torch.Tensor { return torch.Normal(d.Loc.Expand(shape...), d.Scale.Expand(shape...)) })
}

// RSample implements [Distribution].
func (d *Normal) RSample(shape ...int) *torch.Tensor {
	return d.Loc.Add(standardNormal(d.ExtendedShape(shape...), d.Loc).Mul(d.Scale))
}

// LogProb implements [Distribution].
func (d *Normal) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	variance, logScale := d.Scale.Pow(2), d.Scale.Log()
	return value.Sub(d.Loc).Pow(2).Neg().Div(variance.Mul(2)).Sub(logScale).Sub(libm.Log(libm.Sqrt(2 * math.Pi)))
}

// CDF implements [Distribution].
func (d *Normal) CDF(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	return value.Sub(d.Loc).Mul(d.Scale.Reciprocal()).Div(libm.Sqrt(2)).Erf().Add(1).Mul(0.5)
}

// ICDF implements [Distribution].
func (d *Normal) ICDF(value *torch.Tensor) *torch.Tensor {
	return d.Loc.Add(d.Scale.Mul(value.Mul(2).Sub(1).Erfinv()).Mul(libm.Sqrt(2)))
}

// Entropy implements [Distribution].
func (d *Normal) Entropy() *torch.Tensor {
	return d.Scale.Log().Add(0.5 + 0.5*libm.Log(2*math.Pi))
}
