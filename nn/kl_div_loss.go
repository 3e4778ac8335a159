package nn

import (
	"slices"

	"multitorch/torch"
)

var klDiv = torch.NewOperator("aten::kl_div", "self", "target", "reduction", "log_target")

// KLDivLoss is the Kullback-Leibler divergence of the targets from the input, as torch.nn.KLDivLoss:
// target·(log(target) - input). The reduction "mean" divides by the number of elements, "batchmean"
// by the batch's size, as the divergence is defined. Options: [Reduction], [LogTarget].
type KLDivLoss struct{ loss }

// NewKLDivLoss makes the loss.
func NewKLDivLoss(opts ...LossOption) *KLDivLoss {
	m := &KLDivLoss{}
	m.init("KLDivLoss", "reduction log_target", LossConfig{}, opts)
	return m
}

// Forward compares log-probabilities with probabilities, or with LogTarget(true) with their
// logarithms. The loss is a scalar, or of their shape with the reduction "none".
func (m *KLDivLoss) Forward(input, target *torch.Tensor) (result *torch.Tensor) {
	inputs := m.enterAll(&input, &target)
	defer m.leaveAll("KLDivLoss", inputs, &result)
	if m.config.Reduction == "batchmean" {
		sum := klDiv.Call(input, target, slices.Index(reductions, "sum"), m.config.LogTarget)
		if input.Dim() == 0 {
			return sum
		}
		defer sum.Free()
		return sum.Div(input.Size(0))
	}
	return klDiv.Call(input, target, m.reduction(), m.config.LogTarget)
}
