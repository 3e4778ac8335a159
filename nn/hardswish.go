package nn

import "multitorch/torch"

var hardswish = newPointwise("hardswish")

// Hardswish is x · min(max(x + 3, 0), 6) / 6, elementwise, as torch.nn.Hardswish (Howard et al.,
// "Searching for MobileNetV3", 2019).
type Hardswish struct{ hard }

// NewHardswish makes a Hardswish.
func NewHardswish(opts ...ActivationOption) *Hardswish {
	m := &Hardswish{}
	m.init("Hardswish", opts)
	return m
}

// Forward maps [...] to [...]. With Inplace it returns x itself.
func (m *Hardswish) Forward(x *torch.Tensor) *torch.Tensor { return m.apply(hardswish, x) }
