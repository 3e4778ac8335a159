package nn

import "multitorch/torch"

var silu = newPointwise("silu")

// SiLU is x · sigmoid(x), elementwise, as torch.nn.SiLU, also known as swish.
type SiLU struct{ rectifier }

// NewSiLU makes a SiLU.
func NewSiLU(opts ...ActivationOption) *SiLU {
	m := &SiLU{}
	m.init("SiLU", opts)
	return m
}

// Forward maps [...] to [...]. With Inplace it returns x itself.
func (m *SiLU) Forward(x *torch.Tensor) *torch.Tensor { return m.apply(silu, x) }
