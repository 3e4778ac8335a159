package distributions

import (
	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// Poisson is how many events come that come at a rate, as torch.distributions.Poisson.
type Poisson struct {
	Base
	Rate *torch.Tensor
}

// NewPoisson makes it of the rate.
func NewPoisson(rate any, opts ...Option) *Poisson {
	d := &Poisson{Rate: broadcastAll("Poisson", "rate", rate)[0]}
	d.Init(d, d.Rate.Shape(), nil, []Parameter{{Name: "rate", Value: d.Rate, Constraint: constraints.Nonnegative}}, opts...)
	return d
}

// Expand implements [Distribution].
func (d *Poisson) Expand(shape ...int) Distribution {
	return NewPoisson(d.Rate.Expand(shape...), d.keep())
}

// Support implements [Distribution].
func (d *Poisson) Support() constraints.Constraint { return constraints.NonnegativeInteger }

// Mean implements [Distribution].
func (d *Poisson) Mean() *torch.Tensor { return d.Rate }

// Mode implements [Distribution].
func (d *Poisson) Mode() *torch.Tensor { return d.Rate.Floor() }

// Variance implements [Distribution].
func (d *Poisson) Variance() *torch.Tensor { return d.Rate }

// Sample implements [Distribution].
func (d *Poisson) Sample(shape ...int) *torch.Tensor {
	return withoutGrad(func() *torch.Tensor { return d.Rate.Expand(d.ExtendedShape(shape...)...).Poisson() })
}

// LogProb implements [Distribution].
func (d *Poisson) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	p := torch.BroadcastTensors(d.Rate, value)
	rate, v := p[0], p[1]
	return v.Xlogy(rate).Sub(rate).Sub(v.Add(1).Lgamma())
}
