package transformers

import (
	"encoding/json"

	"multitorch/nn"
	"multitorch/torch"
)

// DistilBertConfig is the settings of a [DistilBertModel] and its heads: [NewDistilBertConfig] has the defaults.
type DistilBertConfig struct {
	PretrainedConfig
	VocabSize             int      `json:"vocab_size"`              // 30522
	MaxPositionEmbeddings int      `json:"max_position_embeddings"` // the longest text, in tokens: 512
	SinusoidalPosEmbds    bool     `json:"sinusoidal_pos_embds"`    // whether new places are waves: false
	NLayers               int      `json:"n_layers"`                // 6
	NHeads                int      `json:"n_heads"`                 // 12
	Dim                   int      `json:"dim"`                     // the features of a token: 768
	HiddenDim             int      `json:"hidden_dim"`              // the features between a layer's two matrices: 3072
	Dropout               float64  `json:"dropout"`                 // 0.1
	AttentionDropout      float64  `json:"attention_dropout"`       // 0.1
	Activation            string   `json:"activation"`              // the function between the two matrices: "gelu"
	QADropout             float64  `json:"qa_dropout"`              // 0.1
	SeqClassifDropout     float64  `json:"seq_classif_dropout"`     // 0.2
	PadTokenID            *int     `json:"pad_token_id"`            // 0
	EosTokenID            TokenIDs `json:"eos_token_id"`
	BosTokenID            *int     `json:"bos_token_id"`
}

// NewDistilBertConfig has the defaults, which are those of distilbert-base-uncased.
func NewDistilBertConfig() *DistilBertConfig {
	return &DistilBertConfig{
		PretrainedConfig: PretrainedConfig{ModelType: "distilbert", TieWordEmbeddings: true, InitializerRange: 0.02},
		VocabSize:        30522, MaxPositionEmbeddings: 512, NLayers: 6, NHeads: 12, Dim: 768, HiddenDim: 3072, Dropout: 0.1,
		AttentionDropout: 0.1, Activation: "gelu", QADropout: 0.1, SeqClassifDropout: 0.2, PadTokenID: new(0),
	}
}

// upgrade reads the names that other architectures have for the same.
func (c *DistilBertConfig) upgrade(raw map[string]json.RawMessage) error {
	rename(raw, "hidden_size", "dim")
	rename(raw, "num_attention_heads", "n_heads")
	rename(raw, "num_hidden_layers", "n_layers")
	return nil
}

func (c *DistilBertConfig) check() error {
	return firstError(
		positive("vocab_size", c.VocabSize), positive("dim", c.Dim), positive("n_layers", c.NLayers), positive("hidden_dim", c.HiddenDim),
		positive("max_position_embeddings", c.MaxPositionEmbeddings), divides("n_heads", c.NHeads, "dim", c.Dim),
		probability("dropout", c.Dropout), probability("attention_dropout", c.AttentionDropout),
		probability("qa_dropout", c.QADropout), probability("seq_classif_dropout", c.SeqClassifDropout),
		checkPadding(c.PadTokenID, c.VocabSize), checkActivation("activation", c.Activation))
}

// DistilBertModel is a BERT of half the layers, without token types and pooler, that was taught by a larger one (Sanh et al.,
// "DistilBERT, a distilled version of BERT", 2019).
type DistilBertModel struct {
	PreTrainedModel[*DistilBertConfig]
	Embeddings  *DistilBertEmbeddings
	Transformer *DistilBertTransformer
}

// NewDistilBertModel makes an encoder with weights drawn as Python draws them.
func NewDistilBertModel(c *DistilBertConfig) *DistilBertModel {
	must(c)
	m := &DistilBertModel{Embeddings: newDistilBertEmbeddings(c), Transformer: &DistilBertTransformer{}}
	m.Config = c
	for range c.NLayers {
		m.Transformer.Layer = append(m.Transformer.Layer, newDistilBertBlock(c))
	}
	initWeights(c.Common(), m)
	return m
}

// Forward encodes a batch of texts. Token types mean nothing to it.
func (m *DistilBertModel) Forward(in BertInput) BaseModelOutput {
	return nn.Call(m, func() BaseModelOutput {
		in.check("DistilBertModel", m.Config.MaxPositionEmbeddings)
		x := m.Embeddings.Forward(in)
		mask := BidirectionalMask(in.AttentionMask, x)
		defer mask.free()
		return m.Transformer.Forward(x, mask, in)
	})
}

// DistilBertEmbeddings adds up the vectors of a token and its place.
type DistilBertEmbeddings struct {
	nn.Base
	WordEmbeddings     *nn.Embedding
	PositionEmbeddings *nn.Embedding
	LayerNorm          *nn.LayerNorm `nn:"LayerNorm"`
	Dropout            *nn.Dropout

	waves bool
}

func newDistilBertEmbeddings(c *DistilBertConfig) *DistilBertEmbeddings {
	return &DistilBertEmbeddings{
		WordEmbeddings: newEmbedding(c.VocabSize, c.Dim, c.PadTokenID), PositionEmbeddings: nn.NewEmbedding(c.MaxPositionEmbeddings, c.Dim),
		LayerNorm: nn.NewLayerNorm(c.Dim, nn.Eps(distilEps)), Dropout: nn.NewDropout(c.Dropout), waves: c.SinusoidalPosEmbds,
	}
}

const distilEps = 1e-12 // of all its layer norms, whatever the settings

// draw sets the places to waves, if they are to be: Transformers does so after it has drawn them.
func (m *DistilBertEmbeddings) draw(_ float64, wanted func(*nn.Parameter) bool) {
	if p := m.PositionEmbeddings.Weight; m.waves && wanted(p) {
		waves := sinusoids(p.Size(0), p.Size(1))
		defer waves.Free()
		p.CopyInplace(waves)
	}
}

// Forward makes vectors [N, L, dim] of a batch.
func (m *DistilBertEmbeddings) Forward(in BertInput) *torch.Tensor {
	return sumEmbeddings(in, m.WordEmbeddings, nil, m.PositionEmbeddings, m.LayerNorm, m.Dropout)
}
