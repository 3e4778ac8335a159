package distributions

import (
	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// OneHotCategorical is one of n classes as a vector with one 1, as torch.distributions.OneHotCategorical.
type OneHotCategorical struct {
	Base
	categorical *Categorical
}

// OneHotCategoricalStraightThrough is [OneHotCategorical] whose RSample passes the gradient on to the probabilities
// (Bengio, Léonard and Courville, Estimating or Propagating Gradients Through Stochastic Neurons, 2013).
type OneHotCategoricalStraightThrough struct{ OneHotCategorical }

// NewOneHotCategorical makes it of [Probs] or [Logits], as [NewCategorical].
func NewOneHotCategorical(p ProbsOrLogits, opts ...Option) *OneHotCategorical {
	d := &OneHotCategorical{categorical: NewCategorical(p)}
	d.init(d, opts...)
	return d
}

// NewOneHotCategoricalStraightThrough makes it of [Probs] or [Logits], as [NewCategorical].
func NewOneHotCategoricalStraightThrough(p ProbsOrLogits, opts ...Option) *OneHotCategoricalStraightThrough {
	d := &OneHotCategoricalStraightThrough{OneHotCategorical{categorical: NewCategorical(p)}}
	d.init(d, opts...)
	return d
}

func (d *OneHotCategorical) init(self Distribution, opts ...Option) {
	c := d.categorical
	d.Init(self, c.batch, torch.Shape{c.NumEvents()}, c.both(opts), opts...)
}

// Probs is the probabilities.
func (d *OneHotCategorical) Probs() *torch.Tensor { return d.categorical.Probs() }

// Logits is the logarithms of the probabilities.
func (d *OneHotCategorical) Logits() *torch.Tensor { return d.categorical.Logits() }

// Expand implements [Distribution].
func (d *OneHotCategorical) Expand(shape ...int) Distribution {
	e := &OneHotCategorical{categorical: d.categorical.Expand(shape...).(*Categorical)}
	e.init(e, d.keep())
	return e
}

// Expand implements [Distribution].
func (d *OneHotCategoricalStraightThrough) Expand(shape ...int) Distribution {
	e := &OneHotCategoricalStraightThrough{OneHotCategorical{categorical: d.categorical.Expand(shape...).(*Categorical)}}
	e.init(e, d.keep())
	return e
}

// Support implements [Distribution].
func (d *OneHotCategorical) Support() constraints.Constraint { return constraints.OneHot }

// Mean implements [Distribution].
func (d *OneHotCategorical) Mean() *torch.Tensor { return d.Probs() }

// Mode implements [Distribution].
func (d *OneHotCategorical) Mode() *torch.Tensor {
	return oneHot(d.Probs().Argmax(-1), d.event[0], d.Probs())
}

// Variance implements [Distribution].
func (d *OneHotCategorical) Variance() *torch.Tensor { return d.Probs().Mul(d.Probs().RSub(1)) }

// Sample implements [Distribution].
func (d *OneHotCategorical) Sample(shape ...int) *torch.Tensor {
	probs := d.Probs()
	return oneHot(d.categorical.Sample(shape...), d.event[0], probs)
}

func (d *OneHotCategoricalStraightThrough) parent() Distribution { return &d.OneHotCategorical }

// HasRSample implements [Distribution].
func (d *OneHotCategoricalStraightThrough) HasRSample() bool { return true }

// RSample implements [Distribution].
func (d *OneHotCategoricalStraightThrough) RSample(shape ...int) *torch.Tensor {
	samples := d.Sample(shape...)
	return samples.Add(d.Probs().Sub(d.Probs().Detach()))
}

// LogProb implements [Distribution].
func (d *OneHotCategorical) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	_, index := value.MaxDim(-1)
	return d.categorical.LogProb(index)
}

// Entropy implements [Distribution].
func (d *OneHotCategorical) Entropy() *torch.Tensor { return d.categorical.Entropy() }

// HasEnumerateSupport implements [Distribution].
func (d *OneHotCategorical) HasEnumerateSupport() bool { return true }

// EnumerateSupport implements [Distribution].
func (d *OneHotCategorical) EnumerateSupport(expand bool) *torch.Tensor {
	p := d.categorical.param
	return enumerated(torch.Eye(d.event[0], p.DType(), p.Device()), d.batch, d.event, expand)
}
