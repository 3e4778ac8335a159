package transformers

import (
	"multitorch/nn"
	"multitorch/torch"
)

// CLIPTextModel is the encoder of texts of a [CLIPModel], alone.
type CLIPTextModel struct {
	PreTrainedModel[*CLIPTextConfig]
	TextModel *CLIPTextTransformer
}

// NewCLIPTextModel makes an encoder with weights drawn as Python draws them.
func NewCLIPTextModel(c *CLIPTextConfig) *CLIPTextModel {
	must(c)
	m := &CLIPTextModel{PreTrainedModel: PreTrainedModel[*CLIPTextConfig]{Config: c}, TextModel: newCLIPTextTransformer(c, c.Common())}
	initWeights(c.Common(), m)
	return m
}

// Forward encodes a batch of texts: PoolerOutput is [N, hidden_size].
func (m *CLIPTextModel) Forward(in BertInput) BaseModelOutput { return m.TextModel.Forward(in) }

// CLIPTextTransformer is the encoder itself. A token sees those before it.
type CLIPTextTransformer struct {
	nn.Base
	Embeddings     *CLIPTextEmbeddings
	Encoder        *CLIPEncoder
	FinalLayerNorm *nn.LayerNorm

	config *CLIPTextConfig
}

func newCLIPTextTransformer(c *CLIPTextConfig, outermost *PretrainedConfig) *CLIPTextTransformer {
	return &CLIPTextTransformer{
		Embeddings:     newCLIPTextEmbeddings(c.VocabSize, c.MaxPositionEmbeddings, c.HiddenSize, 0.02*c.InitializerFactor),
		Encoder:        newCLIPEncoder(&c.TowerConfig, outermost, clipDraw{&c.TowerConfig, c.InitializerFactor}),
		FinalLayerNorm: nn.NewLayerNorm(c.HiddenSize, nn.Eps(c.LayerNormEps)), config: c,
	}
}

// Forward encodes a batch of texts. A text's vector is that of its end.
func (m *CLIPTextTransformer) Forward(in BertInput) BaseModelOutput {
	return nn.Call(m, func() BaseModelOutput {
		checkTokens("CLIPTextModel", in, m.config.MaxPositionEmbeddings)
		ends := m.ends(in.InputIDs)
		defer ends.Free()
		x := m.Embeddings.Forward(in)
		mask := CausalMask(in.AttentionMask, x.Size(1), 0, x)
		defer mask.free()
		out := passLayers(m.Encoder.Layers, x, mask, in)
		out.normed(m.FinalLayerNorm, in)
		rows := torch.Arange(0, ends.Size(0), 1, torch.Int64, ends.Device())
		defer rows.Free()
		out.PoolerOutput = out.LastHiddenState.Index(rows, ends)
		return out
	})
}

// oldEnd is the eos_token_id of settings from before it meant the token at which a text ends.
const oldEnd = 2

// ends is where each text of ids [N, L] ends: at its first end token, since padding may be the same token. By old settings it
// is the largest id, which is right as long as no token has been added.
func (m *CLIPTextTransformer) ends(ids *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	end := m.config.EosTokenID[0]
	if end == oldEnd {
		return on.to(ids, torch.Int32).Argmax(-1)
	}
	is := on.way(ids.Eq(end))
	if !on.way(on.way(is.Any(-1)).All()).ItemBool() {
		panic(invalid("CLIPTextModel", "expected each text to have its end, the token %d (eos_token_id); keep it when texts are cut", end))
	}
	return on.way(is.To(torch.Int32)).Argmax(-1)
}

// checkTokens finds out whether a batch of texts is one.
func checkTokens(model string, in BertInput, longest int) {
	if in.InputsEmbeds != nil || in.InputIDs == nil {
		panic(invalid(model, "expected InputIDs [texts, tokens]"))
	}
	in.check(model, longest)
}

// CLIPTextEmbeddings adds up the vectors of a token and its place.
type CLIPTextEmbeddings struct {
	nn.Base
	TokenEmbedding    *nn.Embedding
	PositionEmbedding *nn.Embedding

	std float64 // of new weights; 0 where they are drawn otherwise
}

func newCLIPTextEmbeddings(words, longest, hidden int, std float64) *CLIPTextEmbeddings {
	return &CLIPTextEmbeddings{
		TokenEmbedding: nn.NewEmbedding(words, hidden), PositionEmbedding: nn.NewEmbedding(longest, hidden), std: std,
	}
}

func (m *CLIPTextEmbeddings) draw(_ float64, wanted func(*nn.Parameter) bool) {
	if m.std > 0 {
		drawNormal(m.TokenEmbedding.Weight, m.std, wanted)
		drawNormal(m.PositionEmbedding.Weight, m.std, wanted)
	}
}

// Forward makes vectors [N, L, hidden_size] of a batch.
func (m *CLIPTextEmbeddings) Forward(in BertInput) *torch.Tensor {
	var on passing
	defer on.free()
	places := in.PositionIDs
	if places == nil {
		places = on.way(placesOf(in.InputIDs.Size(1), in.InputIDs.Device()))
	}
	return on.way(m.TokenEmbedding.Forward(in.InputIDs)).Add(on.way(m.PositionEmbedding.Forward(places)))
}

// placesOf are the numbers from 0 [1, n].
func placesOf(n int, device torch.Device) *torch.Tensor {
	places := torch.Arange(0, n, 1, torch.Int64, device)
	defer places.Free()
	return places.Unsqueeze(0)
}
