package nn

import "multitorch/torch"

var softMarginLoss = torch.NewOperator("aten::soft_margin_loss", "self", "target", "reduction")

// SoftMarginLoss is the logistic loss of two classes, log(1 + exp(-target·input)), as
// torch.nn.SoftMarginLoss. Option: [Reduction].
type SoftMarginLoss struct{ loss }

// NewSoftMarginLoss makes the loss.
func NewSoftMarginLoss(opts ...LossOption) *SoftMarginLoss {
	m := &SoftMarginLoss{}
	m.init("SoftMarginLoss", "reduction", LossConfig{}, opts)
	return m
}

// Forward compares scores with targets of 1 and -1, of one shape. The loss is a scalar, or of their
// shape with the reduction "none".
func (m *SoftMarginLoss) Forward(input, target *torch.Tensor) (result *torch.Tensor) {
	inputs := m.enterAll(&input, &target)
	defer m.leaveAll("SoftMarginLoss", inputs, &result)
	return softMarginLoss.Call(input, target, m.reduction())
}
