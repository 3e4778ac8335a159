package distributions

import (
	"math"

	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// Kumaraswamy is a number from 0 to 1, much as [Beta], as torch.distributions.Kumaraswamy.
type Kumaraswamy struct {
	TransformedDistribution
	Concentration1, Concentration0 *torch.Tensor
}

// NewKumaraswamy makes it of its two concentrations.
func NewKumaraswamy(concentration1, concentration0 any, opts ...Option) *Kumaraswamy {
	p := broadcastAll("Kumaraswamy", "concentration1 concentration0", concentration1, concentration0)
	d := &Kumaraswamy{Concentration1: p[0], Concentration0: p[1]}
	base := NewUniform(torch.FullLike(p[1], 0), torch.FullLike(p[1], 1), opts...)
	d.transform(d, base, []Transform{
		NewPowerTransform(d.Concentration0.Reciprocal()), NewAffineTransform(1.0, -1.0), NewPowerTransform(d.Concentration1.Reciprocal()),
	}, d.concentrations(), opts...)
	return d
}

func (d *Kumaraswamy) concentrations() []Parameter {
	return []Parameter{
		{Name: "concentration1", Value: d.Concentration1, Constraint: constraints.Positive},
		{Name: "concentration0", Value: d.Concentration0, Constraint: constraints.Positive},
	}
}

func (d *Kumaraswamy) parent() Distribution { return &d.TransformedDistribution }

// Expand implements [Distribution].
func (d *Kumaraswamy) Expand(shape ...int) Distribution {
	e := &Kumaraswamy{Concentration1: d.Concentration1.Expand(shape...), Concentration0: d.Concentration0.Expand(shape...)}
	e.moved(e, &d.TransformedDistribution, e.concentrations(), shape)
	return e
}

// Support implements [Distribution].
func (d *Kumaraswamy) Support() constraints.Constraint { return constraints.UnitInterval }

// moment is the mean of the n-th power.
func (d *Kumaraswamy) moment(n int) *torch.Tensor {
	a, b := d.Concentration1, d.Concentration0
	arg := a.RDiv(n).Add(1)
	return b.Mul(arg.Lgamma().Add(b.Lgamma()).Sub(arg.Add(b).Lgamma()).Exp())
}

// Mean implements [Distribution].
func (d *Kumaraswamy) Mean() *torch.Tensor { return d.moment(1) }

// Mode implements [Distribution]: NaN where a concentration is below 1.
func (d *Kumaraswamy) Mode() *torch.Tensor {
	c1, c0 := d.Concentration1, d.Concentration0
	mode := c0.Reciprocal().Mul(c0.Neg().Log1p()).Sub(c0.Neg().Mul(c1).Log1p())
	return mode.IndexPut(math.NaN(), c0.Lt(1).Or(c1.Lt(1))).Exp()
}

// Variance implements [Distribution].
func (d *Kumaraswamy) Variance() *torch.Tensor { return d.moment(2).Sub(d.Mean().Pow(2)) }

// Entropy implements [Distribution].
func (d *Kumaraswamy) Entropy() *torch.Tensor {
	c1, c0 := d.Concentration1, d.Concentration0
	t1, t0 := c1.Reciprocal().RSub(1), c0.Reciprocal().RSub(1)
	h0 := c0.Add(1).Digamma().Add(eulerConstant)
	return t0.Add(t1.Mul(h0)).Sub(c1.Log()).Sub(c0.Log())
}
