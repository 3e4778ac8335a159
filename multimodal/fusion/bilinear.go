package fusion

import (
	"multitorch/nn"
	"multitorch/torch"
)

// Bilinear is low-rank bilinear pooling, as Kim et al., "Hadamard Product for Low-rank Bilinear Pooling" (MLB), 2017, for
// any number of modalities:
//
//	out · (tanh(project_1 · x_1) * ... * tanh(project_M · x_M))
//
// A missing one is a factor of 1.
type Bilinear struct {
	nn.Base
	inputs
	Project []*nn.Linear
	Out     *nn.Linear
}

// NewBilinear makes one for features of the given widths, and a result of the width output. [Hidden] is the rank.
func NewBilinear(sizes []int, output int, opts ...Option) *Bilinear {
	c := configure("Bilinear", output, opts)
	in := newInputs("Bilinear", sizes)
	afford("Bilinear", in.times(c.Hidden), float64(c.Hidden)*float64(output))
	return &Bilinear{
		inputs:  in,
		Project: linears(sizes, c.Hidden), Out: nn.NewLinear(c.Hidden, output),
	}
}

// OutputSize is the width of the result.
func (m *Bilinear) OutputSize() int { return m.Out.Weight.Size(0) }

// Forward maps features [N, size] to [N, output].
func (m *Bilinear) Forward(features []*torch.Tensor, present *torch.Tensor) *torch.Tensor {
	m.check(features, present, nil)
	ys := make([]*torch.Tensor, len(features))
	for i, x := range filled(features, present) {
		ys[i] = fill(m.Project[i].Forward(x).Tanh(), present, i, 1)
	}
	return m.Out.Forward(product(ys))
}
