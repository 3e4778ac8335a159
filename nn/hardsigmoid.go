package nn

import "multitorch/torch"

var hardsigmoid = newPointwise("hardsigmoid")

// Hardsigmoid is min(max(x + 3, 0), 6) / 6, elementwise, as torch.nn.Hardsigmoid.
type Hardsigmoid struct{ hard }

// NewHardsigmoid makes a Hardsigmoid.
func NewHardsigmoid(opts ...ActivationOption) *Hardsigmoid {
	m := &Hardsigmoid{}
	m.init("Hardsigmoid", opts)
	return m
}

// Forward maps [...] to [...]. With Inplace it returns x itself.
func (m *Hardsigmoid) Forward(x *torch.Tensor) *torch.Tensor { return m.apply(hardsigmoid, x) }

// hard is a rectifier whose printed form does not say Inplace.
type hard struct{ rectifier }

// ExtraRepr is what [Describe] prints in the brackets.
func (m *hard) ExtraRepr() string { return "" }
