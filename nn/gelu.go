package nn

import "multitorch/torch"

var gelu = newPointwise("gelu", "approximate")

// GELU is x·Φ(x), elementwise, where Φ is the normal distribution's, as
// torch.nn.GELU (Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016).
type GELU struct{ activation }

// NewGELU makes a GELU.
func NewGELU(opts ...ActivationOption) *GELU {
	m := &GELU{}
	m.init("GELU", "approximate", ActivationConfig{Approximate: "none"}, opts)
	if a := m.config.Approximate; a != "none" && a != "tanh" {
		panic(invalid("GELU", "approximate must be none or tanh, but got %.40q", a))
	}
	return m
}

// Forward maps [...] to [...].
func (m *GELU) Forward(x *torch.Tensor) *torch.Tensor { return m.apply(gelu, x, m.config.Approximate) }

// ExtraRepr is what [Describe] prints in the brackets.
func (m *GELU) ExtraRepr() string { return "approximate='" + m.config.Approximate + "'" }
