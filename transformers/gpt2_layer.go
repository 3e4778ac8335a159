package transformers

import (
	"multitorch/libm"
	"multitorch/nn"
	"multitorch/torch"
)

// GPT2Block is attention to what came before and two matrices, each of what a layer norm makes, and added to what went in.
type GPT2Block struct {
	nn.Base
	Ln1  *nn.LayerNorm `nn:"ln_1"`
	Attn *GPT2Attention
	Ln2  *nn.LayerNorm `nn:"ln_2"`
	MLP  *GPT2MLP
}

func newGPT2Block(c *GPT2Config, layer int) *GPT2Block {
	norm := func() *nn.LayerNorm { return nn.NewLayerNorm(c.NEmbd, nn.Eps(c.LayerNormEpsilon)) }
	return &GPT2Block{Ln1: norm(), Attn: newGPT2Attention(c, layer), Ln2: norm(), MLP: newGPT2MLP(c)}
}

// Forward maps [N, L, n_embd] to the same. The weights are nil unless asked for.
func (m *GPT2Block) Forward(x *torch.Tensor, mask *Mask, cache *Cache, weights bool) (y, w *torch.Tensor) {
	var on passing
	defer on.free()
	a, w := m.Attn.Forward(on.way(m.Ln1.Forward(x)), mask, cache, weights)
	x = on.way(on.way(a).Add(x))
	return x.Add(on.way(m.MLP.Forward(on.way(m.Ln2.Forward(x))))), w
}

// GPT2Attention is the heads' attention of each token to itself and those before it.
type GPT2Attention struct {
	nn.Base
	CAttn        *Conv1D
	CProj        *Conv1D
	AttnDropout  *nn.Dropout
	ResidDropout *nn.Dropout

	config *GPT2Config
	layer  int
	scale  float64
}

func newGPT2Attention(c *GPT2Config, layer int) *GPT2Attention {
	if c.Eager && c.ReorderAndUpcastAttn {
		panic(invalid("GPT2Attention", "reorder_and_upcast_attn: eager attention in another order is not known; load without Eager"))
	}
	m := &GPT2Attention{
		CAttn: newConv1D(c.Common(), 3*c.NEmbd, c.NEmbd), CProj: newConv1D(c.Common(), c.NEmbd, c.NEmbd),
		AttnDropout: nn.NewDropout(c.AttnPdrop), ResidDropout: nn.NewDropout(c.ResidPdrop), config: c, layer: layer, scale: 1,
	}
	if c.ScaleAttnWeights {
		m.scale = libm.Pow(float64(c.NEmbd/c.NHead), -0.5)
	}
	if c.ScaleAttnByInverseLayerIdx {
		m.scale /= float64(layer + 1)
	}
	return m
}

func (m *GPT2Attention) draw(std float64, wanted func(*nn.Parameter) bool) {
	drawResidual(m.CProj, m.config, std, wanted)
}

// drawResidual draws a matrix whose result is added to what went in: with as many of them the sum has a spread of its own.
func drawResidual(m *Conv1D, c *GPT2Config, std float64, wanted func(*nn.Parameter) bool) {
	if wanted(m.Weight) {
		m.Weight.NormalInplace(0, std/libm.Sqrt(float64(2*c.NLayer)))
	}
}

// Forward maps [N, L, n_embd] to the same.
func (m *GPT2Attention) Forward(x *torch.Tensor, mask *Mask, cache *Cache, weights bool) (y, w *torch.Tensor) {
	var on passing
	defer on.free()
	c := m.config
	a := attention{Mask: mask, Scale: m.scale, Eager: c.Eager, Weights: weights}
	if m.Training() {
		a.Dropout = c.AttnPdrop
	}
	parts := on.way(m.CAttn.Forward(x)).Split(c.NEmbd, 2)
	heads := func(part *torch.Tensor) *torch.Tensor { return on.way(splitHeads(on.way(part), c.NEmbd/c.NHead)) }
	q, k, v := heads(parts[0]), heads(parts[1]), heads(parts[2])
	if cache != nil {
		k, v = cache.Update(m.layer, k, v)
		on.way(k)
		on.way(v)
	}
	y, w = attend(q, k, v, a)
	return dropout(m.ResidDropout, m.CProj.Forward(on.way(joinHeads(on.way(y))))), w
}

// GPT2MLP is the two matrices.
type GPT2MLP struct {
	nn.Base
	CFc     *Conv1D `nn:"c_fc"`
	CProj   *Conv1D
	Dropout *nn.Dropout

	act    Activation
	config *GPT2Config
}

func newGPT2MLP(c *GPT2Config) *GPT2MLP {
	return &GPT2MLP{
		CFc: newConv1D(c.Common(), c.inner(), c.NEmbd), CProj: newConv1D(c.Common(), c.NEmbd, c.inner()),
		Dropout: nn.NewDropout(c.ResidPdrop), act: c.activation(), config: c,
	}
}

func (m *GPT2MLP) draw(std float64, wanted func(*nn.Parameter) bool) {
	drawResidual(m.CProj, m.config, std, wanted)
}

// Forward maps [N, L, n_embd] to the same.
func (m *GPT2MLP) Forward(x *torch.Tensor) *torch.Tensor {
	y := activate(m.act, m.CFc.Forward(x))
	defer y.Free()
	return dropout(m.Dropout, m.CProj.Forward(y))
}
