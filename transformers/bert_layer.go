package transformers

import (
	"multitorch/nn"
	"multitorch/torch"
)

// BertLayer is attention and two matrices, each followed by the sum with what went in and a layer norm.
type BertLayer struct {
	nn.Base
	Attention    *BertAttention
	Intermediate *BertIntermediate
	Output       *BertOutput
}

func newBertLayer(c *BertConfig) *BertLayer {
	return &BertLayer{Attention: newBertAttention(c), Intermediate: newBertIntermediate(c), Output: newBertOutput(c, c.IntermediateSize)}
}

// Forward maps [N, L, hidden_size] to the same. The weights are nil unless asked for.
func (m *BertLayer) Forward(x *torch.Tensor, mask *Mask, weights bool) (y, w *torch.Tensor) {
	var on passing
	defer on.free()
	a, w := m.Attention.Forward(x, mask, weights)
	on.way(a)
	return m.Output.Forward(on.way(m.Intermediate.Forward(a)), a), w
}

// BertAttention is attention of a text to itself, and what follows it.
type BertAttention struct {
	nn.Base
	Self   *BertSelfAttention
	Output *BertOutput
}

func newBertAttention(c *BertConfig) *BertAttention {
	return &BertAttention{Self: newBertSelfAttention(c), Output: newBertOutput(c, c.HiddenSize)}
}

// Forward maps [N, L, hidden_size] to the same.
func (m *BertAttention) Forward(x *torch.Tensor, mask *Mask, weights bool) (y, w *torch.Tensor) {
	y, w = m.Self.Forward(x, mask, weights)
	defer y.Free()
	return m.Output.Forward(y, x), w
}

// BertSelfAttention is the heads' attention.
type BertSelfAttention struct {
	nn.Base
	Query *nn.Linear
	Key   *nn.Linear
	Value *nn.Linear

	config *BertConfig
}

func newBertSelfAttention(c *BertConfig) *BertSelfAttention {
	linear := func() *nn.Linear { return nn.NewLinear(c.HiddenSize, c.HiddenSize) }
	return &BertSelfAttention{Query: linear(), Key: linear(), Value: linear(), config: c}
}

// Forward maps [N, L, hidden_size] to the same.
func (m *BertSelfAttention) Forward(x *torch.Tensor, mask *Mask, weights bool) (y, w *torch.Tensor) {
	c := m.config
	a := attention{Mask: mask, Eager: c.Eager, Weights: weights}
	if m.Training() {
		a.Dropout = c.AttentionProbsDropoutProb
	}
	return selfAttend(x, m.Query, m.Key, m.Value, c.HiddenSize/c.NumAttentionHeads, a)
}

// selfAttend projects x [N, L, features] to queries, keys and values, attends, and joins the heads.
func selfAttend(x *torch.Tensor, query, key, value *nn.Linear, size int, a attention) (y, w *torch.Tensor) {
	var on passing
	defer on.free()
	heads := func(l *nn.Linear) *torch.Tensor { return on.way(splitHeads(on.way(l.Forward(x)), size)) }
	q, k, v := heads(query), heads(key), heads(value)
	y, w = attend(q, k, v, a)
	return joinHeads(on.way(y)), w
}

// BertIntermediate is the first of a layer's two matrices, and the function behind it.
type BertIntermediate struct {
	nn.Base
	Dense *nn.Linear

	act Activation
}

func newBertIntermediate(c *BertConfig) *BertIntermediate {
	return &BertIntermediate{Dense: nn.NewLinear(c.HiddenSize, c.IntermediateSize), act: NewActivation(c.HiddenAct)}
}

// Forward maps [N, L, hidden_size] to [N, L, intermediate_size].
func (m *BertIntermediate) Forward(x *torch.Tensor) *torch.Tensor {
	return activate(m.act, m.Dense.Forward(x))
}

// BertOutput is a matrix, and the layer norm of the sum with what went into the block.
type BertOutput struct {
	nn.Base
	Dense     *nn.Linear
	LayerNorm *nn.LayerNorm `nn:"LayerNorm"`
	Dropout   *nn.Dropout
}

func newBertOutput(c *BertConfig, in int) *BertOutput {
	return &BertOutput{
		Dense: nn.NewLinear(in, c.HiddenSize), LayerNorm: nn.NewLayerNorm(c.HiddenSize, nn.Eps(c.LayerNormEps)),
		Dropout: nn.NewDropout(c.HiddenDropoutProb),
	}
}

// Forward maps x [N, L, in] to [N, L, hidden_size], where before is what went into the block.
func (m *BertOutput) Forward(x, before *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	y := on.way(dropout(m.Dropout, m.Dense.Forward(x)))
	return m.LayerNorm.Forward(on.way(y.Add(before)))
}
