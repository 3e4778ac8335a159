package transformers

import (
	"multitorch/nn"
	"multitorch/torch"
)

// ViTLayer is attention and two matrices, each on a layer norm of what goes in, which is added to what comes out.
type ViTLayer struct {
	nn.Base
	Attention       *ViTAttention
	LayernormBefore *nn.LayerNorm
	LayernormAfter  *nn.LayerNorm
	Intermediate    *ViTDense
	Output          *ViTDense
	Dropout         *nn.Dropout

	act Activation
}

func newViTLayer(c *ViTConfig) *ViTLayer {
	norm := func() *nn.LayerNorm { return nn.NewLayerNorm(c.HiddenSize, nn.Eps(c.LayerNormEps)) }
	attention := newViTAttention(c.HiddenSize, c.NumAttentionHeads, c.QKVBias, c.AttentionProbsDropoutProb, c.Common())
	attention.Attention.float32 = true
	intermediate, output := newViTDense(c.HiddenSize, c.IntermediateSize), newViTDense(c.IntermediateSize, c.HiddenSize)
	return &ViTLayer{
		Attention: attention, LayernormBefore: norm(), LayernormAfter: norm(), Intermediate: intermediate, Output: output,
		Dropout: nn.NewDropout(c.HiddenDropoutProb), act: NewActivation(c.HiddenAct),
	}
}

// Forward maps [N, L, hidden_size] to the same. The weights are nil unless asked for.
func (m *ViTLayer) Forward(x *torch.Tensor, mask *Mask, weights bool) (y, w *torch.Tensor) {
	var on passing
	defer on.free()
	a, w := m.Attention.Forward(on.way(m.LayernormBefore.Forward(x)), mask, weights)
	x = on.way(on.way(dropout(m.Dropout, a)).Add(x))
	y = m.Intermediate.Forward(on.way(m.LayernormAfter.Forward(x)))
	y = m.Output.Forward(on.way(activate(m.act, y)))
	return on.way(dropout(m.Dropout, y)).Add(x), w
}

// ViTAttention is attention of a picture's patches to each other, and a matrix.
type ViTAttention struct {
	nn.Base
	Attention *ViTSelfAttention
	Output    *ViTDense
}

func newViTAttention(hidden, heads int, bias bool, dropout float64, c *PretrainedConfig) *ViTAttention {
	linear := func() *nn.Linear { return nn.NewLinear(hidden, hidden, nn.Bias(bias)) }
	self := &ViTSelfAttention{Query: linear(), Key: linear(), Value: linear(), size: hidden / heads, dropout: dropout, common: c}
	return &ViTAttention{Attention: self, Output: newViTDense(hidden, hidden)}
}

// Forward maps [N, L, hidden_size] to the same.
func (m *ViTAttention) Forward(x *torch.Tensor, mask *Mask, weights bool) (y, w *torch.Tensor) {
	y, w = m.Attention.Forward(x, mask, weights)
	defer y.Free()
	return m.Output.Forward(y), w
}

// ViTSelfAttention is the heads' attention.
type ViTSelfAttention struct {
	nn.Base
	Query *nn.Linear
	Key   *nn.Linear
	Value *nn.Linear

	size    int // of a head
	dropout float64
	float32 bool // whether the softmax is: ViT's, and not DINOv2's
	common  *PretrainedConfig
}

// Forward maps [N, L, hidden_size] to the same.
func (m *ViTSelfAttention) Forward(x *torch.Tensor, mask *Mask, weights bool) (y, w *torch.Tensor) {
	a := attention{Mask: mask, Eager: m.common.Eager, Float32: m.float32, Weights: weights}
	if m.Training() {
		a.Dropout = m.dropout
	}
	return selfAttend(x, m.Query, m.Key, m.Value, m.size, a)
}

// ViTDense is a matrix, under the name that folders have for it.
type ViTDense struct {
	nn.Base
	Dense *nn.Linear
}

func newViTDense(in, out int) *ViTDense { return &ViTDense{Dense: nn.NewLinear(in, out)} }

// Forward maps [..., in] to [..., out].
func (m *ViTDense) Forward(x *torch.Tensor) *torch.Tensor { return m.Dense.Forward(x) }
