package dialogue

import (
	"multitorch/nn"
	"multitorch/torch"
)

// Focus is a relation network that first looks for the object that the question is about,
//
//	f( Σ g(o*, o_j, q) ),  o* = Σ softmax(k(o_j)·l(q)) v(o_j)
//
// and relates it to each object, instead of each pair to the question. So there are as many relations as objects, and g need
// not find out which pairs matter.
type Focus struct {
	nn.Base
	Key, Value, Query *nn.Linear // k, v and l
	G, F              *nn.ModuleList[*nn.Linear]
}

// NewFocus makes one whose layers have 128 units: three in g, two in f before the answers'.
func NewFocus(seen Seen, question, answers int) *Focus {
	const h, key = 128, 64
	_, features := seen.ofObjects()
	return &Focus{
		Key: nn.NewLinear(features, key), Value: nn.NewLinear(features, key), Query: nn.NewLinear(question, key),
		G: layers(key+features+question, h, h, h), F: layers(h, h, h, answers),
	}
}

// Forward maps what is seen, [N, M, D] or [N, C, H, W], and questions [N, Q, E] to scores [N, Q, answers].
func (m *Focus) Forward(seen, question *torch.Tensor) *torch.Tensor {
	o := objects(seen)
	key, query := m.Key.Forward(o), m.Query.Forward(question)
	weights := query.Matmul(key.Transpose(1, 2)).Softmax(2) // [N, Q, M]
	found := weights.Matmul(m.Value.Forward(o).ReLU())      // [N, Q, 64]

	first := apart(m.G.Get(0), found, o, question)
	x := first[0].Add(first[2]).Unsqueeze(2).Add(first[1].Unsqueeze(1)).ReLUInplace() // [N, Q, M, h]
	for i, layer := range m.G.All() {
		if i > 0 {
			x = layer.Forward(x).ReLUInplace()
		}
	}
	return perceptron(m.F, x.Sum(2))
}
