package transformers

import (
	"multitorch/nn"
	"multitorch/torch"
)

func init() {
	register(&family{
		modelType: "roberta", config: func() Config { return NewRobertaConfig() }, prefix: "roberta",
		ignored: []string{"embeddings.position_ids"},
		classes: []*class{
			classOf(NewRobertaModel), classOf(NewRobertaForMaskedLM), classOf(NewRobertaForSequenceClassification),
			classOf(NewRobertaForTokenClassification), classOf(NewRobertaForQuestionAnswering),
		},
	})
}

// RobertaForMaskedLM says which token stands where one is hidden.
type RobertaForMaskedLM struct {
	PreTrainedModel[*RobertaConfig]
	Roberta *RobertaModel
	LMHead  *RobertaLMHead `nn:"lm_head"`
}

// NewRobertaForMaskedLM makes the model with weights drawn as Python draws them.
func NewRobertaForMaskedLM(c *RobertaConfig) *RobertaForMaskedLM {
	m := &RobertaForMaskedLM{Roberta: newRobertaModel(c, false), LMHead: newRobertaLMHead(c)}
	m.Config = c
	initWeights(c.Common(), m.LMHead)
	if c.TieWordEmbeddings {
		m.LMHead.Decoder.Weight, m.LMHead.Decoder.Bias = m.Roberta.Embeddings.WordEmbeddings.Weight, m.LMHead.Bias
	}
	return m
}

// Forward gives logits [N, L, vocab_size].
func (m *RobertaForMaskedLM) Forward(in BertInput) ClassifierOutput {
	out := m.Roberta.Forward(in)
	return tokenOutput(out, m.LMHead.Forward(out.LastHiddenState), in)
}

// RobertaLMHead scores the words of the vocabulary.
type RobertaLMHead struct {
	nn.Base
	Bias      *nn.Parameter // the decoder's own, or one that nothing uses
	Dense     *nn.Linear
	LayerNorm *nn.LayerNorm
	Decoder   *nn.Linear
}

func newRobertaLMHead(c *RobertaConfig) *RobertaLMHead {
	return &RobertaLMHead{
		Dense: nn.NewLinear(c.HiddenSize, c.HiddenSize), LayerNorm: nn.NewLayerNorm(c.HiddenSize, nn.Eps(c.LayerNormEps)),
		Decoder: nn.NewLinear(c.HiddenSize, c.VocabSize), Bias: nn.NewParameter(torch.Zeros(torch.Shape{c.VocabSize})),
	}
}

// Forward maps [N, L, hidden_size] to [N, L, vocab_size].
func (m *RobertaLMHead) Forward(x *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	x = on.way(activate(NewActivation("gelu"), m.Dense.Forward(x)))
	return m.Decoder.Forward(on.way(m.LayerNorm.Forward(x)))
}

// RobertaForSequenceClassification says of which class a text is.
type RobertaForSequenceClassification struct {
	PreTrainedModel[*RobertaConfig]
	Roberta    *RobertaModel
	Classifier *RobertaClassificationHead
}

// NewRobertaForSequenceClassification makes the model with weights drawn as Python draws them.
func NewRobertaForSequenceClassification(c *RobertaConfig) *RobertaForSequenceClassification {
	m := &RobertaForSequenceClassification{Roberta: newRobertaModel(c, false), Classifier: newRobertaClassificationHead(c)}
	m.Config = c
	initWeights(c.Common(), m.Classifier)
	return m
}

// Forward gives logits [N, classes].
func (m *RobertaForSequenceClassification) Forward(in BertInput) ClassifierOutput {
	out := m.Roberta.Forward(in)
	return textOutput(out, m.Classifier.Forward(out.LastHiddenState), in, m.Config.Common())
}

// RobertaClassificationHead makes classes of the first token's vector, with a matrix before.
type RobertaClassificationHead struct {
	nn.Base
	Dense   *nn.Linear
	Dropout *nn.Dropout
	OutProj *nn.Linear
}

func newRobertaClassificationHead(c *RobertaConfig) *RobertaClassificationHead {
	return &RobertaClassificationHead{
		Dense: nn.NewLinear(c.HiddenSize, c.HiddenSize), Dropout: nn.NewDropout(c.classifierDropout()),
		OutProj: nn.NewLinear(c.HiddenSize, c.NumLabels()),
	}
}

// Forward maps [N, L, hidden_size] to [N, classes].
func (m *RobertaClassificationHead) Forward(x *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	x = on.way(dropout(m.Dropout, x.Select(1, 0)))
	x = on.way(dropout(m.Dropout, on.way(m.Dense.Forward(x)).Tanh()))
	return m.OutProj.Forward(x)
}

// RobertaForTokenClassification says of which class each token is.
type RobertaForTokenClassification struct {
	PreTrainedModel[*RobertaConfig]
	Roberta    *RobertaModel
	Dropout    *nn.Dropout
	Classifier *nn.Linear
}

// NewRobertaForTokenClassification makes the model with weights drawn as Python draws them.
func NewRobertaForTokenClassification(c *RobertaConfig) *RobertaForTokenClassification {
	m := &RobertaForTokenClassification{
		Roberta: newRobertaModel(c, false), Dropout: nn.NewDropout(c.classifierDropout()), Classifier: nn.NewLinear(c.HiddenSize, c.NumLabels()),
	}
	m.Config = c
	initWeights(c.Common(), m.Classifier)
	return m
}

// Forward gives logits [N, L, classes].
func (m *RobertaForTokenClassification) Forward(in BertInput) ClassifierOutput {
	out := m.Roberta.Forward(in)
	return tokenOutput(out, classify(m.Dropout, m.Classifier, out.LastHiddenState), in)
}

// RobertaForQuestionAnswering says where in a text an answer begins and ends.
type RobertaForQuestionAnswering struct {
	PreTrainedModel[*RobertaConfig]
	Roberta   *RobertaModel
	QAOutputs *nn.Linear `nn:"qa_outputs"`
}

// NewRobertaForQuestionAnswering makes the model with weights drawn as Python draws them.
func NewRobertaForQuestionAnswering(c *RobertaConfig) *RobertaForQuestionAnswering {
	m := &RobertaForQuestionAnswering{Roberta: newRobertaModel(c, false), QAOutputs: nn.NewLinear(c.HiddenSize, 2)}
	m.Config = c
	initWeights(c.Common(), m.QAOutputs)
	return m
}

// Forward gives a score for each token to be the first, and the last, of the answer.
func (m *RobertaForQuestionAnswering) Forward(in BertInput) QuestionAnsweringOutput {
	out := m.Roberta.Forward(in)
	return answerOutput(out, m.QAOutputs.Forward(out.LastHiddenState), in)
}
