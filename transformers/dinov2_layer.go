package transformers

import (
	"multitorch/nn"
	"multitorch/nn/functional"
	"multitorch/torch"
)

// Dinov2Layer is attention and a small network, each on a layer norm of what goes in, whose scaled output is added to it.
type Dinov2Layer struct {
	nn.Base
	Norm1       *nn.LayerNorm
	Attention   *ViTAttention
	LayerScale1 *Dinov2LayerScale
	Norm2       *nn.LayerNorm
	MLP         nn.Layer // a *Dinov2MLP or a *Dinov2SwiGLUFFN
	LayerScale2 *Dinov2LayerScale

	drop float64
}

func newDinov2Layer(c *Dinov2Config) *Dinov2Layer {
	norm := func() *nn.LayerNorm { return nn.NewLayerNorm(c.HiddenSize, nn.Eps(c.LayerNormEps)) }
	m := &Dinov2Layer{
		Norm1: norm(), Attention: newViTAttention(c.HiddenSize, c.NumAttentionHeads, c.QKVBias, c.AttentionProbsDropoutProb, c.Common()),
		LayerScale1: newDinov2LayerScale(c), Norm2: norm(), drop: c.DropPathRate,
	}
	between := c.HiddenSize * c.MLPRatio
	if c.UseSwigluFFN {
		m.MLP = newDinov2SwiGLUFFN(c.HiddenSize, (int(float64(between)*2/3)+7)/8*8)
	} else {
		m.MLP = &Dinov2MLP{
			FC1: nn.NewLinear(c.HiddenSize, between), FC2: nn.NewLinear(between, c.HiddenSize), act: NewActivation(c.HiddenAct),
		}
	}
	m.LayerScale2 = newDinov2LayerScale(c)
	return m
}

// Forward maps [N, L, hidden_size] to the same. The weights are nil unless asked for.
func (m *Dinov2Layer) Forward(x *torch.Tensor, mask *Mask, weights bool) (y, w *torch.Tensor) {
	var on passing
	defer on.free()
	y, w = m.Attention.Forward(on.way(m.Norm1.Forward(x)), mask, weights)
	y = m.LayerScale1.Forward(on.way(y))
	x = on.way(on.way(dropPath(y, m.drop, m.Training())).Add(x))
	y = m.LayerScale2.Forward(on.way(m.MLP.Forward(on.way(m.Norm2.Forward(x)))))
	return on.way(dropPath(y, m.drop, m.Training())).Add(x), w
}

// Dinov2LayerScale scales each feature.
type Dinov2LayerScale struct {
	nn.Base
	Lambda1 *nn.Parameter // [hidden_size]

	value float64
}

func newDinov2LayerScale(c *Dinov2Config) *Dinov2LayerScale {
	ones := torch.Ones(torch.Shape{c.HiddenSize})
	defer ones.Free()
	return &Dinov2LayerScale{Lambda1: nn.NewParameter(ones.Mul(c.LayerscaleValue)), value: c.LayerscaleValue}
}

func (m *Dinov2LayerScale) draw(_ float64, wanted func(*nn.Parameter) bool) {
	drawConstant(m.Lambda1, m.value, wanted)
}

// Forward maps [..., hidden_size] to the same.
func (m *Dinov2LayerScale) Forward(x *torch.Tensor) *torch.Tensor { return x.Mul(m.Lambda1.Value()) }

// Dinov2MLP is two matrices and the function between them.
type Dinov2MLP struct {
	nn.Base
	FC1 *nn.Linear
	FC2 *nn.Linear

	act Activation
}

// Forward maps [N, L, hidden_size] to the same.
func (m *Dinov2MLP) Forward(x *torch.Tensor) *torch.Tensor {
	x = activate(m.act, m.FC1.Forward(x))
	defer x.Free()
	return m.FC2.Forward(x)
}

// Dinov2SwiGLUFFN is two matrices, of a gate and of values, which a folder holds as one, and a third behind their product.
type Dinov2SwiGLUFFN struct {
	nn.Base
	WeightsIn  *nn.Linear
	WeightsOut *nn.Linear
}

func newDinov2SwiGLUFFN(hidden, between int) *Dinov2SwiGLUFFN {
	return &Dinov2SwiGLUFFN{WeightsIn: nn.NewLinear(hidden, 2*between), WeightsOut: nn.NewLinear(between, hidden)}
}

// Forward maps [N, L, hidden_size] to the same.
func (m *Dinov2SwiGLUFFN) Forward(x *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	weights, biases := m.WeightsIn.Weight.Value().Chunk(2, 0), m.WeightsIn.Bias.Value().Chunk(2, 0)
	parts := make([]*torch.Tensor, 2)
	for i := range parts { // two products, as Transformers has them
		parts[i] = on.way(functional.Linear(x, on.way(weights[i]), on.way(biases[i])))
	}
	gate := on.way(silu.Unary(parts[0]))
	return m.WeightsOut.Forward(on.way(gate.Mul(parts[1])))
}
