package transformers

import (
	"multitorch/nn"
	"multitorch/torch"
)

// LlamaDecoderLayer is attention to what came before and a gated pair of matrices, each of a normalised input and added to it.
type LlamaDecoderLayer struct {
	nn.Base
	SelfAttn               *LlamaAttention
	MLP                    *LlamaMLP
	InputLayernorm         *RMSNorm
	PostAttentionLayernorm *RMSNorm
}

func newLlamaDecoderLayer(c *LlamaConfig, layer int) *LlamaDecoderLayer {
	norm := func() *RMSNorm { return newRMSNorm(c.Common(), c.HiddenSize, c.RMSNormEps) }
	return &LlamaDecoderLayer{
		SelfAttn: newLlamaAttention(c, layer), MLP: newLlamaMLP(c), InputLayernorm: norm(), PostAttentionLayernorm: norm(),
	}
}

// Forward maps [N, L, hidden_size] to the same. The weights are nil unless asked for.
func (m *LlamaDecoderLayer) Forward(x *torch.Tensor, places turns, mask *Mask, cache *Cache, weights bool) (y, w *torch.Tensor) {
	var on passing
	defer on.free()
	a, w := m.SelfAttn.Forward(on.way(m.InputLayernorm.Forward(x)), places, mask, cache, weights)
	x = on.way(x.Add(on.way(a)))
	return x.Add(on.way(m.MLP.Forward(on.way(m.PostAttentionLayernorm.Forward(x))))), w
}

// LlamaAttention is attention whose queries and keys are turned by their places, with fewer heads of keys than of queries.
type LlamaAttention struct {
	nn.Base
	QProj *nn.Linear
	KProj *nn.Linear
	VProj *nn.Linear
	OProj *nn.Linear

	config *LlamaConfig
	layer  int
}

func newLlamaAttention(c *LlamaConfig, layer int) *LlamaAttention {
	linear := func(in, out int) *nn.Linear { return nn.NewLinear(in, out, nn.Bias(c.AttentionBias)) }
	d := c.headDim()
	return &LlamaAttention{
		QProj: linear(c.HiddenSize, c.NumAttentionHeads*d), KProj: linear(c.HiddenSize, c.heads()*d),
		VProj: linear(c.HiddenSize, c.heads()*d), OProj: linear(c.NumAttentionHeads*d, c.HiddenSize), config: c, layer: layer,
	}
}

// Forward maps [N, L, hidden_size] to the same.
func (m *LlamaAttention) Forward(x *torch.Tensor, places turns, mask *Mask, cache *Cache, weights bool) (y, w *torch.Tensor) {
	var on passing
	defer on.free()
	c := m.config
	a := attention{Mask: mask, Eager: c.Eager, Float32: true, Weights: weights}
	if m.Training() {
		a.Dropout = c.AttentionDropout
	}
	heads := func(l *nn.Linear) *torch.Tensor { return on.way(splitHeads(on.way(l.Forward(x)), c.headDim())) }
	q, k, v := heads(m.QProj), heads(m.KProj), heads(m.VProj)
	q, k = on.way(rotate(q, places.cos, places.sin)), on.way(rotate(k, places.cos, places.sin))
	if cache != nil {
		k, v = cache.Update(m.layer, k, v)
		on.way(k)
		on.way(v)
	}
	if groups := q.Size(1) / k.Size(1); groups > 1 && q.Size(2) == 1 && !c.Eager && !weights {
		y = on.way(attendOnce(q, k, v, groups, a))
	} else {
		y, w = attend(q, k, v, a)
		y = on.way(joinHeads(on.way(y)))
	}
	return m.OProj.Forward(y), w
}

// attendOnce is attend of one query for each head [N, H, 1, D], without copying the keys for the heads that share them: these
// become queries beside each other. It returns [N, 1, H·D].
func attendOnce(q, k, v *torch.Tensor, groups int, a attention) *torch.Tensor {
	var on passing
	defer on.free()
	n, heads, d := q.Size(0), q.Size(1), q.Size(3)
	y, _ := attend(on.way(q.Reshape(n, heads/groups, groups, d)), k, v, a) // [N, groups, H/groups, D]
	return on.way(on.way(y).Transpose(1, 2)).Reshape(n, 1, heads*d)
}

// LlamaMLP is two matrices, the first multiplied with a third one's activation.
type LlamaMLP struct {
	nn.Base
	GateProj *nn.Linear
	UpProj   *nn.Linear
	DownProj *nn.Linear

	act Activation
}

func newLlamaMLP(c *LlamaConfig) *LlamaMLP {
	linear := func(in, out int) *nn.Linear { return nn.NewLinear(in, out, nn.Bias(c.MLPBias)) }
	return &LlamaMLP{
		GateProj: linear(c.HiddenSize, c.IntermediateSize), UpProj: linear(c.HiddenSize, c.IntermediateSize),
		DownProj: linear(c.IntermediateSize, c.HiddenSize), act: NewActivation(c.HiddenAct),
	}
}

// Forward maps [N, L, hidden_size] to the same.
func (m *LlamaMLP) Forward(x *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	gate := on.way(activate(m.act, m.GateProj.Forward(x)))
	return m.DownProj.Forward(on.way(gate.Mul(on.way(m.UpProj.Forward(x)))))
}
