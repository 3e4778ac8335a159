package nn

import "multitorch/torch"

var relu = newPointwise("relu")

// ReLU is max(x, 0), elementwise, as torch.nn.ReLU.
type ReLU struct{ rectifier }

// NewReLU makes a ReLU.
func NewReLU(opts ...ActivationOption) *ReLU {
	m := &ReLU{}
	m.init("ReLU", opts)
	return m
}

// Forward maps [...] to [...]. With Inplace it returns x itself.
func (m *ReLU) Forward(x *torch.Tensor) *torch.Tensor { return m.apply(relu, x) }
