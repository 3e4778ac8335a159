package transformers

import (
	"multitorch/libm"
	"multitorch/nn"
	"multitorch/torch"
)

// DistilBertTransformer is the layers, one after the other.
type DistilBertTransformer struct {
	nn.Base
	Layer []*DistilBertBlock
}

// Forward passes x [N, L, dim], which it frees if nobody asks for it, through the layers.
func (m *DistilBertTransformer) Forward(x *torch.Tensor, mask *Mask, in BertInput) BaseModelOutput {
	out := BaseModelOutput{}
	for _, layer := range m.Layer {
		y, weights := layer.Forward(x, mask, in.OutputAttentions)
		out.pass(x, weights, in)
		x = y
	}
	out.end(x, in)
	return out
}

// DistilBertBlock is attention and two matrices, each followed by the sum with what went in and a layer norm.
type DistilBertBlock struct {
	nn.Base
	Attention       *DistilBertSelfAttention
	SALayerNorm     *nn.LayerNorm `nn:"sa_layer_norm"`
	FFN             *DistilBertFFN
	OutputLayerNorm *nn.LayerNorm
}

func newDistilBertBlock(c *DistilBertConfig) *DistilBertBlock {
	linear := func() *nn.Linear { return nn.NewLinear(c.Dim, c.Dim) }
	return &DistilBertBlock{
		Attention:   &DistilBertSelfAttention{QLin: linear(), KLin: linear(), VLin: linear(), OutLin: linear(), config: c},
		SALayerNorm: nn.NewLayerNorm(c.Dim, nn.Eps(distilEps)),
		FFN: &DistilBertFFN{
			Dropout: nn.NewDropout(c.Dropout), Lin1: nn.NewLinear(c.Dim, c.HiddenDim), Lin2: nn.NewLinear(c.HiddenDim, c.Dim),
			act: NewActivation(c.Activation),
		},
		OutputLayerNorm: nn.NewLayerNorm(c.Dim, nn.Eps(distilEps)),
	}
}

// Forward maps [N, L, dim] to the same. The weights are nil unless asked for.
func (m *DistilBertBlock) Forward(x *torch.Tensor, mask *Mask, weights bool) (y, w *torch.Tensor) {
	var on passing
	defer on.free()
	a, w := m.Attention.Forward(x, mask, weights)
	a = on.way(m.SALayerNorm.Forward(on.way(on.way(a).Add(x))))
	return m.OutputLayerNorm.Forward(on.way(on.way(m.FFN.Forward(a)).Add(a))), w
}

// DistilBertSelfAttention is the heads' attention, and the matrix behind it.
type DistilBertSelfAttention struct {
	nn.Base
	QLin   *nn.Linear `nn:"q_lin"`
	KLin   *nn.Linear `nn:"k_lin"`
	VLin   *nn.Linear `nn:"v_lin"`
	OutLin *nn.Linear

	config *DistilBertConfig
}

// Forward maps [N, L, dim] to the same.
func (m *DistilBertSelfAttention) Forward(x *torch.Tensor, mask *Mask, weights bool) (y, w *torch.Tensor) {
	c := m.config
	a := attention{Mask: mask, Eager: c.Eager, Weights: weights}
	if m.Training() {
		a.Dropout = c.AttentionDropout
	}
	y, w = selfAttend(x, m.QLin, m.KLin, m.VLin, c.Dim/c.NHeads, a)
	defer y.Free()
	return m.OutLin.Forward(y), w
}

// DistilBertFFN is two matrices and a function between them.
type DistilBertFFN struct {
	nn.Base
	Dropout *nn.Dropout
	Lin1    *nn.Linear
	Lin2    *nn.Linear

	act Activation
}

// Forward maps [N, L, dim] to the same.
func (m *DistilBertFFN) Forward(x *torch.Tensor) *torch.Tensor {
	x = activate(m.act, m.Lin1.Forward(x))
	defer x.Free()
	return dropout(m.Dropout, m.Lin2.Forward(x))
}

// sinusoids are the waves of Vaswani et al., sine and cosine in turn, of n places [n, size].
func sinusoids(n, size int) *torch.Tensor {
	data := make([]float32, 0, n*size)
	for place := range n {
		for j := range size {
			angle := float64(place) / libm.Pow(10000, float64(2*(j/2))/float64(size))
			if j%2 == 0 {
				data = append(data, float32(libm.Sin(angle)))
			} else {
				data = append(data, float32(libm.Cos(angle)))
			}
		}
	}
	return torch.FromSlice(data, n, size)
}
