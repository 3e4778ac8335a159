package transformers

import (
	"multitorch/nn"
	"multitorch/torch"
)

// WhisperCache is what a decoder keeps of the tokens so far and of what was heard. The latter, its keys and values, is computed
// once: beams of one clip share it, without a copy. The zero value is empty.
type WhisperCache struct {
	Self  Cache
	heard []heard // of each layer
}

// heard are a layer's keys and values [N, heads, positions, size] of the encoder's states.
type heard struct{ keys, values *torch.Tensor }

// Reorder takes rows of the batch, by their numbers [M]. What was heard stays, as beams of a clip hear the same: it is of one
// clip, or has to be made anew for another batch.
func (c *WhisperCache) Reorder(rows *torch.Tensor) { c.Self.Reorder(rows) }

// Rewind forgets the tokens, and keeps what was heard.
func (c *WhisperCache) Rewind() { c.Self.Free() }

// Free frees the cache's memory; it is empty then.
func (c *WhisperCache) Free() {
	c.Self.Free()
	for _, h := range c.heard {
		h.keys.Free()
		h.values.Free()
	}
	c.heard = nil
}

// WhisperDecoder writes what the encoder heard, token by token.
type WhisperDecoder struct {
	nn.Base
	EmbedTokens    *nn.Embedding
	EmbedPositions *nn.Embedding
	Layers         []*WhisperDecoderLayer
	LayerNorm      *nn.LayerNorm

	config *WhisperConfig
}

func newWhisperDecoder(c *WhisperConfig) *WhisperDecoder {
	m := &WhisperDecoder{
		EmbedTokens:    newEmbedding(c.VocabSize, c.DModel, c.PadTokenID),
		EmbedPositions: nn.NewEmbedding(c.MaxTargetPositions, c.DModel), config: c,
	}
	for range c.DecoderLayers {
		m.Layers = append(m.Layers, newWhisperDecoderLayer(c))
	}
	m.LayerNorm = nn.NewLayerNorm(c.DModel)
	return m
}

// Forward maps tokens [N, L] and the encoder's states [N or 1, positions, d_model] to [N, L, d_model].
func (m *WhisperDecoder) Forward(in WhisperInput) BaseModelOutput {
	return nn.Call(m, func() BaseModelOutput { return m.forward(in) })
}

func (m *WhisperDecoder) forward(in WhisperInput) (out BaseModelOutput) {
	c, ids := m.config, in.DecoderInputIDs
	if ids == nil || ids.Dim() != 2 || ids.Numel() == 0 {
		panic(invalid("WhisperDecoder", "expected DecoderInputIDs [texts, tokens]"))
	}
	length, past := ids.Size(1), 0
	if in.Cache != nil {
		past = in.Cache.Self.Len()
	}
	if past+length > c.MaxTargetPositions {
		panic(invalid("WhisperDecoder", "texts of %d tokens: expected at most %d (max_target_positions)", past+length, c.MaxTargetPositions))
	}
	var on passing
	defer on.free()
	words := on.way(m.EmbedTokens.Forward(ids))
	places := on.way(m.EmbedPositions.Weight.Narrow(0, past, length))
	x := dropped(words.Add(places), c.Dropout, m.Training())
	mask := CausalMask(in.DecoderAttentionMask, length, past, x)
	defer mask.free()
	keep := in.OutputHiddenStates
	for i, layer := range m.Layers {
		if keep {
			out.HiddenStates = append(out.HiddenStates, x)
		}
		y, w := layer.forward(x, mask, i, in)
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

// WhisperDecoderLayer is attention to the tokens so far, attention to what was heard, and two matrices, each behind a norm and
// added to what went in.
type WhisperDecoderLayer struct {
	nn.Base
	SelfAttn             *WhisperAttention
	SelfAttnLayerNorm    *nn.LayerNorm
	EncoderAttn          *WhisperAttention
	EncoderAttnLayerNorm *nn.LayerNorm
	FC1                  *nn.Linear `nn:"fc1"`
	FC2                  *nn.Linear `nn:"fc2"`
	FinalLayerNorm       *nn.LayerNorm

	config *WhisperConfig
}

func newWhisperDecoderLayer(c *WhisperConfig) *WhisperDecoderLayer {
	return &WhisperDecoderLayer{
		SelfAttn: newWhisperAttention(c, c.DecoderAttentionHeads), SelfAttnLayerNorm: nn.NewLayerNorm(c.DModel),
		EncoderAttn: newWhisperAttention(c, c.DecoderAttentionHeads), EncoderAttnLayerNorm: nn.NewLayerNorm(c.DModel),
		FC1: nn.NewLinear(c.DModel, c.DecoderFFNDim), FC2: nn.NewLinear(c.DecoderFFNDim, c.DModel),
		FinalLayerNorm: nn.NewLayerNorm(c.DModel), config: c,
	}
}

// forward maps [N, L, d_model] to the same. The weights are those of the attention to what was heard.
func (m *WhisperDecoderLayer) forward(x *torch.Tensor, mask *Mask, layer int, in WhisperInput) (y, w *torch.Tensor) {
	var on passing
	defer on.free()
	var self *Cache
	if in.Cache != nil {
		self = &in.Cache.Self
	}
	y, _ = m.SelfAttn.Forward(on.way(m.SelfAttnLayerNorm.Forward(x)), mask, self, layer, false)
	x = on.way(x.Add(on.way(dropped(y, m.config.Dropout, m.Training()))))
	y, w = m.hear(on.way(m.EncoderAttnLayerNorm.Forward(x)), layer, in)
	x = on.way(x.Add(on.way(dropped(y, m.config.Dropout, m.Training()))))
	y = whisperFeed(m.config, on.way(m.FinalLayerNorm.Forward(x)), m.FC1, m.FC2, m.Training())
	return x.Add(on.way(y)), w
}

// hear is attention to the encoder's states, whose keys and values are computed once for a cache.
func (m *WhisperDecoderLayer) hear(x *torch.Tensor, layer int, in WhisperInput) (y, w *torch.Tensor) {
	var on passing
	defer on.free()
	q := on.way(m.EncoderAttn.queries(x))
	var h heard
	switch {
	case in.Cache == nil:
		h.keys, h.values = m.EncoderAttn.keyValues(in.EncoderStates)
		on.way(h.keys)
		on.way(h.values)
	case layer < len(in.Cache.heard):
		h = in.Cache.heard[layer]
	default:
		h.keys, h.values = m.EncoderAttn.keyValues(in.EncoderStates)
		in.Cache.heard = append(in.Cache.heard, heard{h.keys.Keep(), h.values.Keep()})
	}
	if n := q.Size(0); h.keys.Size(0) == 1 && n > 1 {
		h.keys, h.values = on.way(h.keys.Expand(n, -1, -1, -1)), on.way(h.values.Expand(n, -1, -1, -1))
	}
	return m.EncoderAttn.attend(q, h.keys, h.values, nil, in.OutputAttentions)
}
