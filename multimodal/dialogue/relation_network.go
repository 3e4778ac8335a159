package dialogue

import (
	"multitorch/nn"
	"multitorch/torch"
)

// RelationNetwork is the network of Santoro et al. (2017, https://arxiv.org/abs/1706.01427),
//
//	f( Σ g(o_i, o_j, q) )
//
// over the pairs of objects i < j, with perceptrons f and g. (The paper takes each pair twice, and each object with itself:
// more than twice the work.) G's first layer is the sum of what it makes of either object and of the question, so it is
// computed for each of these and not for each pair and question.
type RelationNetwork struct {
	nn.Base
	G, F *nn.ModuleList[*nn.Linear]
}

// NewRelationNetwork makes one whose layers have 128 units: three in g, two in f before the answers'.
func NewRelationNetwork(seen Seen, question, answers int) *RelationNetwork {
	const h = 128
	_, features := seen.ofObjects()
	return &RelationNetwork{G: layers(2*features+question, h, h, h), F: layers(h, h, h, answers)}
}

// Forward maps what is seen, [N, M, D] or [N, C, H, W], and questions [N, Q, E] to scores [N, Q, answers].
func (m *RelationNetwork) Forward(seen, question *torch.Tensor) *torch.Tensor {
	o := objects(seen)
	first := apart(m.G.Get(0), o, o, question)
	i, j := pairs(o.Size(1), o.Device())
	x := first[0].IndexSelect(1, i).Add(first[1].IndexSelect(1, j)) // [N, P, h]
	x = x.Unsqueeze(1).Add(first[2].Unsqueeze(2)).ReLUInplace()     // [N, Q, P, h]
	for i, layer := range m.G.All() {
		if i > 0 {
			x = layer.Forward(x).ReLUInplace()
		}
	}
	return perceptron(m.F, x.Sum(2))
}

// pairs are the numbers of both objects of all pairs of n.
func pairs(n int, d torch.Device) (i, j *torch.Tensor) {
	var first, second []int
	for b := range n {
		for a := range b {
			first, second = append(first, a), append(second, b)
		}
	}
	return torch.FromSlice(first).To(d), torch.FromSlice(second).To(d)
}

// perceptron is the layers with ReLU between them.
func perceptron(layers *nn.ModuleList[*nn.Linear], x *torch.Tensor) *torch.Tensor {
	for i, layer := range layers.All() {
		if i > 0 {
			x = x.ReLUInplace()
		}
		x = layer.Forward(x)
	}
	return x
}
