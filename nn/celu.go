package nn

import "multitorch/torch"

var celu = newPointwise("celu", "alpha")

// CELU is max(x, 0) + min(α·(exp(x/α) - 1), 0), elementwise, as torch.nn.CELU (Barron, "Continuously
// Differentiable Exponential Linear Units", 2017).
type CELU struct{ activation }

// NewCELU makes a CELU.
func NewCELU(opts ...ActivationOption) *CELU {
	m := &CELU{}
	m.init("CELU", "alpha inplace", ActivationConfig{Alpha: 1}, opts)
	if m.config.Alpha == 0 {
		panic(invalid("CELU", "alpha must not be zero"))
	}
	return m
}

// Forward maps [...] to [...]. With Inplace it returns x itself.
func (m *CELU) Forward(x *torch.Tensor) *torch.Tensor { return m.apply(celu, x, m.config.Alpha) }

// ExtraRepr is what [Describe] prints in the brackets.
func (m *CELU) ExtraRepr() string { return m.inplaceRepr("alpha=" + pyFloat(m.config.Alpha)) }
