package nn

import "multitorch/torch"

var mish = newPointwise("mish")

// Mish is x · tanh(softplus(x)), elementwise, as torch.nn.Mish (Misra, "Mish", 2019).
type Mish struct{ rectifier }

// NewMish makes a Mish.
func NewMish(opts ...ActivationOption) *Mish {
	m := &Mish{}
	m.init("Mish", opts)
	return m
}

// Forward maps [...] to [...]. With Inplace it returns x itself.
func (m *Mish) Forward(x *torch.Tensor) *torch.Tensor { return m.apply(mish, x) }
