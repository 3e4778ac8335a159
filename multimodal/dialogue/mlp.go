package dialogue

import (
	"multitorch/nn"
	"multitorch/torch"
)

// MLP is the perceptron that relation networks are compared with: all that is seen and the question side by side.
type MLP struct {
	nn.Base
	Layers *nn.ModuleList[*nn.Linear]
}

// NewMLP makes one with three layers of 256 units before the answers'.
func NewMLP(seen Seen, question, answers int) *MLP {
	const h = 256
	return &MLP{Layers: layers(seen.Objects*seen.Features+question, h, h, h, answers)}
}

// Forward maps what is seen, [N, M, D] or [N, C, H, W], and questions [N, Q, E] to scores [N, Q, answers].
func (m *MLP) Forward(seen, question *torch.Tensor) *torch.Tensor {
	first := apart(m.Layers.Get(0), seen.Flatten(1, -1), question)
	x := first[0].Unsqueeze(1).Add(first[1]) // [N, Q, 256]
	for i, layer := range m.Layers.All() {
		if i > 0 {
			x = layer.Forward(x.ReLUInplace())
		}
	}
	return x
}
