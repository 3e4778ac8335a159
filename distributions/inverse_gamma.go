package distributions

import (
	"math"

	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// InverseGamma is the inverse of a number of [Gamma], as torch.distributions.InverseGamma of 2.1 and newer.
type InverseGamma struct {
	TransformedDistribution
	Concentration, Rate *torch.Tensor
}

// NewInverseGamma makes it of Gamma's parameters.
func NewInverseGamma(concentration, rate any, opts ...Option) *InverseGamma {
	base := NewGamma(concentration, rate, opts...)
	d := &InverseGamma{Concentration: base.Concentration, Rate: base.Rate}
	ts := []Transform{NewPowerTransform(base.Rate.NewOnes(nil).Neg())}
	d.transform(d, base, ts, hidden(concentrationRate(d.Concentration, d.Rate)), opts...)
	return d
}

func (d *InverseGamma) parent() Distribution { return &d.TransformedDistribution }

// Expand implements [Distribution].
func (d *InverseGamma) Expand(shape ...int) Distribution {
	return NewInverseGamma(d.Concentration.Expand(shape...), d.Rate.Expand(shape...), d.keep())
}

// Support implements [Distribution].
func (d *InverseGamma) Support() constraints.Constraint { return constraints.Positive }

// Mean implements [Distribution].
func (d *InverseGamma) Mean() *torch.Tensor {
	return torch.Where(d.Concentration.Gt(1), d.Rate.Div(d.Concentration.Sub(1)), math.Inf(1))
}

// Mode implements [Distribution].
func (d *InverseGamma) Mode() *torch.Tensor { return d.Rate.Div(d.Concentration.Add(1)) }

// Variance implements [Distribution].
func (d *InverseGamma) Variance() *torch.Tensor {
	c := d.Concentration
	return torch.Where(c.Gt(2), d.Rate.Square().Div(c.Sub(1).Square().Mul(c.Sub(2))), math.Inf(1))
}

// Entropy implements [Distribution].
func (d *InverseGamma) Entropy() *torch.Tensor {
	c := d.Concentration
	return c.Add(d.Rate.Log()).Add(c.Lgamma()).Sub(c.Add(1).Mul(c.Digamma()))
}
