package transformers

import (
	"multitorch/libm"
	"multitorch/nn"
	"multitorch/torch"
)

// Wav2Vec2FeatureProjection brings the convolutions' channels to the width of the layers.
type Wav2Vec2FeatureProjection struct {
	nn.Base
	LayerNorm  *nn.LayerNorm
	Projection *nn.Linear

	config *Wav2Vec2Config
}

func newWav2Vec2FeatureProjection(c *Wav2Vec2Config) *Wav2Vec2FeatureProjection {
	last := c.ConvDim[len(c.ConvDim)-1]
	return &Wav2Vec2FeatureProjection{
		LayerNorm: nn.NewLayerNorm(last, nn.Eps(c.LayerNormEps)), Projection: nn.NewLinear(last, c.HiddenSize), config: c,
	}
}

func (m *Wav2Vec2FeatureProjection) draw(_ float64, wanted func(*nn.Parameter) bool) {
	k := libm.Sqrt(1 / float64(m.Projection.Weight.Size(1)))
	for _, p := range []*nn.Parameter{m.Projection.Weight, m.Projection.Bias} {
		if wanted(p) {
			p.UniformInplace(-k, k)
		}
	}
}

// Forward maps [N, steps, channels] to [N, steps, hidden_size], and also gives the channels behind the norm.
func (m *Wav2Vec2FeatureProjection) Forward(x *torch.Tensor) (y, normed *torch.Tensor) {
	normed = m.LayerNorm.Forward(x)
	return dropped(m.Projection.Forward(normed), m.config.FeatProjDropout, m.Training()), normed
}

// Wav2Vec2Encoder is positions and layers. With do_stable_layer_norm norms stand before the parts, and the last in the end.
type Wav2Vec2Encoder struct {
	nn.Base
	PosConvEmbed *Wav2Vec2PositionalConvEmbedding
	LayerNorm    *nn.LayerNorm
	Layers       []*Wav2Vec2EncoderLayer

	config *Wav2Vec2Config
}

func newWav2Vec2Encoder(c *Wav2Vec2Config) *Wav2Vec2Encoder {
	m := &Wav2Vec2Encoder{
		PosConvEmbed: newWav2Vec2PositionalConvEmbedding(c), LayerNorm: nn.NewLayerNorm(c.HiddenSize, nn.Eps(c.LayerNormEps)), config: c,
	}
	for range c.NumHiddenLayers {
		m.Layers = append(m.Layers, newWav2Vec2EncoderLayer(c))
	}
	return m
}

// Forward maps x [N, steps, hidden_size] to the same. keep [N, steps], or nil, is false for padding.
func (m *Wav2Vec2Encoder) Forward(x, keep *torch.Tensor, in Wav2Vec2Input) (out BaseModelOutput) {
	var on passing
	defer on.free()
	if keep != nil {
		x = on.way(x.MaskedFill(on.way(on.way(keep.Not()).Unsqueeze(-1)), 0.0))
	}
	mask := BidirectionalMask(keep, x)
	defer mask.free()
	x = x.Add(on.way(m.PosConvEmbed.Forward(x)))
	if !m.config.DoStableLayerNorm {
		x = m.LayerNorm.Forward(on.way(x))
	}
	x = dropped(x, m.config.HiddenDropout, m.Training())
	note := func(x *torch.Tensor) {
		if in.OutputHiddenStates {
			out.HiddenStates = append(out.HiddenStates, x)
		} else {
			x.Free()
		}
	}
	for _, layer := range m.Layers {
		y, w := layer.Forward(x, mask, in.OutputAttentions)
		note(x)
		if x = y; in.OutputAttentions {
			out.Attentions = append(out.Attentions, w)
		}
	}
	out.LastHiddenState = x
	if m.config.DoStableLayerNorm {
		out.LastHiddenState = m.LayerNorm.Forward(x)
		note(x)
	} else if in.OutputHiddenStates {
		out.HiddenStates = append(out.HiddenStates, x)
	}
	return out
}

// Wav2Vec2EncoderLayer is attention and two matrices.
type Wav2Vec2EncoderLayer struct {
	nn.Base
	Attention      *Wav2Vec2Attention
	LayerNorm      *nn.LayerNorm
	FeedForward    *Wav2Vec2FeedForward
	FinalLayerNorm *nn.LayerNorm

	config *Wav2Vec2Config
}

func newWav2Vec2EncoderLayer(c *Wav2Vec2Config) *Wav2Vec2EncoderLayer {
	norm := func() *nn.LayerNorm { return nn.NewLayerNorm(c.HiddenSize, nn.Eps(c.LayerNormEps)) }
	return &Wav2Vec2EncoderLayer{
		Attention: newWav2Vec2Attention(c), LayerNorm: norm(), FeedForward: newWav2Vec2FeedForward(c), FinalLayerNorm: norm(), config: c,
	}
}

// Forward maps [N, steps, hidden_size] to the same.
func (m *Wav2Vec2EncoderLayer) Forward(x *torch.Tensor, mask *Mask, weights bool) (y, w *torch.Tensor) {
	var on passing
	defer on.free()
	stable := m.config.DoStableLayerNorm
	a := x
	if stable {
		a = on.way(m.LayerNorm.Forward(x))
	}
	a, w = m.Attention.Forward(a, mask, weights)
	a = on.way(dropped(a, m.config.HiddenDropout, m.Training()))
	x = on.way(x.Add(a))
	if stable {
		return x.Add(on.way(m.FeedForward.Forward(on.way(m.FinalLayerNorm.Forward(x))))), w
	}
	x = on.way(m.LayerNorm.Forward(x))
	x = on.way(x.Add(on.way(m.FeedForward.Forward(x))))
	return m.FinalLayerNorm.Forward(x), w
}

// Wav2Vec2Attention is attention of a clip to itself.
type Wav2Vec2Attention struct {
	nn.Base
	KProj   *nn.Linear
	VProj   *nn.Linear
	QProj   *nn.Linear
	OutProj *nn.Linear

	config *Wav2Vec2Config
}

func newWav2Vec2Attention(c *Wav2Vec2Config) *Wav2Vec2Attention {
	linear := func() *nn.Linear { return nn.NewLinear(c.HiddenSize, c.HiddenSize) }
	return &Wav2Vec2Attention{KProj: linear(), VProj: linear(), QProj: linear(), OutProj: linear(), config: c}
}

// Forward maps [N, steps, hidden_size] to the same.
func (m *Wav2Vec2Attention) Forward(x *torch.Tensor, mask *Mask, weights bool) (y, w *torch.Tensor) {
	a := attention{Mask: mask, Eager: m.config.Eager, Weights: weights}
	if m.Training() {
		a.Dropout = m.config.AttentionDropout
	}
	y, w = selfAttend(x, m.QProj, m.KProj, m.VProj, m.config.HiddenSize/m.config.NumAttentionHeads, a)
	defer y.Free()
	return m.OutProj.Forward(y), w
}

// Wav2Vec2FeedForward is a layer's two matrices.
type Wav2Vec2FeedForward struct {
	nn.Base
	IntermediateDense *nn.Linear
	OutputDense       *nn.Linear

	config *Wav2Vec2Config
	act    Activation
}

func newWav2Vec2FeedForward(c *Wav2Vec2Config) *Wav2Vec2FeedForward {
	return &Wav2Vec2FeedForward{
		IntermediateDense: nn.NewLinear(c.HiddenSize, c.IntermediateSize), OutputDense: nn.NewLinear(c.IntermediateSize, c.HiddenSize),
		config: c, act: NewActivation(c.HiddenAct),
	}
}

// Forward maps [N, steps, hidden_size] to the same.
func (m *Wav2Vec2FeedForward) Forward(x *torch.Tensor) *torch.Tensor {
	h := dropped(activate(m.act, m.IntermediateDense.Forward(x)), m.config.ActivationDropout, m.Training())
	defer h.Free()
	return dropped(m.OutputDense.Forward(h), m.config.HiddenDropout, m.Training())
}
