package nn

import "multitorch/torch"

var cosineEmbeddingLoss = torch.NewOperator("aten::cosine_embedding_loss", "input1", "input2", "target", "margin", "reduction")

// CosineEmbeddingLoss learns whether two vectors are alike, as torch.nn.CosineEmbeddingLoss:
// 1 - cos(x1, x2) where the target is 1, and max(0, cos(x1, x2) - margin) where it is -1.
// Options: [Margin] (0), [Reduction].
type CosineEmbeddingLoss struct{ loss }

// NewCosineEmbeddingLoss makes the loss.
func NewCosineEmbeddingLoss(opts ...LossOption) *CosineEmbeddingLoss {
	m := &CosineEmbeddingLoss{}
	m.init("CosineEmbeddingLoss", "margin reduction", LossConfig{}, opts)
	return m
}

// Forward compares vectors [N, D] with [N, D] by targets [N], or [D] with [D] by a target []. The
// loss is a scalar, or of the target's shape with the reduction "none".
func (m *CosineEmbeddingLoss) Forward(input1, input2, target *torch.Tensor) (result *torch.Tensor) {
	inputs := m.enterAll(&input1, &input2, &target)
	defer m.leaveAll("CosineEmbeddingLoss", inputs, &result)
	return cosineEmbeddingLoss.Call(input1, input2, target, m.config.Margin, m.reduction())
}
