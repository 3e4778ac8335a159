package distributions

import (
	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// Pareto is torch.distributions.Pareto, of type 1: with the density α·scaleᵅ/xᵅ⁺¹ from scale on.
type Pareto struct {
	TransformedDistribution
	Scale, Alpha *torch.Tensor
}

// NewPareto makes it of the smallest value and α.
func NewPareto(scale, alpha any, opts ...Option) *Pareto {
	p := broadcastAll("Pareto", "scale alpha", scale, alpha)
	d := &Pareto{Scale: p[0], Alpha: p[1]}
	ts := []Transform{NewExpTransform(), NewAffineTransform(0, d.Scale)}
	d.transform(d, NewExponential(d.Alpha, opts...), ts, d.alphaScale(), opts...)
	return d
}

func (d *Pareto) alphaScale() []Parameter {
	return []Parameter{
		{Name: "alpha", Value: d.Alpha, Constraint: constraints.Positive}, {Name: "scale", Value: d.Scale, Constraint: constraints.Positive},
	}
}

func (d *Pareto) parent() Distribution { return &d.TransformedDistribution }

// Expand implements [Distribution].
func (d *Pareto) Expand(shape ...int) Distribution {
	e := &Pareto{Scale: d.Scale.Expand(shape...), Alpha: d.Alpha.Expand(shape...)}
	e.moved(e, &d.TransformedDistribution, e.alphaScale(), shape)
	return e
}

// Support implements [Distribution].
func (d *Pareto) Support() constraints.Constraint { return constraints.GreaterThanEq(d.Scale) }

// Mean implements [Distribution].
func (d *Pareto) Mean() *torch.Tensor {
	a := d.Alpha.Clamp(1, nil)
	return a.Mul(d.Scale).Div(a.Sub(1))
}

// Mode implements [Distribution].
func (d *Pareto) Mode() *torch.Tensor { return d.Scale }

// Variance implements [Distribution].
func (d *Pareto) Variance() *torch.Tensor {
	a := d.Alpha.Clamp(2, nil)
	return d.Scale.Pow(2).Mul(a).Div(a.Sub(1).Pow(2).Mul(a.Sub(2)))
}

// Entropy implements [Distribution].
func (d *Pareto) Entropy() *torch.Tensor {
	return d.Scale.Div(d.Alpha).Log().Add(d.Alpha.Reciprocal().Add(1))
}
