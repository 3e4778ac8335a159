package distributions

import (
	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// Weibull is the time until a failure whose rate changes with age, as torch.distributions.Weibull.
type Weibull struct {
	TransformedDistribution
	Scale, Concentration *torch.Tensor
	reciprocal           *torch.Tensor // of Concentration
}

// NewWeibull makes it of the scale and the concentration, or shape.
func NewWeibull(scale, concentration any, opts ...Option) *Weibull {
	p := broadcastAll("Weibull", "scale concentration", scale, concentration)
	d := &Weibull{Scale: p[0], Concentration: p[1]}
	d.reciprocal = d.Concentration.Reciprocal()
	base := NewExponential(torch.OnesLike(d.Scale), opts...)
	ts := []Transform{NewPowerTransform(d.reciprocal), NewAffineTransform(0, d.Scale)}
	d.transform(d, base, ts, []Parameter{
		{Name: "scale", Value: d.Scale, Constraint: constraints.Positive},
		{Name: "concentration", Value: d.Concentration, Constraint: constraints.Positive},
	}, opts...)
	return d
}

func (d *Weibull) parent() Distribution { return &d.TransformedDistribution }

// Expand implements [Distribution].
func (d *Weibull) Expand(shape ...int) Distribution {
	return NewWeibull(d.Scale.Expand(shape...), d.Concentration.Expand(shape...), d.keep())
}

// Support implements [Distribution].
func (d *Weibull) Support() constraints.Constraint { return constraints.Positive }

// Mean implements [Distribution].
func (d *Weibull) Mean() *torch.Tensor { return d.Scale.Mul(d.reciprocal.Add(1).Lgamma().Exp()) }

// Mode implements [Distribution].
func (d *Weibull) Mode() *torch.Tensor {
	return d.Scale.Mul(d.Concentration.Sub(1).Div(d.Concentration).Pow(d.Concentration.Reciprocal()))
}

// Variance implements [Distribution].
func (d *Weibull) Variance() *torch.Tensor {
	second, first := d.reciprocal.Mul(2).Add(1).Lgamma().Exp(), d.reciprocal.Add(1).Lgamma().Mul(2).Exp()
	return d.Scale.Pow(2).Mul(second.Sub(first))
}

// Entropy implements [Distribution].
func (d *Weibull) Entropy() *torch.Tensor {
	return d.reciprocal.RSub(1).Mul(eulerConstant).Add(d.Scale.Mul(d.reciprocal).Log()).Add(1)
}
