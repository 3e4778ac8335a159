package distributions

import (
	"math"
	"slices"

	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// Categorical is one of n classes, from 0 to n-1, as torch.distributions.Categorical.
type Categorical struct {
	Base
	Odds
}

// NewCategorical makes it of [Probs] or [Logits], whose last dimension is the classes. Neither needs to sum to 1.
func NewCategorical(p ProbsOrLogits, opts ...Option) *Categorical {
	v := needTensor("Categorical", p.name(), p.value, 1)
	if p.logits {
		v = v.Sub(v.Logsumexp(-1, torch.KeepDim))
	} else {
		v = v.Div(v.Sum(-1, torch.KeepDim))
	}
	d := &Categorical{Odds: newOdds(v, p.logits, false)}
	shape := v.Shape()
	d.Init(d, shape[:len(shape)-1], nil, d.given(), opts...)
	return d
}

// NumEvents is the number of classes.
func (d *Categorical) NumEvents() int { return d.param.Size(-1) }

// Expand implements [Distribution].
func (d *Categorical) Expand(shape ...int) Distribution {
	e := &Categorical{Odds: d.expand(append(slices.Clone(shape), d.NumEvents()))}
	e.Init(e, shape, nil, e.given(), d.keep())
	return e
}

// Support implements [Distribution].
func (d *Categorical) Support() constraints.Constraint {
	return constraints.IntegerInterval(0, d.NumEvents()-1)
}

// Mean implements [Distribution]: NaN.
func (d *Categorical) Mean() *torch.Tensor { return full(d.batch, math.NaN(), d.Probs()) }

// Variance implements [Distribution]: NaN.
func (d *Categorical) Variance() *torch.Tensor { return full(d.batch, math.NaN(), d.Probs()) }

// Mode implements [Distribution].
func (d *Categorical) Mode() *torch.Tensor { return d.Probs().Argmax(-1) }

// Sample implements [Distribution].
func (d *Categorical) Sample(shape ...int) *torch.Tensor {
	n := 1
	for _, size := range shape {
		n *= size
	}
	flat := d.Probs().Reshape(-1, d.NumEvents()).Multinomial(n, true).T()
	return flat.Reshape(d.ExtendedShape(shape...)...)
}

// LogProb implements [Distribution].
func (d *Categorical) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	p := torch.BroadcastTensors(value.Long().Unsqueeze(-1), d.Logits())
	return p[1].Gather(-1, p[0].Slice(-1, 0, 1, 1)).Squeeze(-1)
}

// Entropy implements [Distribution].
func (d *Categorical) Entropy() *torch.Tensor {
	return d.Logits().Clamp(finfoOf(d.Logits()).min, nil).Mul(d.Probs()).Sum(-1).Neg()
}

// HasEnumerateSupport implements [Distribution].
func (d *Categorical) HasEnumerateSupport() bool { return true }

// EnumerateSupport implements [Distribution].
func (d *Categorical) EnumerateSupport(expand bool) *torch.Tensor {
	return enumerated(torch.Arange(0, d.NumEvents(), 1, torch.Int64, d.param.Device()), d.batch, nil, expand)
}
