package functional

import (
	"multitorch/nn"
	"multitorch/torch"
)

// Embedding looks up ids, integers [...], in a table weight, [num, dim]: [nn.Embedding]. A vector of
// [nn.PaddingIdx] is looked up as any other, and has no gradient.
func Embedding(ids, weight *torch.Tensor, opts ...nn.EmbeddingOption) *torch.Tensor {
	m := nn.EmbeddingFromPretrained(weight, opts...)
	m.Weight.Free()
	m.Weight = &nn.Parameter{Tensor: weight} // with its history
	return m.Forward(ids)
}

// EmbeddingBag looks up bags of ids in a table weight, [num, dim]: [nn.EmbeddingBag], whose Forward
// says what offsets and perSampleWeights are. Both may be nil.
func EmbeddingBag(ids, weight, offsets, perSampleWeights *torch.Tensor, opts ...nn.EmbeddingOption) *torch.Tensor {
	m := nn.EmbeddingBagFromPretrained(weight, opts...)
	m.Weight.Free()
	m.Weight = &nn.Parameter{Tensor: weight}
	return m.Forward(ids, offsets, perSampleWeights)
}
