package transformers

import (
	"multitorch/nn"
	"multitorch/torch"
)

// RobertaConfig is the settings of a [RobertaModel] and its heads: BERT's, with other defaults.
type RobertaConfig struct{ BertConfig }

// NewRobertaConfig has Python's defaults. Published models have 514 places, one token type and an eps of 1e-5.
func NewRobertaConfig() *RobertaConfig {
	c := &RobertaConfig{*NewBertConfig()}
	c.ModelType, c.VocabSize = "roberta", 50265
	c.PadTokenID, c.BosTokenID, c.EosTokenID = new(1), new(0), TokenIDs{2}
	return c
}

func (c *RobertaConfig) check() error {
	return firstError(c.BertConfig.check(), positive("max_position_embeddings - pad_token_id - 1", c.longest()))
}

// padding is where places begin: the padding's own id.
func (c *RobertaConfig) padding() int {
	if c.PadTokenID == nil {
		return 0
	}
	return *c.PadTokenID
}

// longest is the number of tokens that a text may have.
func (c *RobertaConfig) longest() int { return c.MaxPositionEmbeddings - c.padding() - 1 }

// RobertaModel is BERT trained differently, which counts its places from the padding's id on (Liu et al., "RoBERTa: A Robustly
// Optimized BERT Pretraining Approach", 2019).
type RobertaModel struct {
	PreTrainedModel[*RobertaConfig]
	Embeddings *RobertaEmbeddings
	Encoder    *BertEncoder
	Pooler     *BertPooler // nil for a model without
}

// NewRobertaModel makes an encoder with weights drawn as Python draws them.
func NewRobertaModel(c *RobertaConfig) *RobertaModel { return newRobertaModel(c, true) }

func newRobertaModel(c *RobertaConfig, pooler bool) *RobertaModel {
	must(c)
	m := &RobertaModel{Embeddings: newRobertaEmbeddings(c), Encoder: newBertEncoder(&c.BertConfig)}
	if m.Config = c; pooler {
		m.Pooler = newBertPooler(&c.BertConfig)
	}
	initWeights(c.Common(), m)
	return m
}

func (m *RobertaModel) leaveOut(gone func(part string) bool) bool {
	if m.Pooler == nil || !gone("pooler") {
		return false
	}
	m.Pooler = nil
	return true
}

// Forward encodes a batch of texts. A token's place is counted from the ids, whatever the mask: padding's id has none.
func (m *RobertaModel) Forward(in BertInput) BaseModelOutput {
	return nn.Call(m, func() BaseModelOutput {
		in.check("RobertaModel", m.Config.longest())
		x := m.Embeddings.Forward(in)
		mask := BidirectionalMask(in.AttentionMask, x)
		defer mask.free()
		out := m.Encoder.Forward(x, mask, in)
		if m.Pooler != nil {
			out.PoolerOutput = m.Pooler.Forward(out.LastHiddenState)
		}
		return out
	})
}

// RobertaEmbeddings adds up the vectors of a token, its text and its place.
type RobertaEmbeddings struct {
	nn.Base
	WordEmbeddings      *nn.Embedding
	TokenTypeEmbeddings *nn.Embedding
	LayerNorm           *nn.LayerNorm `nn:"LayerNorm"`
	Dropout             *nn.Dropout
	PositionEmbeddings  *nn.Embedding

	padding int
}

func newRobertaEmbeddings(c *RobertaConfig) *RobertaEmbeddings {
	return &RobertaEmbeddings{
		WordEmbeddings:      newEmbedding(c.VocabSize, c.HiddenSize, c.PadTokenID),
		TokenTypeEmbeddings: nn.NewEmbedding(c.TypeVocabSize, c.HiddenSize),
		LayerNorm:           nn.NewLayerNorm(c.HiddenSize, nn.Eps(c.LayerNormEps)),
		Dropout:             nn.NewDropout(c.HiddenDropoutProb),
		PositionEmbeddings:  newEmbedding(c.MaxPositionEmbeddings, c.HiddenSize, c.PadTokenID),
		padding:             c.padding(),
	}
}

// Forward makes vectors [N, L, hidden_size] of a batch.
func (m *RobertaEmbeddings) Forward(in BertInput) *torch.Tensor {
	var on passing
	defer on.free()
	if in.PositionIDs == nil {
		in.PositionIDs = on.way(m.positions(in))
	}
	return sumEmbeddings(in, m.WordEmbeddings, m.TokenTypeEmbeddings, m.PositionEmbeddings, m.LayerNorm, m.Dropout)
}

// positions are the tokens' places: of ids the number of tokens so far that are no padding, behind the padding's id.
func (m *RobertaEmbeddings) positions(in BertInput) *torch.Tensor {
	var on passing
	defer on.free()
	if in.InputIDs == nil {
		x := in.InputsEmbeds
		return on.way(torch.Arange(m.padding+1, m.padding+1+x.Size(1), 1, torch.Int64, x.Device())).Unsqueeze(0)
	}
	tokens := on.way(on.way(in.InputIDs.Ne(m.padding)).To(torch.Int64))
	return on.way(on.way(tokens.Cumsum(1)).Mul(tokens)).Add(m.padding)
}
