package transformers

import (
	"multitorch/nn"
	"multitorch/torch"
)

func init() {
	register(&family{
		modelType: "bert", config: func() Config { return NewBertConfig() }, prefix: "bert",
		ignored: []string{"embeddings.position_ids"},
		classes: []*class{
			classOf(NewBertModel), classOf(NewBertForMaskedLM), classOf(NewBertForSequenceClassification),
			classOf(NewBertForTokenClassification), classOf(NewBertForQuestionAnswering),
		},
	})
}

// BertForMaskedLM says which token stands where one is hidden.
type BertForMaskedLM struct {
	PreTrainedModel[*BertConfig]
	Bert *BertModel
	Cls  *BertOnlyMLMHead
}

// NewBertForMaskedLM makes the model with weights drawn as Python draws them. Unless the settings say otherwise the last matrix
// is the table of words.
func NewBertForMaskedLM(c *BertConfig) *BertForMaskedLM {
	m := &BertForMaskedLM{Bert: newBertModel(c, false), Cls: newBertOnlyMLMHead(c)}
	m.Config = c
	initWeights(c.Common(), m.Cls)
	if c.TieWordEmbeddings {
		m.Cls.Predictions.tie(m.Bert.Embeddings.WordEmbeddings.Weight)
	}
	return m
}

// Forward gives logits [N, L, vocab_size].
func (m *BertForMaskedLM) Forward(in BertInput) ClassifierOutput {
	out := m.Bert.Forward(in)
	return tokenOutput(out, m.Cls.Predictions.Forward(out.LastHiddenState), in)
}

// BertOnlyMLMHead is the head of a masked language model.
type BertOnlyMLMHead struct {
	nn.Base
	Predictions *BertLMPredictionHead
}

func newBertOnlyMLMHead(c *BertConfig) *BertOnlyMLMHead {
	m := &BertLMPredictionHead{Transform: newBertPredictionHeadTransform(c), Decoder: nn.NewLinear(c.HiddenSize, c.VocabSize)}
	m.Bias = nn.NewParameter(torch.Zeros(torch.Shape{c.VocabSize}))
	return &BertOnlyMLMHead{Predictions: m}
}

// BertLMPredictionHead scores the words of the vocabulary.
type BertLMPredictionHead struct {
	nn.Base
	Bias      *nn.Parameter // the decoder's own, or one that nothing uses
	Transform *BertPredictionHeadTransform
	Decoder   *nn.Linear
}

func (m *BertLMPredictionHead) tie(words *nn.Parameter) {
	m.Decoder.Weight = words
	m.Decoder.Bias = m.Bias
}

// Forward maps [N, L, hidden_size] to [N, L, vocab_size].
func (m *BertLMPredictionHead) Forward(x *torch.Tensor) *torch.Tensor {
	x = m.Transform.Forward(x)
	defer x.Free()
	return m.Decoder.Forward(x)
}

// BertPredictionHeadTransform is a matrix, a function and a layer norm.
type BertPredictionHeadTransform struct {
	nn.Base
	Dense     *nn.Linear
	LayerNorm *nn.LayerNorm `nn:"LayerNorm"`

	act Activation
}

func newBertPredictionHeadTransform(c *BertConfig) *BertPredictionHeadTransform {
	return &BertPredictionHeadTransform{
		Dense: nn.NewLinear(c.HiddenSize, c.HiddenSize), LayerNorm: nn.NewLayerNorm(c.HiddenSize, nn.Eps(c.LayerNormEps)),
		act: NewActivation(c.HiddenAct),
	}
}

// Forward maps [N, L, hidden_size] to the same.
func (m *BertPredictionHeadTransform) Forward(x *torch.Tensor) *torch.Tensor {
	x = activate(m.act, m.Dense.Forward(x))
	defer x.Free()
	return m.LayerNorm.Forward(x)
}

// BertForSequenceClassification says of which class a text is.
type BertForSequenceClassification struct {
	PreTrainedModel[*BertConfig]
	Bert       *BertModel
	Dropout    *nn.Dropout
	Classifier *nn.Linear
}

// NewBertForSequenceClassification makes the model with weights drawn as Python draws them.
func NewBertForSequenceClassification(c *BertConfig) *BertForSequenceClassification {
	m := &BertForSequenceClassification{
		Bert: NewBertModel(c), Dropout: nn.NewDropout(c.classifierDropout()),
		Classifier: nn.NewLinear(c.HiddenSize, c.NumLabels()),
	}
	m.Config = c
	initWeights(c.Common(), m.Classifier)
	return m
}

// Forward gives logits [N, classes].
func (m *BertForSequenceClassification) Forward(in BertInput) ClassifierOutput {
	out := m.Bert.Forward(in)
	return textOutput(out, classify(m.Dropout, m.Classifier, out.PoolerOutput), in, m.Config.Common())
}

// BertForTokenClassification says of which class each token is.
type BertForTokenClassification struct {
	PreTrainedModel[*BertConfig]
	Bert       *BertModel
	Dropout    *nn.Dropout
	Classifier *nn.Linear
}

// NewBertForTokenClassification makes the model with weights drawn as Python draws them.
func NewBertForTokenClassification(c *BertConfig) *BertForTokenClassification {
	m := &BertForTokenClassification{
		Bert: newBertModel(c, false), Dropout: nn.NewDropout(c.classifierDropout()),
		Classifier: nn.NewLinear(c.HiddenSize, c.NumLabels()),
	}
	m.Config = c
	initWeights(c.Common(), m.Classifier)
	return m
}

// Forward gives logits [N, L, classes].
func (m *BertForTokenClassification) Forward(in BertInput) ClassifierOutput {
	out := m.Bert.Forward(in)
	return tokenOutput(out, classify(m.Dropout, m.Classifier, out.LastHiddenState), in)
}

// BertForQuestionAnswering says where in a text an answer begins and ends.
type BertForQuestionAnswering struct {
	PreTrainedModel[*BertConfig]
	Bert      *BertModel
	QAOutputs *nn.Linear `nn:"qa_outputs"`
}

// NewBertForQuestionAnswering makes the model with weights drawn as Python draws them.
func NewBertForQuestionAnswering(c *BertConfig) *BertForQuestionAnswering {
	m := &BertForQuestionAnswering{
		Bert: newBertModel(c, false), QAOutputs: nn.NewLinear(c.HiddenSize, 2),
	}
	m.Config = c
	initWeights(c.Common(), m.QAOutputs)
	return m
}

// Forward gives a score for each token to be the first, and the last, of the answer.
func (m *BertForQuestionAnswering) Forward(in BertInput) QuestionAnsweringOutput {
	out := m.Bert.Forward(in)
	return answerOutput(out, m.QAOutputs.Forward(out.LastHiddenState), in)
}
