package fusion

import (
	"multitorch/nn"
	"multitorch/torch"
)

// Gated lets each modality through a gate that sees all of them, as the gated multimodal units for several modalities of
// Arevalo et al., "Gated Multimodal Units for Information Fusion", 2017: the sum of
//
//	sigmoid(gate_i · [x_1, ..., x_M]) * tanh(project_i · x_i)
//
// What is missing is zeros to the gates, and adds nothing.
type Gated struct {
	nn.Base
	projected
	Gate []*nn.Linear
}

// NewGated makes one for features of the given widths, and a result of the width output.
func NewGated(sizes []int, output int) *Gated {
	m := &Gated{projected: newProjected("Gated", sizes, output)}
	afford("Gated", float64(len(sizes))*m.times(output))
	for range sizes {
		m.Gate = append(m.Gate, nn.NewLinear(m.total(), output))
	}
	return m
}

// Forward maps features [N, size] to [N, output].
func (m *Gated) Forward(features []*torch.Tensor, present *torch.Tensor) *torch.Tensor {
	hs := m.project(features, present, 0) // the tanh of which is 0 as well
	all := torch.Cat(filled(features, present), 1)
	var sum *torch.Tensor
	for i, h := range hs {
		y := m.Gate[i].Forward(all).Sigmoid().Mul(h.Tanh())
		if sum == nil {
			sum = y
		} else {
			sum = sum.Add(y)
		}
	}
	return sum
}
