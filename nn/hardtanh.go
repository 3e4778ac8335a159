package nn

import "multitorch/torch"

var hardtanh = newPointwise("hardtanh", "min_val", "max_val")

// Hardtanh is min(max(x, min_val), max_val), elementwise, as torch.nn.Hardtanh.
type Hardtanh struct{ activation }

// NewHardtanh makes a Hardtanh.
func NewHardtanh(opts ...ActivationOption) *Hardtanh {
	m := &Hardtanh{}
	m.init("Hardtanh", "min_val max_val inplace", ActivationConfig{MinVal: -1, MaxVal: 1}, opts)
	if c := m.config; !(c.MinVal < c.MaxVal) {
		panic(invalid("Hardtanh", "max_val must be larger than min_val, but got %v and %v", c.MaxVal, c.MinVal))
	}
	return m
}

// Forward maps [...] to [...]. With Inplace it returns x itself.
func (m *Hardtanh) Forward(x *torch.Tensor) *torch.Tensor {
	return m.apply(hardtanh, x, m.config.MinVal, m.config.MaxVal)
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *Hardtanh) ExtraRepr() string {
	return m.inplaceRepr("min_val=" + pyFloat(m.config.MinVal) + ", max_val=" + pyFloat(m.config.MaxVal))
}
