package nn

import "multitorch/torch"

var leakyReLU = newPointwise("leaky_relu", "negative_slope")

// LeakyReLU is x above 0 and a small multiple of it below, elementwise, as torch.nn.LeakyReLU.
type LeakyReLU struct{ activation }

// NewLeakyReLU makes a LeakyReLU.
func NewLeakyReLU(opts ...ActivationOption) *LeakyReLU {
	m := &LeakyReLU{}
	m.init("LeakyReLU", "negative_slope inplace", ActivationConfig{NegativeSlope: 0.01}, opts)
	return m
}

// Forward maps [...] to [...]. With Inplace it returns x itself.
func (m *LeakyReLU) Forward(x *torch.Tensor) *torch.Tensor {
	return m.apply(leakyReLU, x, m.config.NegativeSlope)
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *LeakyReLU) ExtraRepr() string {
	return m.inplaceRepr("negative_slope=" + pyFloat(m.config.NegativeSlope))
}
