package fusion

import (
	"multitorch/nn"
	"multitorch/torch"
)

// Relation is a relation network: the sum over all pairs of the first modality's elements, objects, of what a small
// network g says of the two in the light of the other modalities, such as a question (Santoro et al., "A simple neural
// network module for relational reasoning", 2017). What the paper calls f, behind the sum, is the head of a model.
//
// g's first layer looks at two objects and all else side by side. A product with a row of parts is the sum of products
// with each, so objects are multiplied once, and not once for each pair.
//
// What is missing adds nothing to g; without objects the result is zeros.
type Relation struct {
	nn.Base
	inputs
	Left, Right *nn.Linear   // of the two objects of a pair; the bias is Left's
	Condition   []*nn.Linear // of the second modality and those behind it
	G           []*nn.Linear // g's further layers, each behind a ReLU
}

// NewRelation makes one for features of the given widths, and a result of the width output. [Hidden] is the width of g,
// which has four layers.
func NewRelation(sizes []int, output int, opts ...Option) *Relation {
	c := configure("Relation", output, opts)
	in := newInputs("Relation", sizes)
	h := float64(c.Hidden)
	afford("Relation", in.times(c.Hidden), float64(sizes[0])*h, 2*h*h, h*float64(output))
	return &Relation{
		inputs: in,
		Left:   nn.NewLinear(sizes[0], c.Hidden), Right: nn.NewLinear(sizes[0], c.Hidden, nn.Bias(false)),
		Condition: linears(sizes[1:], c.Hidden, nn.Bias(false)),
		G: []*nn.Linear{
			nn.NewLinear(c.Hidden, c.Hidden), nn.NewLinear(c.Hidden, c.Hidden), nn.NewLinear(c.Hidden, output),
		},
	}
}

// OutputSize is the width of the result.
func (m *Relation) OutputSize() int { return m.G[len(m.G)-1].Weight.Size(0) }

// ReadsSequence is true for the first, the objects.
func (m *Relation) ReadsSequence(modality int) bool { return modality == 0 }

// Forward maps objects [N, T, size] and further features [N, size] to [N, output].
func (m *Relation) Forward(features []*torch.Tensor, present *torch.Tensor) *torch.Tensor {
	return m.ForwardMasked(features, nil, present)
}

// ForwardMasked is Forward with a bool [N, T] for the objects, or nil, true for those that count. Other masks are nil.
func (m *Relation) ForwardMasked(features, masks []*torch.Tensor, present *torch.Tensor) *torch.Tensor {
	m.check(features, present, m.ReadsSequence)
	xs, counts := m.sequences(features, masks, present)
	left, right := m.Left.Forward(xs[0]), m.Right.Forward(xs[0])
	pairs := left.Unsqueeze(1).Add(right.Unsqueeze(2)) // [N, T, T, hidden]
	for i, x := range xs[1:] {
		pairs = pairs.Add(m.Condition[i].Forward(x).Unsqueeze(1)) // [N, 1, 1, hidden]
	}
	for _, g := range m.G {
		pairs = g.Forward(pairs.ReLU())
	}
	pairs = pairs.ReLU()
	both := counts[0].Unsqueeze(1).And(counts[0].Unsqueeze(2))
	return pairs.Mul(both.Unsqueeze(3)).Sum(1, 2)
}
