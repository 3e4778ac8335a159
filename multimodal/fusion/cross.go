package fusion

import (
	"multitorch/nn"
	"multitorch/torch"
)

// CrossAttention lets the elements of each modality gather from those of all others by attention, beside what they are
// themselves, and puts the means over each modality's elements side by side (as Tsai et al., "Multimodal Transformer for
// Unaligned Multimodal Language Sequences", 2019, with one layer). What is missing is not gathered from, and is zeros in
// the result.
type CrossAttention struct {
	nn.Base
	inputs
	Project []*nn.Linear
	Attend  []*nn.MultiheadAttention
	Norm    []*nn.LayerNorm
	Out     *nn.Linear
}

// NewCrossAttention makes one for features of the given widths, at least two, and a result of the width output. It takes
// [Hidden], the width of each modality, and [Heads], which divide it.
func NewCrossAttention(sizes []int, output int, opts ...Option) *CrossAttention {
	c := configure("CrossAttention", output, opts)
	if len(sizes) < 2 {
		panic(invalid("CrossAttention", "expected at least 2 modalities, but got %d", len(sizes)))
	}
	in, h := newInputs("CrossAttention", sizes), float64(c.Hidden)
	afford("CrossAttention", in.times(c.Hidden), float64(len(sizes))*h*(4*h+float64(output)))
	m := &CrossAttention{inputs: in, Project: linears(sizes, c.Hidden)}
	for range sizes {
		// A key and value of zeros is always there, so that where all others are missing nothing is gathered, and not NaN.
		m.Attend = append(m.Attend, nn.NewMultiheadAttention(c.Hidden, c.Heads, nn.BatchFirst(true), nn.AddZeroAttn(true)))
		m.Norm = append(m.Norm, nn.NewLayerNorm(c.Hidden))
	}
	m.Out = nn.NewLinear(len(sizes)*c.Hidden, output)
	return m
}

// OutputSize is the width of the result.
func (m *CrossAttention) OutputSize() int { return m.Out.Weight.Size(0) }

// ReadsSequence is true for all.
func (m *CrossAttention) ReadsSequence(int) bool { return true }

// Forward maps features [N, size] or [N, T, size] to [N, output].
func (m *CrossAttention) Forward(features []*torch.Tensor, present *torch.Tensor) *torch.Tensor {
	return m.ForwardMasked(features, nil, present)
}

// ForwardMasked is Forward with a bool [N, T] for each modality, or nil, true for the elements that count.
func (m *CrossAttention) ForwardMasked(features, masks []*torch.Tensor, present *torch.Tensor) *torch.Tensor {
	m.check(features, present, m.ReadsSequence)
	xs, counts := m.sequences(features, masks, present)
	hs := make([]*torch.Tensor, len(xs))
	for i, x := range xs {
		hs[i] = m.Project[i].Forward(x)
	}
	means := make([]*torch.Tensor, len(xs))
	for i, h := range hs {
		var others, padding []*torch.Tensor
		for j := range hs {
			if j != i {
				others, padding = append(others, hs[j]), append(padding, counts[j].Not())
			}
		}
		values := torch.Cat(others, 1)
		gathered, _ := m.Attend[i].Forward(h, values, values, nn.KeyPaddingMask(torch.Cat(padding, 1)), nn.NeedWeights(false))
		means[i] = meanOf(m.Norm[i].Forward(h.Add(gathered)), counts[i])
	}
	return m.Out.Forward(torch.Cat(means, 1))
}
