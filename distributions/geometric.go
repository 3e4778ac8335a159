package distributions

import (
	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// Geometric is the number of failures before the first success, as torch.distributions.Geometric.
type Geometric struct {
	Base
	Odds
}

// NewGeometric makes it of [Probs] of a success, above 0, or [Logits], the log-odds.
func NewGeometric(p ProbsOrLogits, opts ...Option) *Geometric {
	d := &Geometric{Odds: newOdds(broadcastAll("Geometric", p.name(), p.value)[0], p.logits, true)}
	params := d.given()
	if !p.logits {
		params = append(params, Parameter{Name: "probs", Value: d.param, Constraint: constraints.Positive, Hidden: true})
	}
	d.Init(d, d.ParamShape(), nil, params, opts...)
	return d
}

// Expand implements [Distribution].
func (d *Geometric) Expand(shape ...int) Distribution {
	e := &Geometric{Odds: d.expand(shape)}
	e.Init(e, shape, nil, e.given(), d.keep())
	return e
}

// Support implements [Distribution].
func (d *Geometric) Support() constraints.Constraint { return constraints.NonnegativeInteger }

// Mean implements [Distribution].
func (d *Geometric) Mean() *torch.Tensor { return d.Probs().RDiv(1.0).Sub(1.0) }

// Mode implements [Distribution].
func (d *Geometric) Mode() *torch.Tensor { return torch.ZerosLike(d.Probs()) }

// Variance implements [Distribution].
func (d *Geometric) Variance() *torch.Tensor { return d.Mean().Div(d.Probs()) }

// Sample implements [Distribution].
func (d *Geometric) Sample(shape ...int) *torch.Tensor {
	p := d.Probs()
	return withoutGrad(func() *torch.Tensor {
		u := empty(d.ExtendedShape(shape...), p).UniformInplace(finfoOf(p).tiny, 1)
		return u.Log().Div(p.Neg().Log1p()).Floor()
	})
}

// LogProb implements [Distribution].
func (d *Geometric) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	v := torch.BroadcastTensors(value, d.Probs())
	p := v[1].Contiguous().Clone()
	p.IndexPut(0, p.Eq(1).And(v[0].Eq(0)))
	return v[0].Mul(p.Neg().Log1p()).Add(d.Probs().Log())
}

// Entropy implements [Distribution].
func (d *Geometric) Entropy() *torch.Tensor {
	return crossEntropy(d.Logits(), d.Probs()).Div(d.Probs())
}
