package nn

import "multitorch/torch"

var mseLoss = torch.NewOperator("aten::mse_loss", "self", "target", "reduction")

// MSELoss is the squared difference, as torch.nn.MSELoss.
type MSELoss struct{ loss }

// NewMSELoss makes the loss.
func NewMSELoss(opts ...LossOption) *MSELoss {
	m := &MSELoss{}
	m.init("MSELoss", "reduction", LossConfig{}, opts)
	return m
}

// Forward compares two tensors of one shape. The loss is a scalar, or of their
// shape with the reduction "none".
func (m *MSELoss) Forward(input, target *torch.Tensor) (result *torch.Tensor) {
	inputs := m.enterAll(&input, &target)
	defer m.leaveAll("MSELoss", inputs, &result)
	sameShape("mse_loss", input, target)
	return mseLoss.Call(input, target, m.reduction())
}
