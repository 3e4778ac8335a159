package nn

import "multitorch/torch"

// Tanh is the hyperbolic tangent, elementwise, as torch.nn.Tanh.
type Tanh struct{ Base }

// NewTanh makes a Tanh.
func NewTanh() *Tanh { return &Tanh{} }

// Forward maps [...] to [...].
func (m *Tanh) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave("Tanh", x, &result)
	return x.Tanh()
}
