package distributions

import (
	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// RelaxedBernoulli is a number from 0 to 1, closer to both the lower the temperature, as
// torch.distributions.RelaxedBernoulli: a Bernoulli number with a gradient (Maddison, Mnih and Teh, The Concrete
// Distribution, 2017; Jang, Gu and Poole, Categorical Reparameterization with Gumbel-Softmax, 2017).
type RelaxedBernoulli struct{ TransformedDistribution }

// NewRelaxedBernoulli makes it of the temperature and [Probs] or [Logits].
func NewRelaxedBernoulli(temperature *torch.Tensor, p ProbsOrLogits, opts ...Option) *RelaxedBernoulli {
	return newRelaxedBernoulli(NewLogitRelaxedBernoulli(temperature, p), opts...)
}

func newRelaxedBernoulli(base *LogitRelaxedBernoulli, opts ...Option) *RelaxedBernoulli {
	d := &RelaxedBernoulli{}
	d.transform(d, base, []Transform{NewSigmoidTransform()}, base.both(opts), opts...)
	return d
}

func (d *RelaxedBernoulli) base() *LogitRelaxedBernoulli { return d.BaseDist.(*LogitRelaxedBernoulli) }

// Temperature is how far the samples are from 0 and 1.
func (d *RelaxedBernoulli) Temperature() *torch.Tensor { return d.base().Temperature }

// Probs is the probabilities.
func (d *RelaxedBernoulli) Probs() *torch.Tensor { return d.base().Probs() }

// Logits is the log-odds.
func (d *RelaxedBernoulli) Logits() *torch.Tensor { return d.base().Logits() }

func (d *RelaxedBernoulli) parent() Distribution { return &d.TransformedDistribution }

// Expand implements [Distribution].
func (d *RelaxedBernoulli) Expand(shape ...int) Distribution {
	return newRelaxedBernoulli(d.base().Expand(shape...).(*LogitRelaxedBernoulli), d.keep())
}

// Support implements [Distribution].
func (d *RelaxedBernoulli) Support() constraints.Constraint { return constraints.UnitInterval }

// LogitRelaxedBernoulli is the log-odds of a [RelaxedBernoulli] number.
type LogitRelaxedBernoulli struct {
	Base
	Odds
	Temperature *torch.Tensor
}

// NewLogitRelaxedBernoulli makes it of the temperature and [Probs] or [Logits].
func NewLogitRelaxedBernoulli(temperature *torch.Tensor, p ProbsOrLogits, opts ...Option) *LogitRelaxedBernoulli {
	const op = "LogitRelaxedBernoulli"
	t := needTensor(op, "temperature", temperature, 0)
	return newLogitRelaxedBernoulli(t, newOdds(broadcastAll(op, p.name(), p.value)[0], p.logits, true), opts...)
}

func newLogitRelaxedBernoulli(temperature *torch.Tensor, o Odds, opts ...Option) *LogitRelaxedBernoulli {
	d := &LogitRelaxedBernoulli{Odds: o, Temperature: temperature}
	d.Init(d, d.ParamShape(), nil, d.given(), opts...)
	return d
}

// Expand implements [Distribution].
func (d *LogitRelaxedBernoulli) Expand(shape ...int) Distribution {
	return newLogitRelaxedBernoulli(d.Temperature, d.expand(shape), d.keep())
}

// Support implements [Distribution].
func (d *LogitRelaxedBernoulli) Support() constraints.Constraint { return constraints.Real }

// HasRSample implements [Distribution]. Python says no, and has RSample all the same.
func (d *LogitRelaxedBernoulli) HasRSample() bool { return true }

// RSample implements [Distribution].
func (d *LogitRelaxedBernoulli) RSample(shape ...int) *torch.Tensor {
	shape = d.ExtendedShape(shape...)
	probs := clampProbs(d.Probs().Expand(shape...))
	u := clampProbs(rand(shape, probs))
	return u.Log().Sub(u.Neg().Log1p()).Add(probs.Log()).Sub(probs.Neg().Log1p()).Div(d.Temperature)
}

// LogProb implements [Distribution].
func (d *LogitRelaxedBernoulli) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	p := torch.BroadcastTensors(d.Logits(), value)
	diff := p[0].Sub(p[1].Mul(d.Temperature))
	return d.Temperature.Log().Add(diff).Sub(diff.Exp().Log1p().Mul(2))
}
