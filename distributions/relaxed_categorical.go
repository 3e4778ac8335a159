package distributions

import (
	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// RelaxedOneHotCategorical is a point of the simplex, closer to a corner the lower the temperature, as
// torch.distributions.RelaxedOneHotCategorical: a class with a gradient, by the Gumbel-softmax.
type RelaxedOneHotCategorical struct{ TransformedDistribution }

// NewRelaxedOneHotCategorical makes it of the temperature and [Probs] or [Logits].
func NewRelaxedOneHotCategorical(temperature *torch.Tensor, p ProbsOrLogits, opts ...Option) *RelaxedOneHotCategorical {
	return newRelaxedOneHot(NewExpRelaxedCategorical(temperature, p, opts...), opts...)
}

func newRelaxedOneHot(base *ExpRelaxedCategorical, opts ...Option) *RelaxedOneHotCategorical {
	d := &RelaxedOneHotCategorical{}
	d.transform(d, base, []Transform{NewExpTransform()}, base.categorical.both(opts), opts...)
	return d
}

func (d *RelaxedOneHotCategorical) base() *ExpRelaxedCategorical {
	return d.BaseDist.(*ExpRelaxedCategorical)
}

// Temperature is how far the samples are from a corner.
func (d *RelaxedOneHotCategorical) Temperature() *torch.Tensor { return d.base().Temperature }

// Probs is the probabilities.
func (d *RelaxedOneHotCategorical) Probs() *torch.Tensor { return d.base().Probs() }

// Logits is the logarithms of the probabilities.
func (d *RelaxedOneHotCategorical) Logits() *torch.Tensor { return d.base().Logits() }

func (d *RelaxedOneHotCategorical) parent() Distribution { return &d.TransformedDistribution }

// Expand implements [Distribution].
func (d *RelaxedOneHotCategorical) Expand(shape ...int) Distribution {
	return newRelaxedOneHot(d.base().Expand(shape...).(*ExpRelaxedCategorical), d.keep())
}

// Support implements [Distribution].
func (d *RelaxedOneHotCategorical) Support() constraints.Constraint { return constraints.Simplex }

// ExpRelaxedCategorical is the logarithms of a [RelaxedOneHotCategorical] point.
type ExpRelaxedCategorical struct {
	Base
	Temperature *torch.Tensor
	categorical *Categorical
}

// NewExpRelaxedCategorical makes it of the temperature and [Probs] or [Logits].
func NewExpRelaxedCategorical(temperature *torch.Tensor, p ProbsOrLogits, opts ...Option) *ExpRelaxedCategorical {
	c := NewCategorical(p)
	return newExpRelaxed(needTensor("ExpRelaxedCategorical", "temperature", temperature, 0), c, opts...)
}

func newExpRelaxed(temperature *torch.Tensor, c *Categorical, opts ...Option) *ExpRelaxedCategorical {
	d := &ExpRelaxedCategorical{Temperature: temperature, categorical: c}
	d.Init(d, c.batch, torch.Shape{c.NumEvents()}, c.both(opts), opts...)
	return d
}

// Probs is the probabilities.
func (d *ExpRelaxedCategorical) Probs() *torch.Tensor { return d.categorical.Probs() }

// Logits is the logarithms of the probabilities.
func (d *ExpRelaxedCategorical) Logits() *torch.Tensor { return d.categorical.Logits() }

// Expand implements [Distribution].
func (d *ExpRelaxedCategorical) Expand(shape ...int) Distribution {
	return newExpRelaxed(d.Temperature, d.categorical.Expand(shape...).(*Categorical), d.keep())
}

// Support implements [Distribution].
func (d *ExpRelaxedCategorical) Support() constraints.Constraint { return constraints.RealVector }

// HasRSample implements [Distribution].
func (d *ExpRelaxedCategorical) HasRSample() bool { return true }

// RSample implements [Distribution].
func (d *ExpRelaxedCategorical) RSample(shape ...int) *torch.Tensor {
	u := clampProbs(rand(d.ExtendedShape(shape...), d.Logits()))
	gumbels := u.Log().Neg().Log().Neg()
	scores := d.Logits().Add(gumbels).Div(d.Temperature)
	return scores.Sub(scores.Logsumexp(-1, torch.KeepDim))
}

// LogProb implements [Distribution].
func (d *ExpRelaxedCategorical) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	k := d.event[0]
	p := torch.BroadcastTensors(d.Logits(), value)
	logScale := torch.FullLike(d.Temperature, float64(k)).Lgamma().Sub(d.Temperature.Log().Mul(-(k - 1)))
	score := p[0].Sub(p[1].Mul(d.Temperature))
	return score.Sub(score.Logsumexp(-1, torch.KeepDim)).Sum(-1).Add(logScale)
}
