package multimodal

import (
	"strconv"

	"multitorch/nn"
	"multitorch/torch"
)

// Numbers encodes numbers, such as the columns of a table or a scene's description, by two linear layers. They should be
// of about the size of 1.
type Numbers struct {
	nn.Base
	FC1, FC2 *nn.Linear
	Dropout  *nn.Dropout
}

func newNumbers(m Modality) *Numbers {
	return &Numbers{FC1: nn.NewLinear(m.Width, m.Size), FC2: nn.NewLinear(m.Size, m.Size), Dropout: nn.NewDropout(m.Dropout)}
}

// OutputSize is the width of the features.
func (m *Numbers) OutputSize() int { return m.FC2.Weight.Size(0) }

// Encode maps numbers [N, width] to features [N, OutputSize()].
func (m *Numbers) Encode(in Input) *torch.Tensor {
	width := m.FC1.Weight.Size(1)
	expect(in, "Numbers", "numbers [N, "+number(width)+"]", func(s torch.Shape) bool { return len(s) == 2 && s[1] == width })
	return m.FC2.Forward(m.Dropout.Forward(m.FC1.Forward(in.Data).ReLU())).ReLU()
}

func number(n int) string { return strconv.Itoa(n) }
