package nn

import "multitorch/torch"

// Sigmoid is 1 / (1 + exp(-x)), elementwise, as torch.nn.Sigmoid.
type Sigmoid struct{ Base }

// NewSigmoid makes a Sigmoid.
func NewSigmoid() *Sigmoid { return &Sigmoid{} }

// Forward maps [...] to [...].
func (m *Sigmoid) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave("Sigmoid", x, &result)
	return x.Sigmoid()
}
