package nn

import "multitorch/torch"

var huberLoss = torch.NewOperator("aten::huber_loss", "self", "target", "reduction", "delta")

// HuberLoss is a square below delta, (x - y)² / 2, and from there on a line,
// delta·(|x - y| - delta/2), as torch.nn.HuberLoss. Options: [Reduction], [Delta] (1).
type HuberLoss struct{ loss }

// NewHuberLoss makes the loss.
func NewHuberLoss(opts ...LossOption) *HuberLoss {
	m := &HuberLoss{}
	m.init("HuberLoss", "reduction delta", LossConfig{Delta: 1}, opts)
	if !(m.config.Delta > 0) {
		panic(invalid("HuberLoss", "delta must be greater than 0, but got %v", m.config.Delta))
	}
	return m
}

// Forward compares two tensors of one shape. The loss is a scalar, or of their shape with the
// reduction "none".
func (m *HuberLoss) Forward(input, target *torch.Tensor) (result *torch.Tensor) {
	inputs := m.enterAll(&input, &target)
	defer m.leaveAll("HuberLoss", inputs, &result)
	sameShape("huber_loss", input, target)
	return huberLoss.Call(input, target, m.reduction(), m.config.Delta)
}
