package fusion

import (
	"multitorch/nn"
	"multitorch/torch"
)

// FiLM scales and shifts the first modality's features by what the others say, as Perez et al., "FiLM: Visual Reasoning
// with a General Conditioning Layer", 2018:
//
//	(1 + sum of scale_i · x_i) * (project · x_1) + sum of shift_i · x_i      over the others, i = 2, ..., M
//
// The scales are about 1, so that at first all of the first modality gets through. A missing one of the others neither
// scales nor shifts; without the first the shifts are left.
type FiLM struct {
	nn.Base
	inputs
	Project *nn.Linear
	Scale   []*nn.Linear // of the second modality and those behind it
	Shift   []*nn.Linear
	output  int
}

// NewFiLM makes one for features of the given widths, at least two, and a result of the width output.
func NewFiLM(sizes []int, output int) *FiLM {
	configure("FiLM", output, nil)
	m := &FiLM{inputs: newInputs("FiLM", sizes), output: output}
	if len(sizes) < 2 {
		panic(invalid("FiLM", "expected a modality and at least one that modulates it, but got %d", len(sizes)))
	}
	afford("FiLM", 2*m.times(output))
	m.Project = nn.NewLinear(sizes[0], output)
	m.Scale, m.Shift = linears(sizes[1:], output), linears(sizes[1:], output)
	return m
}

// OutputSize is the width of the result.
func (m *FiLM) OutputSize() int { return m.output }

// Forward maps features [N, size] to [N, output].
func (m *FiLM) Forward(features []*torch.Tensor, present *torch.Tensor) *torch.Tensor {
	m.check(features, present, nil)
	xs := filled(features, present)
	var scale, shift *torch.Tensor
	for i, x := range xs[1:] {
		a := fill(m.Scale[i].Forward(x), present, i+1, 0)
		b := fill(m.Shift[i].Forward(x), present, i+1, 0)
		if scale == nil {
			scale, shift = a.Add(1), b
		} else {
			scale, shift = scale.Add(a), shift.Add(b)
		}
	}
	return scale.Mul(fill(m.Project.Forward(xs[0]), present, 0, 0)).Add(shift)
}
