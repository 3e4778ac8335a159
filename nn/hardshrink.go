package nn

import "multitorch/torch"

var (
	hardshrink = newPointwise("hardshrink", "lambd")
	softshrink = newPointwise("softshrink", "lambd")
)

// Hardshrink is x where its size is above λ, else 0, elementwise, as torch.nn.Hardshrink.
type Hardshrink struct{ shrink }

// NewHardshrink makes a Hardshrink.
func NewHardshrink(opts ...ActivationOption) *Hardshrink {
	m := &Hardshrink{}
	m.init("Hardshrink", opts)
	return m
}

// Forward maps [...] to [...].
func (m *Hardshrink) Forward(x *torch.Tensor) *torch.Tensor {
	return m.apply(hardshrink, x, m.config.Lambd)
}

// Softshrink is x moved by λ towards 0, and 0 where its size is below that, elementwise, as
// torch.nn.Softshrink.
type Softshrink struct{ shrink }

// NewSoftshrink makes a Softshrink.
func NewSoftshrink(opts ...ActivationOption) *Softshrink {
	m := &Softshrink{}
	m.init("Softshrink", opts)
	if m.config.Lambd < 0 {
		panic(invalid("Softshrink", "lambd must be at least 0, but got %v", m.config.Lambd))
	}
	return m
}

// Forward maps [...] to [...].
func (m *Softshrink) Forward(x *torch.Tensor) *torch.Tensor {
	return m.apply(softshrink, x, m.config.Lambd)
}

// shrink is a function that takes small elements for 0.
type shrink struct{ activation }

func (m *shrink) init(kind string, opts []ActivationOption) {
	m.activation.init(kind, "lambd", ActivationConfig{Lambd: 0.5}, opts)
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *shrink) ExtraRepr() string { return pyFloat(m.config.Lambd) }
