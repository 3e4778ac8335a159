package distributions

import (
	"math"

	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// Bernoulli is 1 with a probability and else 0, as torch.distributions.Bernoulli.
type Bernoulli struct {
	Base
	Odds
}

// NewBernoulli makes it of [Probs] or [Logits], the log-odds.
func NewBernoulli(p ProbsOrLogits, opts ...Option) *Bernoulli {
	d := &Bernoulli{Odds: newOdds(broadcastAll("Bernoulli", p.name(), p.value)[0], p.logits, true)}
	d.Init(d, d.ParamShape(), nil, d.given(), opts...)
	return d
}

// Expand implements [Distribution].
func (d *Bernoulli) Expand(shape ...int) Distribution {
	e := &Bernoulli{Odds: d.expand(shape)}
	e.Init(e, shape, nil, e.given(), d.keep())
	return e
}

// Support implements [Distribution].
func (d *Bernoulli) Support() constraints.Constraint { return constraints.Boolean }

// Mean implements [Distribution].
func (d *Bernoulli) Mean() *torch.Tensor { return d.Probs() }

// Mode implements [Distribution]: NaN where both are as likely.
func (d *Bernoulli) Mode() *torch.Tensor {
	p := d.Probs()
	return p.Ge(0.5).To(p.DType()).IndexPut(math.NaN(), p.Eq(0.5))
}

// Variance implements [Distribution].
func (d *Bernoulli) Variance() *torch.Tensor { return d.Probs().Mul(d.Probs().RSub(1)) }

// Sample implements [Distribution].
func (d *Bernoulli) Sample(shape ...int) *torch.Tensor {
	return withoutGrad(func() *torch.Tensor { return d.Probs().Expand(d.ExtendedShape(shape...)...).Bernoulli() })
}

// LogProb implements [Distribution].
func (d *Bernoulli) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	p := torch.BroadcastTensors(d.Logits(), value)
	return crossEntropy(p[0], p[1]).Neg()
}

// Entropy implements [Distribution].
func (d *Bernoulli) Entropy() *torch.Tensor { return crossEntropy(d.Logits(), d.Probs()) }

// HasEnumerateSupport implements [Distribution].
func (d *Bernoulli) HasEnumerateSupport() bool { return true }

// EnumerateSupport implements [Distribution].
func (d *Bernoulli) EnumerateSupport(expand bool) *torch.Tensor {
	return enumerated(torch.Arange(0, 2, 1, d.param.DType(), d.param.Device()), d.batch, nil, expand)
}
