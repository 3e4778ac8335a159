package nn

import "multitorch/torch"

var softplus = newPointwise("softplus", "beta", "threshold")

// Softplus is log(1 + exp(β·x)) / β, elementwise, a smooth ReLU, as torch.nn.Softplus. Where β·x is
// above the threshold it is x itself.
type Softplus struct{ activation }

// NewSoftplus makes a Softplus.
func NewSoftplus(opts ...ActivationOption) *Softplus {
	m := &Softplus{}
	m.init("Softplus", "beta threshold", ActivationConfig{Beta: 1, Threshold: 20}, opts)
	return m
}

// Forward maps [...] to [...].
func (m *Softplus) Forward(x *torch.Tensor) *torch.Tensor {
	return m.apply(softplus, x, m.config.Beta, m.config.Threshold)
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *Softplus) ExtraRepr() string {
	beta, threshold := pyFloat(m.config.Beta), pyFloat(m.config.Threshold)
	if !softplusOfFloats() { // its defaults are ints
		if beta == "1.0" {
			beta = "1"
		}
		if threshold == "20.0" {
			threshold = "20"
		}
	}
	return "beta=" + beta + ", threshold=" + threshold
}
