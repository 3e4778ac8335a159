package fusion

import (
	"multitorch/nn"
	nninit "multitorch/nn/init"
	"multitorch/torch"
)

// EarlyConcat joins the modalities before anything is made of either: the elements of all, projected to one width and
// marked with where they are from, are one sequence, which one transformer layer reads (as VisualBERT does: Li et al.
// 2019). Its result is made of the means over each modality's elements. Where the sequences are as long as each other and
// belong together step by step, torch.Cat along their last dimension does instead.
//
// Elements that are missing are not looked at. The order of elements counts only as far as they tell it themselves.
type EarlyConcat struct {
	nn.Base
	inputs
	Project []*nn.Linear
	First   *nn.Parameter // [1, 1, hidden]: an element that is always there
	From    *nn.Parameter // [M, hidden]: what marks each modality
	Layer   *nn.TransformerEncoderLayer
	Out     *nn.Linear
}

// NewEarlyConcat makes one for features of the given widths, and a result of the width output. It takes [Hidden], and
// [Heads], which divide it.
func NewEarlyConcat(sizes []int, output int, opts ...Option) *EarlyConcat {
	c := configure("EarlyConcat", output, opts)
	in, h := newInputs("EarlyConcat", sizes), float64(c.Hidden)
	afford("EarlyConcat", in.times(c.Hidden), 8*h*h, float64(len(sizes))*h*float64(output))
	draw := func(shape ...int) *nn.Parameter {
		return nn.NewParameter(nninit.Normal(torch.Empty(shape), 0, 0.02))
	}
	return &EarlyConcat{
		inputs:  in,
		Project: linears(sizes, c.Hidden), First: draw(1, 1, c.Hidden), From: draw(len(sizes), c.Hidden),
		Layer: nn.NewTransformerEncoderLayer(c.Hidden, c.Heads, nn.DimFeedforward(2*c.Hidden), nn.BatchFirst(true)),
		Out:   nn.NewLinear(len(sizes)*c.Hidden, output),
	}
}

// OutputSize is the width of the result.
func (m *EarlyConcat) OutputSize() int { return m.Out.Weight.Size(0) }

// ReadsSequence is true for all.
func (m *EarlyConcat) ReadsSequence(int) bool { return true }

// Forward maps features [N, size] or [N, T, size] to [N, output].
func (m *EarlyConcat) Forward(features []*torch.Tensor, present *torch.Tensor) *torch.Tensor {
	return m.ForwardMasked(features, nil, present)
}

// ForwardMasked is Forward with a bool [N, T] for each modality, or nil, true for the elements that count.
func (m *EarlyConcat) ForwardMasked(features, masks []*torch.Tensor, present *torch.Tensor) *torch.Tensor {
	m.check(features, present, m.ReadsSequence)
	xs, counts := m.sequences(features, masks, present)
	n := xs[0].Size(0)
	elements := []*torch.Tensor{m.First.Value().Expand(n, 1, -1)}
	padding := []*torch.Tensor{torch.Zeros(torch.Shape{n, 1}, torch.Bool, xs[0].Device())}
	for i, x := range xs {
		elements = append(elements, m.Project[i].Forward(x).Add(m.From.Value().Select(0, i)))
		padding = append(padding, counts[i].Not())
	}
	y := m.Layer.ForwardMasked(torch.Cat(elements, 1), nn.TransformerMasks{SrcKeyPaddingMask: torch.Cat(padding, 1)})
	means, at := make([]*torch.Tensor, len(xs)), 1
	for i, x := range xs {
		means[i] = meanOf(y.Narrow(1, at, x.Size(1)), counts[i])
		at += x.Size(1)
	}
	return m.Out.Forward(torch.Cat(means, 1))
}
