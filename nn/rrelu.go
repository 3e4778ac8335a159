package nn

import "multitorch/torch"

var rrelu = newPointwise("rrelu", "lower", "upper", "training")

// RReLU is x above 0 and a multiple of it below, elementwise, as torch.nn.RReLU: in training each
// element draws its own slope from U(lower, upper), in evaluation all have their mean (Xu et al.,
// "Empirical Evaluation of Rectified Activations in Convolutional Network", 2015).
type RReLU struct{ activation }

// NewRReLU makes an RReLU.
func NewRReLU(opts ...ActivationOption) *RReLU {
	m := &RReLU{}
	m.init("RReLU", "lower upper inplace", ActivationConfig{Lower: 1.0 / 8, Upper: 1.0 / 3}, opts)
	if c := m.config; !(c.Lower <= c.Upper) {
		panic(invalid("RReLU", "lower must be at most upper, but got %v and %v", c.Lower, c.Upper))
	}
	return m
}

// Forward maps [...] to [...]. With Inplace it returns x itself.
func (m *RReLU) Forward(x *torch.Tensor) *torch.Tensor {
	return m.apply(rrelu, x, m.config.Lower, m.config.Upper, m.Training())
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *RReLU) ExtraRepr() string {
	return m.inplaceRepr("lower=" + pyFloat(m.config.Lower) + ", upper=" + pyFloat(m.config.Upper))
}
