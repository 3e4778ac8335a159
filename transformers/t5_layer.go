package transformers

import (
	"multitorch/libm"
	"multitorch/nn"
	"multitorch/torch"
)

// T5Block is a layer: attention to the own tokens, in a decoder attention to the encoder's, and two matrices.
type T5Block struct {
	nn.Base
	Layer []nn.Module

	self  *T5LayerSelfAttention
	cross *T5LayerCrossAttention // nil in an encoder
	ff    *T5LayerFF
}

func newT5Block(c *T5Config, layer int, decoder bool) *T5Block {
	m := &T5Block{self: &T5LayerSelfAttention{SelfAttention: newT5Attention(c, layer, decoder, layer == 0)}}
	m.self.LayerNorm, m.self.Dropout = newT5Norm(c), nn.NewDropout(c.DropoutRate)
	m.Layer = append(m.Layer, m.self)
	if decoder {
		m.cross = &T5LayerCrossAttention{EncDecAttention: newT5Attention(c, layer, true, false)}
		m.cross.LayerNorm, m.cross.Dropout = newT5Norm(c), nn.NewDropout(c.DropoutRate)
		m.Layer = append(m.Layer, m.cross)
	}
	m.ff = newT5LayerFF(c)
	m.Layer = append(m.Layer, m.ff)
	return m
}

func newT5Norm(c *T5Config) *RMSNorm {
	m := newRMSNorm(c.Common(), c.DModel, c.LayerNormEpsilon)
	m.apart = true
	return m
}

// Forward maps [N, L, d_model] to the same, and gives the weights of both attentions if they are asked for.
func (m *T5Block) Forward(x *torch.Tensor, ctx *t5Context) (y, self, cross *torch.Tensor) {
	y, self = m.self.Forward(x, ctx)
	if m.cross != nil {
		before := y
		y, cross = m.cross.Forward(before, ctx)
		before.Free()
	}
	before := y
	defer before.Free()
	return m.ff.Forward(before), self, cross
}

// T5LayerSelfAttention adds attention to the own tokens.
type T5LayerSelfAttention struct {
	nn.Base
	SelfAttention *T5Attention `nn:"SelfAttention"`
	LayerNorm     *RMSNorm
	Dropout       *nn.Dropout
}

// Forward maps [N, L, d_model] to the same.
func (m *T5LayerSelfAttention) Forward(x *torch.Tensor, ctx *t5Context) (y, w *torch.Tensor) {
	var on passing
	defer on.free()
	a, w := m.SelfAttention.Forward(on.way(m.LayerNorm.Forward(x)), ctx)
	return x.Add(on.way(dropout(m.Dropout, a))), w
}

// T5LayerCrossAttention adds attention to the encoder's tokens.
type T5LayerCrossAttention struct {
	nn.Base
	EncDecAttention *T5Attention `nn:"EncDecAttention"`
	LayerNorm       *RMSNorm
	Dropout         *nn.Dropout
}

// Forward maps [N, L, d_model] to the same.
func (m *T5LayerCrossAttention) Forward(x *torch.Tensor, ctx *t5Context) (y, w *torch.Tensor) {
	var on passing
	defer on.free()
	a, w := m.EncDecAttention.ForwardCross(on.way(m.LayerNorm.Forward(x)), ctx)
	return x.Add(on.way(dropout(m.Dropout, a))), w
}

// T5LayerFF adds what two matrices make.
type T5LayerFF struct {
	nn.Base
	DenseReluDense *T5Dense `nn:"DenseReluDense"`
	LayerNorm      *RMSNorm
	Dropout        *nn.Dropout
}

func newT5LayerFF(c *T5Config) *T5LayerFF {
	return &T5LayerFF{DenseReluDense: newT5Dense(c), LayerNorm: newT5Norm(c), Dropout: nn.NewDropout(c.DropoutRate)}
}

// Forward maps [N, L, d_model] to the same.
func (m *T5LayerFF) Forward(x *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	y := m.DenseReluDense.Forward(on.way(m.LayerNorm.Forward(x)))
	return x.Add(on.way(dropout(m.Dropout, y)))
}

// T5Dense is two matrices with a function between them: T5DenseActDense. In version 1.1 a third one multiplies it:
// T5DenseGatedActDense.
type T5Dense struct {
	nn.Base
	Wi      *nn.Linear
	Wi0     *nn.Linear `nn:"wi_0"`
	Wi1     *nn.Linear `nn:"wi_1"`
	Wo      *nn.Linear
	Dropout *nn.Dropout

	act    Activation
	config *T5Config
}

func newT5Dense(c *T5Config) *T5Dense {
	name, gated := c.activation()
	m := &T5Dense{act: NewActivation(name), config: c, Dropout: nn.NewDropout(c.DropoutRate)}
	in := func() *nn.Linear { return nn.NewLinear(c.DModel, c.DFF, nn.Bias(false)) }
	if gated {
		m.Wi0, m.Wi1 = in(), in()
	} else {
		m.Wi = in()
	}
	m.Wo = nn.NewLinear(c.DFF, c.DModel, nn.Bias(false))
	return m
}

func (m *T5Dense) draw(_ float64, wanted func(*nn.Parameter) bool) {
	for _, l := range []*nn.Linear{m.Wi, m.Wi0, m.Wi1} {
		if l != nil {
			drawNormal(l.Weight, m.config.InitializerFactor*libm.Pow(float64(m.config.DModel), -0.5), wanted)
		}
	}
	drawNormal(m.Wo.Weight, m.config.InitializerFactor*libm.Pow(float64(m.config.DFF), -0.5), wanted)
}

// Forward maps [N, L, d_model] to the same.
func (m *T5Dense) Forward(x *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	var y *torch.Tensor
	if m.Wi != nil {
		y = activate(m.act, m.Wi.Forward(x))
	} else {
		gate := on.way(activate(m.act, m.Wi0.Forward(x)))
		y = gate.Mul(on.way(m.Wi1.Forward(x)))
	}
	return m.Wo.Forward(on.way(dropout(m.Dropout, y)))
}
