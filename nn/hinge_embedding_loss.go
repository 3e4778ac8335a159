package nn

import "multitorch/torch"

var hingeEmbeddingLoss = torch.NewOperator("aten::hinge_embedding_loss", "self", "target", "margin", "reduction")

// HingeEmbeddingLoss learns whether two inputs are alike, from a distance of theirs, as
// torch.nn.HingeEmbeddingLoss: the distance itself where the target is 1, and
// max(0, margin - distance) where it is -1. Options: [Margin] (1), [Reduction].
type HingeEmbeddingLoss struct{ loss }

// NewHingeEmbeddingLoss makes the loss.
func NewHingeEmbeddingLoss(opts ...LossOption) *HingeEmbeddingLoss {
	m := &HingeEmbeddingLoss{}
	m.init("HingeEmbeddingLoss", "margin reduction", LossConfig{Margin: 1}, opts)
	return m
}

// Forward compares distances with targets of 1 and -1, of one shape. The loss is a scalar, or of
// their shape with the reduction "none".
func (m *HingeEmbeddingLoss) Forward(input, target *torch.Tensor) (result *torch.Tensor) {
	inputs := m.enterAll(&input, &target)
	defer m.leaveAll("HingeEmbeddingLoss", inputs, &result)
	return hingeEmbeddingLoss.Call(input, target, m.config.Margin, m.reduction())
}
