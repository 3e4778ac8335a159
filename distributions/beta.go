package distributions

import (
	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// Beta is a probability, as torch.distributions.Beta: with the density in proportion to xᵃ⁻¹(1-x)ᵇ⁻¹.
type Beta struct {
	Base
	dirichlet *Dirichlet
}

// NewBeta makes it of a, the concentration1, and b, the concentration0.
func NewBeta(concentration1, concentration0 any, opts ...Option) *Beta {
	p := broadcastAll("Beta", "concentration1 concentration0", concentration1, concentration0)
	return newBeta(NewDirichlet(torch.Stack(p, -1), kept(configure("Beta", opts).validate)), opts...)
}

func newBeta(dirichlet *Dirichlet, opts ...Option) *Beta {
	d := &Beta{dirichlet: dirichlet}
	d.Init(d, dirichlet.batch, nil, []Parameter{
		{Name: "concentration1", Value: d.Concentration1(), Constraint: constraints.Positive, Hidden: true},
		{Name: "concentration0", Value: d.Concentration0(), Constraint: constraints.Positive, Hidden: true},
	}, opts...)
	return d
}

// Concentration1 is a.
func (d *Beta) Concentration1() *torch.Tensor { return d.dirichlet.Concentration.Select(-1, 0) }

// Concentration0 is b.
func (d *Beta) Concentration0() *torch.Tensor { return d.dirichlet.Concentration.Select(-1, 1) }

// Expand implements [Distribution].
func (d *Beta) Expand(shape ...int) Distribution {
	return newBeta(d.dirichlet.Expand(shape...).(*Dirichlet), d.keep())
}

// Support implements [Distribution].
func (d *Beta) Support() constraints.Constraint { return constraints.UnitInterval }

// Mean implements [Distribution].
func (d *Beta) Mean() *torch.Tensor {
	return d.Concentration1().Div(d.Concentration1().Add(d.Concentration0()))
}

// Mode implements [Distribution].
func (d *Beta) Mode() *torch.Tensor { return d.dirichlet.Mode().Select(-1, 0) }

// Variance implements [Distribution].
func (d *Beta) Variance() *torch.Tensor {
	total := d.Concentration1().Add(d.Concentration0())
	return d.Concentration1().Mul(d.Concentration0()).Div(total.Pow(2).Mul(total.Add(1)))
}

// HasRSample implements [Distribution].
func (d *Beta) HasRSample() bool { return true }

// RSample implements [Distribution].
func (d *Beta) RSample(shape ...int) *torch.Tensor {
	return d.dirichlet.RSample(shape...).Select(-1, 0)
}

// LogProb implements [Distribution].
func (d *Beta) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	return d.dirichlet.LogProb(torch.Stack([]*torch.Tensor{value, value.RSub(1.0)}, -1))
}

// Entropy implements [Distribution].
func (d *Beta) Entropy() *torch.Tensor { return d.dirichlet.Entropy() }
