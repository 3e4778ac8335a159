package transformers

import (
	"multitorch/nn"
	"multitorch/torch"
)

// BertInput is a batch of texts for an encoder: [BertModel], [RobertaModel], [DistilBertModel] and their heads.
type BertInput struct {
	InputIDs      *torch.Tensor // tokens [N, L]
	AttentionMask *torch.Tensor // 1 for a token, 0 for padding [N, L]; nil where there is none
	TokenTypeIDs  *torch.Tensor // which of two texts a token is of [N, L]; nil for the first
	PositionIDs   *torch.Tensor // [N or 1, L]; nil for the usual
	InputsEmbeds  *torch.Tensor // vectors [N, L, hidden_size] in place of InputIDs

	OutputHiddenStates bool // whether the states between the layers are wanted
	OutputAttentions   bool // whether attention's weights are wanted, which takes the eager order

	// What a head is to say, for its loss: classes [N] or, of tokens, [N, L], where -100 counts for nothing; numbers for a regression.
	Labels *torch.Tensor
	// The answer's first and last token [N], for a question answering head's loss.
	StartPositions, EndPositions *torch.Tensor
}

// BaseModelOutput is what an encoder makes of a batch.
type BaseModelOutput struct {
	LastHiddenState *torch.Tensor   // a vector for each token [N, L, hidden_size]
	PoolerOutput    *torch.Tensor   // a vector for each text [N, hidden_size]; nil without a pooler
	HiddenStates    []*torch.Tensor // the embeddings, and what each layer makes of them, if asked for
	Attentions      []*torch.Tensor // each layer's weights [N, heads, L, L], if asked for
}

// BertModel is the encoder of Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for Language
// Understanding", 2018.
type BertModel struct {
	PreTrainedModel[*BertConfig]
	Embeddings *BertEmbeddings
	Encoder    *BertEncoder
	Pooler     *BertPooler // nil for a model without
}

// NewBertModel makes an encoder with weights drawn as Python draws them.
func NewBertModel(c *BertConfig) *BertModel { return newBertModel(c, true) }

func newBertModel(c *BertConfig, pooler bool) *BertModel {
	must(c)
	m := &BertModel{Embeddings: newBertEmbeddings(c), Encoder: newBertEncoder(c)}
	if m.Config = c; pooler {
		m.Pooler = newBertPooler(c)
	}
	initWeights(c.Common(), m)
	return m
}

// leaveOut takes the pooler away where the folder has none, as those of masked language models.
func (m *BertModel) leaveOut(gone func(part string) bool) bool {
	if m.Pooler == nil || !gone("pooler") {
		return false
	}
	m.Pooler = nil
	return true
}

// Forward encodes a batch of texts.
func (m *BertModel) Forward(in BertInput) BaseModelOutput {
	return nn.Call(m, func() BaseModelOutput {
		in.check("BertModel", m.Config.MaxPositionEmbeddings)
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

// BertEmbeddings adds up the vectors of a token, its text and its place.
type BertEmbeddings struct {
	nn.Base
	WordEmbeddings      *nn.Embedding
	PositionEmbeddings  *nn.Embedding
	TokenTypeEmbeddings *nn.Embedding
	LayerNorm           *nn.LayerNorm `nn:"LayerNorm"`
	Dropout             *nn.Dropout
}

func newBertEmbeddings(c *BertConfig) *BertEmbeddings {
	return &BertEmbeddings{
		WordEmbeddings:      newEmbedding(c.VocabSize, c.HiddenSize, c.PadTokenID),
		PositionEmbeddings:  nn.NewEmbedding(c.MaxPositionEmbeddings, c.HiddenSize),
		TokenTypeEmbeddings: nn.NewEmbedding(c.TypeVocabSize, c.HiddenSize),
		LayerNorm:           nn.NewLayerNorm(c.HiddenSize, nn.Eps(c.LayerNormEps)),
		Dropout:             nn.NewDropout(c.HiddenDropoutProb),
	}
}

// Forward makes vectors [N, L, hidden_size] of a batch.
func (m *BertEmbeddings) Forward(in BertInput) *torch.Tensor {
	return sumEmbeddings(in, m.WordEmbeddings, m.TokenTypeEmbeddings, m.PositionEmbeddings, m.LayerNorm, m.Dropout)
}

// BertEncoder is the layers, one after the other.
type BertEncoder struct {
	nn.Base
	Layer []*BertLayer
}

func newBertEncoder(c *BertConfig) *BertEncoder {
	m := &BertEncoder{}
	for range c.NumHiddenLayers {
		m.Layer = append(m.Layer, newBertLayer(c))
	}
	return m
}

// Forward passes x [N, L, hidden_size], which it frees if nobody asks for it, through the layers.
func (m *BertEncoder) Forward(x *torch.Tensor, mask *Mask, in BertInput) BaseModelOutput {
	out := BaseModelOutput{}
	for _, layer := range m.Layer {
		y, weights := layer.Forward(x, mask, in.OutputAttentions)
		out.pass(x, weights, in)
		x = y
	}
	out.end(x, in)
	return out
}

// pass takes what goes into a layer, and the layer's weights.
func (o *BaseModelOutput) pass(x, weights *torch.Tensor, in BertInput) {
	if in.OutputHiddenStates {
		o.HiddenStates = append(o.HiddenStates, x)
	} else {
		x.Free()
	}
	if weights != nil {
		o.Attentions = append(o.Attentions, weights)
	}
}

// end takes what the last layer makes.
func (o *BaseModelOutput) end(x *torch.Tensor, in BertInput) {
	if o.LastHiddenState = x; in.OutputHiddenStates {
		o.HiddenStates = append(o.HiddenStates, x)
	}
}

// BertPooler makes a vector of a text: that of its first token, through a matrix and tanh.
type BertPooler struct {
	nn.Base
	Dense *nn.Linear
}

func newBertPooler(c *BertConfig) *BertPooler {
	return &BertPooler{Dense: nn.NewLinear(c.HiddenSize, c.HiddenSize)}
}

// Forward maps [N, L, hidden_size] to [N, hidden_size].
func (m *BertPooler) Forward(x *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	return on.way(m.Dense.Forward(on.way(x.Select(1, 0)))).Tanh()
}
