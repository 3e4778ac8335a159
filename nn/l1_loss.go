package nn

import "multitorch/torch"

var l1Loss = torch.NewOperator("aten::l1_loss", "self", "target", "reduction")

// L1Loss is the absolute difference, as torch.nn.L1Loss.
type L1Loss struct{ loss }

// NewL1Loss makes the loss.
func NewL1Loss(opts ...LossOption) *L1Loss {
	m := &L1Loss{}
	m.init("L1Loss", "reduction", LossConfig{}, opts)
	return m
}

// Forward compares two tensors of one shape. The loss is a scalar, or of their
// shape with the reduction "none".
func (m *L1Loss) Forward(input, target *torch.Tensor) (result *torch.Tensor) {
	inputs := m.enterAll(&input, &target)
	defer m.leaveAll("L1Loss", inputs, &result)
	sameShape("l1_loss", input, target)
	return l1Loss.Call(input, target, m.reduction())
}
