package transformers

import (
	"multitorch/nn"
)

// SiglipTextModel is the encoder of texts of a [SiglipModel], alone.
type SiglipTextModel struct {
	PreTrainedModel[*SiglipTextConfig]
	TextModel *SiglipTextTransformer
}

// NewSiglipTextModel makes an encoder with weights drawn as Python draws them.
func NewSiglipTextModel(c *SiglipTextConfig) *SiglipTextModel {
	must(c)
	m := &SiglipTextModel{
		PreTrainedModel: PreTrainedModel[*SiglipTextConfig]{Config: c}, TextModel: newSiglipTextTransformer(c, c.Common()),
	}
	initAs(c.Common(), c.std(), drawSiglip, m)
	return m
}

// Forward encodes a batch of texts: PoolerOutput is [N, projection_size].
func (m *SiglipTextModel) Forward(in BertInput) BaseModelOutput { return m.TextModel.Forward(in) }

// SiglipTextTransformer is the encoder itself. A token sees all others, those that fill texts up among them.
type SiglipTextTransformer struct {
	nn.Base
	Embeddings     *CLIPTextEmbeddings
	Encoder        *CLIPEncoder
	FinalLayerNorm *nn.LayerNorm
	Head           *nn.Linear

	config *SiglipTextConfig
}

func newSiglipTextTransformer(c *SiglipTextConfig, outermost *PretrainedConfig) *SiglipTextTransformer {
	return &SiglipTextTransformer{
		Embeddings:     newCLIPTextEmbeddings(c.VocabSize, c.MaxPositionEmbeddings, c.HiddenSize, 0),
		Encoder:        newCLIPEncoder(&c.TowerConfig, outermost, siglipDraw{}),
		FinalLayerNorm: nn.NewLayerNorm(c.HiddenSize, nn.Eps(c.LayerNormEps)), Head: nn.NewLinear(c.HiddenSize, c.projection()), config: c,
	}
}

// Forward encodes a batch of texts. A text's vector is that of its last place, so all have to be filled up to the length that
// the model was trained with; of shorter ones it would make other vectors, which mean nothing.
func (m *SiglipTextTransformer) Forward(in BertInput) BaseModelOutput {
	return nn.Call(m, func() BaseModelOutput {
		longest := m.config.MaxPositionEmbeddings
		checkTokens("SiglipTextModel", in, longest)
		if got := in.InputIDs.Size(1); got != longest {
			panic(invalid("SiglipTextModel", "expected texts filled up to %d tokens (max_position_embeddings) with pad_token_id, but got %d tokens",
				longest, got))
		}
		x := m.Embeddings.Forward(in)
		mask := BidirectionalMask(in.AttentionMask, x)
		defer mask.free()
		out := passLayers(m.Encoder.Layers, x, mask, in)
		out.normed(m.FinalLayerNorm, in)
		last := out.LastHiddenState.Select(1, -1)
		defer last.Free()
		out.PoolerOutput = m.Head.Forward(last)
		return out
	})
}
