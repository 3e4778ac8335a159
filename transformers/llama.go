package transformers

import (
	"multitorch/nn"
	"multitorch/torch"
)

// LlamaModel is the decoder of Touvron et al., "LLaMA: Open and Efficient Foundation Language Models", 2023.
type LlamaModel struct {
	PreTrainedModel[*LlamaConfig]
	EmbedTokens *nn.Embedding
	Layers      []*LlamaDecoderLayer
	Norm        *RMSNorm

	rope *rope
}

// NewLlamaModel makes a decoder with weights drawn as Python draws them.
func NewLlamaModel(c *LlamaConfig) *LlamaModel {
	must(c)
	m := &LlamaModel{EmbedTokens: newEmbedding(c.VocabSize, c.HiddenSize, c.PadTokenID), rope: c.rope()}
	m.Config = c
	for i := range c.NumHiddenLayers {
		m.Layers = append(m.Layers, newLlamaDecoderLayer(c, i))
	}
	m.Norm = newRMSNorm(c.Common(), c.HiddenSize, c.RMSNormEps)
	initWeights(c.Common(), m)
	return m
}

// Forward makes a vector of each token that knows those before it [N, L, hidden_size].
func (m *LlamaModel) Forward(in CausalInput) BaseModelOutput {
	return nn.Call(m, func() BaseModelOutput {
		in.check("LlamaModel", 0)
		x := in.InputsEmbeds
		if x == nil {
			x = m.EmbedTokens.Forward(in.InputIDs)
		} else {
			x = x.Clone() // it is freed on the way
		}
		shape := in.shape()
		mask := CausalMask(in.AttentionMask, shape[1], in.Cache.Len(), x)
		defer mask.free()
		places := m.places(in, x)
		defer places.free()
		out := BaseModelOutput{}
		for _, layer := range m.Layers {
			y, weights := layer.Forward(x, places, mask, in.Cache, in.OutputAttentions)
			out.pass(x, weights, in.encoder())
			x = y
		}
		out.end(m.Norm.Forward(x), in.encoder())
		x.Free()
		return out
	})
}

// turns are the cosines and sines of the tokens' places [N or 1, 1, L, head_dim].
type turns struct{ cos, sin *torch.Tensor }

func (m *LlamaModel) places(in CausalInput, x *torch.Tensor) turns {
	var on passing
	defer on.free()
	at := in.PositionIDs
	if at == nil {
		at = on.way(in.positions(x.Device()))
	}
	cos, sin := m.rope.turn(at, x.DType())
	return turns{on.way(cos).Unsqueeze(1), on.way(sin).Unsqueeze(1)}
}

func (t turns) free() {
	t.cos.Free()
	t.sin.Free()
}
