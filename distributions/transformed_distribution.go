package distributions

import (
	"slices"

	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// TransformedDistribution is what transforms make of the samples of a distribution, as
// torch.distributions.TransformedDistribution.
type TransformedDistribution struct {
	Base
	BaseDist   Distribution
	Transforms []Transform
}

// NewTransformedDistribution makes it of the distribution and the transforms, the first one first.
func NewTransformedDistribution(base Distribution, transforms []Transform, opts ...Option) *TransformedDistribution {
	d := &TransformedDistribution{}
	d.transform(d, base, transforms, nil, opts...)
	return d
}

// transform is Init for what embeds a TransformedDistribution.
func (d *TransformedDistribution) transform(self Distribution, base Distribution, ts []Transform, params []Parameter, opts ...Option) {
	name := typeName(self)
	mustDistribution(name, "base distribution", base)
	t := NewComposeTransform(ts...)
	event := len(base.EventShape())
	shape := slices.Concat(base.BatchShape(), base.EventShape())
	domain, codomain := t.Domain().EventDim(), t.Codomain().EventDim()
	if len(shape) < domain {
		panic(invalid(name, "expected a base distribution of %d dimensions or more, but got the shape %s", domain, pyShape(shape)))
	}
	forward := t.ForwardShape(shape)
	if expanded := t.InverseShape(forward); !slices.Equal(shape, expanded) {
		base = base.Expand(expanded[:len(expanded)-event]...)
	}
	if n := domain - event; n > 0 {
		base = NewIndependent(base, n)
	}
	d.BaseDist, d.Transforms = base, t.Parts
	made := codomain + max(event-domain, 0)
	if since(2, 0) {
		made = max(codomain, event+codomain-domain)
	}
	cut := len(atLeast(name, forward, made)) - made
	d.Init(self, forward[:cut], forward[cut:], params, opts...)
}

// moved is Init for the expanded form of what embeds a TransformedDistribution.
func (d *TransformedDistribution) moved(self Distribution, from *TransformedDistribution, params []Parameter, shape torch.Shape) {
	d.BaseDist, d.Transforms = from.expandedBase(shape), from.Transforms
	d.Init(self, shape, from.event, params, from.keep())
}

func (d *TransformedDistribution) expandedBase(batch torch.Shape) Distribution {
	shape := slices.Concat(batch, d.event)
	for _, t := range slices.Backward(d.Transforms) {
		shape = t.InverseShape(shape)
	}
	return d.BaseDist.Expand(shape[:len(shape)-len(d.BaseDist.EventShape())]...)
}

// Expand implements [Distribution].
func (d *TransformedDistribution) Expand(shape ...int) Distribution {
	e := &TransformedDistribution{}
	e.moved(e, d, nil, shape)
	return e
}

// HasRSample implements [Distribution].
func (d *TransformedDistribution) HasRSample() bool { return d.BaseDist.HasRSample() }

// Support implements [Distribution].
func (d *TransformedDistribution) Support() constraints.Constraint {
	if len(d.Transforms) == 0 {
		return d.BaseDist.Support()
	}
	return widened(d.Transforms[len(d.Transforms)-1].Codomain(), len(d.event))
}

// Sample implements [Distribution].
func (d *TransformedDistribution) Sample(shape ...int) *torch.Tensor {
	return withoutGrad(func() *torch.Tensor { return d.forward(d.BaseDist.Sample(shape...)) })
}

// RSample implements [Distribution].
func (d *TransformedDistribution) RSample(shape ...int) *torch.Tensor {
	return d.forward(d.BaseDist.RSample(shape...))
}

func (d *TransformedDistribution) forward(x *torch.Tensor) *torch.Tensor {
	for _, t := range d.Transforms {
		x = t.Forward(x)
	}
	return x
}

// LogProb implements [Distribution].
func (d *TransformedDistribution) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	n := len(d.event)
	var sum *torch.Tensor
	y := value
	for _, t := range slices.Backward(d.Transforms) {
		x := t.Inverse(y)
		n += t.Domain().EventDim() - t.Codomain().EventDim()
		term := sumRightmost(t.LogAbsDetJacobian(x, y), n-t.Domain().EventDim())
		if sum == nil {
			sum = term.RSub(0.0)
		} else {
			sum = sum.Sub(term)
		}
		y = x
	}
	term := sumRightmost(d.BaseDist.LogProb(y), n-len(d.BaseDist.EventShape()))
	if sum == nil {
		return term.Add(0.0)
	}
	return sum.Add(term)
}

// monotone turns a probability round where the transforms fall.
func (d *TransformedDistribution) monotone(value *torch.Tensor) *torch.Tensor {
	sign := NewComposeTransform(d.Transforms...).Sign()
	if sign == 1 {
		return value
	}
	return value.Sub(0.5).Mul(sign).Add(0.5)
}

// CDF implements [Distribution].
func (d *TransformedDistribution) CDF(value *torch.Tensor) *torch.Tensor {
	if value == nil {
		panic(wrongType(d.name, "expected a tensor as value, but got nil"))
	}
	for _, t := range slices.Backward(d.Transforms) {
		value = t.Inverse(value)
	}
	if base, ok := d.BaseDist.(interface{ ValidateSample(*torch.Tensor) }); ok && d.validate {
		base.ValidateSample(value)
	}
	return d.monotone(d.BaseDist.CDF(value))
}

// ICDF implements [Distribution].
func (d *TransformedDistribution) ICDF(value *torch.Tensor) *torch.Tensor {
	return d.forward(d.BaseDist.ICDF(d.monotone(value)))
}
