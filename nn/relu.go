package nn

import "multitorch/torch"

var reluInplace = torch.NewOperator("aten::relu_", "self")

// ReLU is max(x, 0), elementwise, as torch.nn.ReLU.
type ReLU struct {
	Base
	config reluConfig
}

// ReLUOption is an option of [NewReLU]: [Inplace].
type ReLUOption interface{ relu(*reluConfig) }

type reluConfig struct{ inplace bool }

// NewReLU makes a ReLU.
func NewReLU(opts ...ReLUOption) *ReLU {
	m := &ReLU{}
	for _, o := range opts {
		o.relu(&m.config)
	}
	return m
}

// Forward maps [...] to [...]. With Inplace it returns x itself.
func (m *ReLU) Forward(x *torch.Tensor) *torch.Tensor {
	defer m.guard("ReLU")
	if m.config.inplace {
		reluInplace.Do(x)
		return x
	}
	return x.ReLU()
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *ReLU) ExtraRepr() string {
	if m.config.inplace {
		return "inplace=True"
	}
	return ""
}
