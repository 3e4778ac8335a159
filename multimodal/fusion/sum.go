package fusion

import (
	"multitorch/nn"
	"multitorch/torch"
)

// projected is what the fusions share that first bring all features to one width.
type projected struct {
	inputs
	Project []*nn.Linear // one for each modality
	output  int
}

func newProjected(kind string, sizes []int, output int) projected {
	configure(kind, output, nil)
	in := newInputs(kind, sizes)
	afford(kind, in.times(output))
	return projected{in, linears(sizes, output), output}
}

// OutputSize is the width of the result.
func (m *projected) OutputSize() int { return m.output }

// project is each modality's projection [N, output], and missing for those that a sample lacks.
func (m *projected) project(features []*torch.Tensor, present *torch.Tensor, missing float64) []*torch.Tensor {
	m.check(features, present, nil)
	ys := make([]*torch.Tensor, len(features))
	for i, x := range filled(features, present) {
		ys[i] = fill(m.Project[i].Forward(x), present, i, missing)
	}
	return ys
}

// Sum adds the features, each projected to one width. A missing one adds nothing.
type Sum struct {
	nn.Base
	projected
}

// NewSum makes one for features of the given widths, and a result of the width output.
func NewSum(sizes []int, output int) *Sum { return &Sum{projected: newProjected("Sum", sizes, output)} }

// Forward maps features [N, size] to [N, output].
func (m *Sum) Forward(features []*torch.Tensor, present *torch.Tensor) *torch.Tensor {
	ys := m.project(features, present, 0)
	sum := ys[0]
	for _, y := range ys[1:] {
		sum = sum.Add(y)
	}
	return sum
}

// Product multiplies the features element by element, each projected to one width. A missing one is a factor of 1.
type Product struct {
	nn.Base
	projected
}

// NewProduct makes one for features of the given widths, and a result of the width output.
func NewProduct(sizes []int, output int) *Product {
	return &Product{projected: newProjected("Product", sizes, output)}
}

// Forward maps features [N, size] to [N, output].
func (m *Product) Forward(features []*torch.Tensor, present *torch.Tensor) *torch.Tensor {
	return product(m.project(features, present, 1))
}

func product(ys []*torch.Tensor) *torch.Tensor {
	p := ys[0]
	for _, y := range ys[1:] {
		p = p.Mul(y)
	}
	return p
}
