package distributions

import (
	"fmt"
	"slices"

	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// MixtureSameFamily is one of several distributions of one kind, chosen at random, as
// torch.distributions.MixtureSameFamily.
type MixtureSameFamily struct {
	Base
	Mixture   *Categorical
	Component Distribution
}

// NewMixtureSameFamily makes it of the choice and of the distributions, which are the last dimension of a batch.
func NewMixtureSameFamily(mixture *Categorical, component Distribution, opts ...Option) *MixtureSameFamily {
	const op = "MixtureSameFamily"
	if mixture == nil {
		panic(wrongType(op, "the mixture distribution is nil"))
	}
	mustDistribution(op, "component distribution", component)
	batch := atLeast(op, component.BatchShape(), 1)
	n, chosen := len(batch)-1, mixture.BatchShape()
	for i := range min(n, len(chosen)) {
		if a, b := batch[n-1-i], chosen[len(chosen)-1-i]; a != 1 && b != 1 && a != b {
			panic(invalid(op, "expected batches that can be broadcast, but got the mixture's %s and the components' %s",
				pyShape(chosen), pyShape(batch)))
		}
	}
	if k := mixture.NumEvents(); k != batch[n] {
		panic(invalid(op, "expected as many components as the mixture chooses from, %d, but got %d", k, batch[n]))
	}
	d := &MixtureSameFamily{Mixture: mixture, Component: component}
	d.Init(d, batch[:n], component.EventShape(), nil, opts...)
	return d
}

// Expand implements [Distribution].
func (d *MixtureSameFamily) Expand(shape ...int) Distribution {
	component := d.Component.Expand(append(slices.Clone(shape), d.Mixture.NumEvents())...)
	return NewMixtureSameFamily(d.Mixture.Expand(shape...).(*Categorical), component, d.keep())
}

// Support implements [Distribution].
func (d *MixtureSameFamily) Support() constraints.Constraint {
	if since(2, 7) {
		return mixtureConstraint{d.Component.Support()}
	}
	return d.Component.Support()
}

// mixtureConstraint holds where that of all components does.
type mixtureConstraint struct{ constraints.Constraint }

func (c mixtureConstraint) Check(value *torch.Tensor) *torch.Tensor {
	ok := c.Constraint.Check(value.Unsqueeze(-1 - c.EventDim()))
	return ok.Flatten(value.Dim()-c.EventDim(), -1).All(-1)
}

func (c mixtureConstraint) String() string {
	return "MixtureSameFamilyConstraint(" + c.Constraint.String() + ")"
}

// pad makes room for the components.
func (d *MixtureSameFamily) pad(x *torch.Tensor) *torch.Tensor { return x.Unsqueeze(-1 - len(d.event)) }

// weights are the probabilities, in a shape that fits the components' moments.
func (d *MixtureSameFamily) weights() *torch.Tensor {
	p := d.Mixture.Probs()
	shape := p.Shape()
	n := len(shape) - 1
	batch, chosen := len(d.batch), n
	if !since(2, 0) {
		batch, chosen = numel(d.batch), numel(shape[:n])
	}
	more := batch - chosen
	if !since(2, 0) && chosen == 1 || since(2, 0) && chosen == 0 {
		more = 0
	}
	ones := slices.Repeat([]int{1}, max(more, 0))
	return p.Reshape(slices.Concat(shape[:n], ones, shape[n:], slices.Repeat([]int{1}, len(d.event)))...)
}

// Mean implements [Distribution].
func (d *MixtureSameFamily) Mean() *torch.Tensor {
	return d.weights().Mul(d.Component.Mean()).Sum(-1 - len(d.event))
}

// Variance implements [Distribution].
func (d *MixtureSameFamily) Variance() *torch.Tensor {
	p, dim := d.weights(), -1-len(d.event)
	within := p.Mul(d.Component.Variance()).Sum(dim)
	between := p.Mul(d.Component.Mean().Sub(d.pad(d.Mean())).Pow(2.0)).Sum(dim)
	return within.Add(between)
}

// CDF implements [Distribution].
func (d *MixtureSameFamily) CDF(value *torch.Tensor) *torch.Tensor {
	return d.Component.CDF(d.pad(value)).Mul(d.Mixture.Probs()).Sum(-1)
}

// LogProb implements [Distribution].
func (d *MixtureSameFamily) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	logProb := d.Component.LogProb(d.pad(value))
	return logProb.Add(d.Mixture.Logits().LogSoftmax(-1)).Logsumexp(-1)
}

// Sample implements [Distribution].
func (d *MixtureSameFamily) Sample(shape ...int) *torch.Tensor {
	return withoutGrad(func() *torch.Tensor {
		dim := len(shape) + len(d.batch)
		chosen := d.Mixture.Sample(shape...)
		samples := d.Component.Sample(shape...)
		n := chosen.Dim()
		index := chosen.Reshape(append(chosen.Shape(), slices.Repeat([]int{1}, len(d.event)+1)...)...)
		index = index.Repeat(slices.Concat(slices.Repeat([]int{1}, n+1), d.event)...)
		return samples.Gather(dim, index).Squeeze(dim)
	})
}

// String implements [Distribution].
func (d *MixtureSameFamily) String() string {
	return fmt.Sprintf("MixtureSameFamily(\n  %s,\n  %s)", d.Mixture, d.Component)
}
