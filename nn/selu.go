package nn

import "multitorch/torch"

var selu = newPointwise("selu")

// SELU is scale · (max(x, 0) + min(α·(exp(x) - 1), 0)), elementwise, as torch.nn.SELU: with its α
// of 1.67… and scale of 1.05… activations keep mean 0 and variance 1 from layer to layer
// (Klambauer et al., "Self-Normalizing Neural Networks", 2017).
type SELU struct{ rectifier }

// NewSELU makes a SELU.
func NewSELU(opts ...ActivationOption) *SELU {
	m := &SELU{}
	m.init("SELU", opts)
	return m
}

// Forward maps [...] to [...]. With Inplace it returns x itself.
func (m *SELU) Forward(x *torch.Tensor) *torch.Tensor { return m.apply(selu, x) }
