package nn

import "multitorch/torch"

var elu = newPointwise("elu", "alpha")

// ELU is x above 0 and α·(exp(x) - 1) below, elementwise, as torch.nn.ELU (Clevert et al., "Fast and Accurate
// Deep Network Learning by Exponential Linear Units (ELUs)", 2015).
type ELU struct{ activation }

// NewELU makes an ELU.
func NewELU(opts ...ActivationOption) *ELU {
	m := &ELU{}
	m.init("ELU", "alpha inplace", ActivationConfig{Alpha: 1}, opts)
	return m
}

// Forward maps [...] to [...]. With Inplace it returns x itself.
func (m *ELU) Forward(x *torch.Tensor) *torch.Tensor { return m.apply(elu, x, m.config.Alpha) }

// ExtraRepr is what [Describe] prints in the brackets.
func (m *ELU) ExtraRepr() string { return m.inplaceRepr("alpha=" + pyFloat(m.config.Alpha)) }
