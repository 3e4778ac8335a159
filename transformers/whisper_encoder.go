package transformers

import (
	"multitorch/libm"
	"multitorch/nn"
	"multitorch/torch"
)

// WhisperEncoder hears: two convolutions, of which the second halves the frames, positions, and layers that are normed before
// their parts.
type WhisperEncoder struct {
	nn.Base
	Conv1          *nn.Conv1d `nn:"conv1"`
	Conv2          *nn.Conv1d `nn:"conv2"`
	EmbedPositions *nn.Embedding
	Layers         []*WhisperEncoderLayer
	LayerNorm      *nn.LayerNorm

	config *WhisperConfig
}

func newWhisperEncoder(c *WhisperConfig) *WhisperEncoder {
	m := &WhisperEncoder{
		Conv1: nn.NewConv1d(c.NumMelBins, c.DModel, 3, nn.Padding(1)), Conv2: nn.NewConv1d(c.DModel, c.DModel, 3, nn.Stride(2), nn.Padding(1)),
		EmbedPositions: nn.NewEmbedding(c.MaxSourcePositions, c.DModel), config: c,
	}
	m.EmbedPositions.Weight.SetRequiresGrad(false)
	for range c.EncoderLayers {
		m.Layers = append(m.Layers, newWhisperEncoderLayer(c))
	}
	m.LayerNorm = nn.NewLayerNorm(c.DModel)
	return m
}

// draw sets the positions, which are not learned.
func (m *WhisperEncoder) draw(_ float64, wanted func(*nn.Parameter) bool) {
	if p := m.EmbedPositions.Weight; wanted(p) {
		p.CopyInplace(whisperPositions(m.config.MaxSourcePositions, m.config.DModel))
	}
}

// Forward maps log-mels [N, num_mel_bins, frames], of twice as many frames as there are positions, to [N, positions, d_model].
func (m *WhisperEncoder) Forward(in WhisperInput) BaseModelOutput {
	return nn.Call(m, func() BaseModelOutput { return m.forward(in) })
}

func (m *WhisperEncoder) forward(in WhisperInput) (out BaseModelOutput) {
	c, x := m.config, in.InputFeatures
	if x == nil {
		panic(invalid("WhisperEncoder", "expected InputFeatures, or EncoderStates that were made of them"))
	}
	if s := x.Shape(); len(s) != 3 || s[1] != c.NumMelBins || s[2] != 2*c.MaxSourcePositions {
		panic(invalid("WhisperEncoder", "expected log-mels [clips, %d, %d], but got the shape %v; fill clips up with silence to 30 s",
			c.NumMelBins, 2*c.MaxSourcePositions, s))
	}
	var on passing
	defer on.free()
	act := NewActivation("gelu") // of the convolutions, whatever ActivationFunction is
	x = activate(act, m.Conv1.Forward(x))
	y := m.Conv2.Forward(x)
	x.Free()
	x = on.way(on.way(activate(act, y)).Permute(0, 2, 1))
	x = dropped(x.Add(m.EmbedPositions.Weight.Tensor), c.Dropout, m.Training())
	keep := in.OutputHiddenStates
	for _, layer := range m.Layers {
		if keep {
			out.HiddenStates = append(out.HiddenStates, x)
		}
		y, w := layer.Forward(x, in.OutputAttentions)
		if !keep {
			x.Free()
		}
		if x = y; in.OutputAttentions {
			out.Attentions = append(out.Attentions, w)
		}
	}
	out.LastHiddenState = m.LayerNorm.Forward(x)
	if x.Free(); keep {
		out.HiddenStates = append(out.HiddenStates, out.LastHiddenState)
	}
	return out
}

// whisperPositions are sines and cosines [length, channels] of times 10000^(-i/(channels/2-1)).
func whisperPositions(length, channels int) *torch.Tensor {
	half := channels / 2
	step := libm.Log(10000) / float64(half-1)
	rates := torch.Arange(0, half, 1).Mul(-step).Exp()
	angles := torch.Arange(0, length, 1).View(-1, 1).Mul(rates.View(1, -1))
	return torch.Cat([]*torch.Tensor{angles.Sin(), angles.Cos()}, 1)
}

// WhisperEncoderLayer is attention and two matrices, each behind a norm and added to what went in.
type WhisperEncoderLayer struct {
	nn.Base
	SelfAttn          *WhisperAttention
	SelfAttnLayerNorm *nn.LayerNorm
	FC1               *nn.Linear `nn:"fc1"`
	FC2               *nn.Linear `nn:"fc2"`
	FinalLayerNorm    *nn.LayerNorm

	config *WhisperConfig
}

func newWhisperEncoderLayer(c *WhisperConfig) *WhisperEncoderLayer {
	return &WhisperEncoderLayer{
		SelfAttn: newWhisperAttention(c, c.EncoderAttentionHeads), SelfAttnLayerNorm: nn.NewLayerNorm(c.DModel),
		FC1: nn.NewLinear(c.DModel, c.EncoderFFNDim), FC2: nn.NewLinear(c.EncoderFFNDim, c.DModel),
		FinalLayerNorm: nn.NewLayerNorm(c.DModel), config: c,
	}
}

// Forward maps [N, L, d_model] to the same.
func (m *WhisperEncoderLayer) Forward(x *torch.Tensor, weights bool) (y, w *torch.Tensor) {
	var on passing
	defer on.free()
	y, w = m.SelfAttn.Forward(on.way(m.SelfAttnLayerNorm.Forward(x)), nil, nil, 0, weights)
	x = on.way(x.Add(on.way(dropped(y, m.config.Dropout, m.Training()))))
	y = whisperFeed(m.config, on.way(m.FinalLayerNorm.Forward(x)), m.FC1, m.FC2, m.Training())
	y = x.Add(on.way(y))
	if y.DType() == torch.Float16 {
		const most = 65504 - 1000
		y = on.way(y).Clamp(-most, most)
	}
	return y, w
}

// whisperFeed is a layer's two matrices with the function between them.
func whisperFeed(c *WhisperConfig, x *torch.Tensor, fc1, fc2 *nn.Linear, training bool) *torch.Tensor {
	h := dropped(activate(NewActivation(c.ActivationFunction), fc1.Forward(x)), c.ActivationDropout, training)
	defer h.Free()
	return dropped(fc2.Forward(h), c.Dropout, training)
}
