package fusion

import (
	"multitorch/nn"
	"multitorch/torch"
)

// Concat puts the features side by side: [N, the sum of the sizes]. It has no parameters. What is missing is zeros.
type Concat struct {
	nn.Base
	inputs
}

// NewConcat makes one for features of the given widths.
func NewConcat(sizes []int) *Concat { return &Concat{inputs: newInputs("Concat", sizes)} }

// OutputSize is the sum of the sizes.
func (m *Concat) OutputSize() int { return m.total() }

// Forward maps features [N, size] to [N, OutputSize()].
func (m *Concat) Forward(features []*torch.Tensor, present *torch.Tensor) *torch.Tensor {
	m.check(features, present, nil)
	return torch.Cat(filled(features, present), 1)
}
