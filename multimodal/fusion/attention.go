package fusion

import (
	"multitorch/nn"
	"multitorch/torch"
)

// Attention averages the features, each projected to one width h, by weights that it computes of each: the softmax over
// the modalities of a score w·tanh(h). What is missing has no weight; where all is missing the result is zeros.
type Attention struct {
	nn.Base
	projected
	Score *nn.Linear
}

// NewAttention makes one for features of the given widths, and a result of the width output.
func NewAttention(sizes []int, output int) *Attention {
	return &Attention{projected: newProjected("Attention", sizes, output), Score: nn.NewLinear(output, 1)}
}

// Forward maps features [N, size] to [N, output].
func (m *Attention) Forward(features []*torch.Tensor, present *torch.Tensor) *torch.Tensor {
	fused, _ := m.ForwardWeights(features, present)
	return fused
}

// ForwardWeights is Forward, and the weights of the modalities [N, M].
func (m *Attention) ForwardWeights(features []*torch.Tensor, present *torch.Tensor) (fused, weights *torch.Tensor) {
	h := torch.Stack(m.project(features, present, 0), 1) // [N, M, output]
	scores := m.Score.Forward(h.Tanh()).Select(2, 0)     // [N, M]
	if present != nil {
		// Far below any score, but not infinite: a softmax of nothing but infinities is NaN.
		scores = scores.MaskedFill(present.Not(), -1e9)
	}
	weights = scores.Softmax(1)
	return h.Mul(weights.Unsqueeze(2)).Sum(1), weights
}
