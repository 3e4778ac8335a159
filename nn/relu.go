package nn

import "multitorch/torch"

var reluInplace = torch.NewOperator("aten::relu_", "self")

// ReLU is max(x, 0), elementwise, as torch.nn.ReLU.
type ReLU struct{ activation }

// NewReLU makes a ReLU.
func NewReLU(opts ...ActivationOption) *ReLU {
	m := &ReLU{}
	m.config = configureActivation("ReLU", "inplace", opts)
	return m
}

// Forward maps [...] to [...]. With Inplace it returns x itself.
func (m *ReLU) Forward(x *torch.Tensor) *torch.Tensor {
	defer m.guard("ReLU")
	if m.config.Inplace {
		reluInplace.Do(x)
		return x
	}
	return x.ReLU()
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *ReLU) ExtraRepr() string {
	if m.config.Inplace {
		return "inplace=True"
	}
	return ""
}
