package distributions

import (
	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// Gamma is torch.distributions.Gamma, with the density βᵃxᵃ⁻¹e^(-βx)/Γ(a).
type Gamma struct {
	Base
	Concentration, Rate *torch.Tensor
}

// Chi2 is the sum of the squares of df normal numbers, as torch.distributions.Chi2.
type Chi2 struct{ Gamma }

// NewGamma makes it of a, the concentration, and β, the rate.
func NewGamma(concentration, rate any, opts ...Option) *Gamma {
	p := broadcastAll("Gamma", "concentration rate", concentration, rate)
	d := &Gamma{Concentration: p[0], Rate: p[1]}
	d.Init(d, d.Rate.Shape(), nil, concentrationRate(p[0], p[1]), opts...)
	return d
}

func concentrationRate(concentration, rate *torch.Tensor) []Parameter {
	return []Parameter{
		{Name: "concentration", Value: concentration, Constraint: constraints.Positive},
		{Name: "rate", Value: rate, Constraint: constraints.Positive},
	}
}

// NewChi2 makes it of the degrees of freedom.
func NewChi2(df any, opts ...Option) *Chi2 {
	v := broadcastAll("Chi2", "df", df)[0].Mul(0.5)
	return newChi2(v, torch.FullLike(v, 0.5), opts...)
}

func newChi2(concentration, rate *torch.Tensor, opts ...Option) *Chi2 {
	d := &Chi2{Gamma{Concentration: concentration, Rate: rate}}
	d.Init(d, rate.Shape(), nil, []Parameter{{Name: "df", Value: d.DF(), Constraint: constraints.Positive, Hidden: true}}, opts...)
	return d
}

// DF is the degrees of freedom.
func (d *Chi2) DF() *torch.Tensor { return d.Concentration.Mul(2) }

func (d *Chi2) parent() Distribution { return &d.Gamma }

// Expand implements [Distribution].
func (d *Gamma) Expand(shape ...int) Distribution {
	return NewGamma(d.Concentration.Expand(shape...), d.Rate.Expand(shape...), d.keep())
}

// Expand implements [Distribution].
func (d *Chi2) Expand(shape ...int) Distribution {
	return newChi2(d.Concentration.Expand(shape...), d.Rate.Expand(shape...), d.keep())
}

// Support implements [Distribution].
func (d *Gamma) Support() constraints.Constraint { return constraints.Nonnegative }

// Mean implements [Distribution].
func (d *Gamma) Mean() *torch.Tensor { return d.Concentration.Div(d.Rate) }

// Mode implements [Distribution].
func (d *Gamma) Mode() *torch.Tensor { return d.Concentration.Sub(1).Div(d.Rate).Clamp(0, nil) }

// Variance implements [Distribution].
func (d *Gamma) Variance() *torch.Tensor { return d.Concentration.Div(d.Rate.Pow(2)) }

// HasRSample implements [Distribution].
func (d *Gamma) HasRSample() bool { return true }

// RSample implements [Distribution].
func (d *Gamma) RSample(shape ...int) *torch.Tensor {
	shape = d.ExtendedShape(shape...)
	value := standardGamma.Unary(d.Concentration.Expand(shape...)).Div(d.Rate.Expand(shape...))
	value.Detach().ClampInplace(finfoOf(value).tiny, nil)
	return value
}

// LogProb implements [Distribution].
func (d *Gamma) LogProb(value *torch.Tensor) *torch.Tensor {
	if value != nil {
		value = value.TypeAs(d.Rate)
	}
	d.ValidateSample(value)
	c, rate := d.Concentration, d.Rate
	return c.Xlogy(rate).Add(c.Sub(1).Xlogy(value)).Sub(rate.Mul(value)).Sub(c.Lgamma())
}

// CDF implements [Distribution].
func (d *Gamma) CDF(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	return d.Concentration.Igamma(d.Rate.Mul(value))
}

// Entropy implements [Distribution].
func (d *Gamma) Entropy() *torch.Tensor {
	c := d.Concentration
	return c.Sub(d.Rate.Log()).Add(c.Lgamma()).Add(c.RSub(1.0).Mul(c.Digamma()))
}
