package nn

import "multitorch/torch"

var relu6 = newPointwise("relu6")

// ReLU6 is min(max(x, 0), 6), elementwise, as torch.nn.ReLU6.
type ReLU6 struct{ rectifier }

// NewReLU6 makes a ReLU6.
func NewReLU6(opts ...ActivationOption) *ReLU6 {
	m := &ReLU6{}
	m.init("ReLU6", opts)
	return m
}

// Forward maps [...] to [...]. With Inplace it returns x itself.
func (m *ReLU6) Forward(x *torch.Tensor) *torch.Tensor { return m.apply(relu6, x) }
