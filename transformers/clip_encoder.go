package transformers

import (
	"multitorch/nn"
	"multitorch/torch"
)

// CLIPEncoder is the layers of [CLIPModel]'s encoders and of [SiglipModel]'s, one after the other.
type CLIPEncoder struct {
	nn.Base
	Layers []*CLIPEncoderLayer
}

// newCLIPEncoder makes layers that attend as the outermost settings say, and are drawn in a way of their own.
func newCLIPEncoder(c *TowerConfig, outermost *PretrainedConfig, again towerDraw) *CLIPEncoder {
	m := &CLIPEncoder{}
	for range c.NumHiddenLayers {
		m.Layers = append(m.Layers, newCLIPEncoderLayer(c, outermost, again))
	}
	return m
}

// CLIPEncoderLayer is attention and two matrices, each on a layer norm of what goes in, which is added to what comes out.
type CLIPEncoderLayer struct {
	nn.Base
	SelfAttn   *CLIPAttention
	LayerNorm1 *nn.LayerNorm
	MLP        *CLIPMLP
	LayerNorm2 *nn.LayerNorm
}

func newCLIPEncoderLayer(c *TowerConfig, outermost *PretrainedConfig, again towerDraw) *CLIPEncoderLayer {
	norm := func() *nn.LayerNorm { return nn.NewLayerNorm(c.HiddenSize, nn.Eps(c.LayerNormEps)) }
	return &CLIPEncoderLayer{
		SelfAttn: newCLIPAttention(c, outermost, again), LayerNorm1: norm(), MLP: newCLIPMLP(c, again), LayerNorm2: norm(),
	}
}

// Forward maps [N, L, hidden_size] to the same. The weights are nil unless asked for.
func (m *CLIPEncoderLayer) Forward(x *torch.Tensor, mask *Mask, weights bool) (y, w *torch.Tensor) {
	var on passing
	defer on.free()
	a, w := m.SelfAttn.Forward(on.way(m.LayerNorm1.Forward(x)), mask, weights)
	x = on.way(x.Add(on.way(a)))
	return x.Add(on.way(m.MLP.Forward(on.way(m.LayerNorm2.Forward(x))))), w
}

// CLIPAttention is attention of a text's tokens or a picture's patches to each other.
type CLIPAttention struct {
	nn.Base
	KProj   *nn.Linear
	VProj   *nn.Linear
	QProj   *nn.Linear
	OutProj *nn.Linear

	config    *TowerConfig
	outermost *PretrainedConfig
	again     towerDraw
}

func newCLIPAttention(c *TowerConfig, outermost *PretrainedConfig, again towerDraw) *CLIPAttention {
	linear := func() *nn.Linear { return nn.NewLinear(c.HiddenSize, c.HiddenSize) }
	return &CLIPAttention{
		KProj: linear(), VProj: linear(), QProj: linear(), OutProj: linear(), config: c, outermost: outermost, again: again,
	}
}

func (m *CLIPAttention) draw(_ float64, wanted func(*nn.Parameter) bool) {
	m.again.attention(m, wanted)
}

// Forward maps [N, L, hidden_size] to the same.
func (m *CLIPAttention) Forward(x *torch.Tensor, mask *Mask, weights bool) (y, w *torch.Tensor) {
	c := m.config
	a := attention{Mask: mask, Eager: m.outermost.Eager, Float32: true, Weights: weights}
	if m.Training() {
		a.Dropout = c.AttentionDropout
	}
	y, w = selfAttend(x, m.QProj, m.KProj, m.VProj, c.HiddenSize/c.NumAttentionHeads, a)
	defer y.Free()
	return m.OutProj.Forward(y), w
}

// CLIPMLP is two matrices and the function between them.
type CLIPMLP struct {
	nn.Base
	FC1 *nn.Linear
	FC2 *nn.Linear

	act   Activation
	again towerDraw
}

func newCLIPMLP(c *TowerConfig, again towerDraw) *CLIPMLP {
	return &CLIPMLP{
		FC1: nn.NewLinear(c.HiddenSize, c.IntermediateSize), FC2: nn.NewLinear(c.IntermediateSize, c.HiddenSize),
		act: NewActivation(c.HiddenAct), again: again,
	}
}

func (m *CLIPMLP) draw(_ float64, wanted func(*nn.Parameter) bool) { m.again.mlp(m, wanted) }

// Forward maps [N, L, hidden_size] to the same.
func (m *CLIPMLP) Forward(x *torch.Tensor) *torch.Tensor {
	x = activate(m.act, m.FC1.Forward(x))
	defer x.Free()
	return m.FC2.Forward(x)
}
