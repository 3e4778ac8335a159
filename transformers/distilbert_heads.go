package transformers

import "multitorch/nn"

func init() {
	register(&family{
		modelType: "distilbert", config: func() Config { return NewDistilBertConfig() }, prefix: "distilbert",
		ignored: []string{"embeddings.position_ids"},
		classes: []*class{
			classOf(NewDistilBertModel), classOf(NewDistilBertForMaskedLM), classOf(NewDistilBertForSequenceClassification),
			classOf(NewDistilBertForTokenClassification), classOf(NewDistilBertForQuestionAnswering),
		},
	})
}

// DistilBertForMaskedLM says which token stands where one is hidden.
type DistilBertForMaskedLM struct {
	PreTrainedModel[*DistilBertConfig]
	Distilbert     *DistilBertModel
	VocabTransform *nn.Linear
	VocabLayerNorm *nn.LayerNorm
	VocabProjector *nn.Linear
}

// NewDistilBertForMaskedLM makes the model with weights drawn as Python draws them.
func NewDistilBertForMaskedLM(c *DistilBertConfig) *DistilBertForMaskedLM {
	m := &DistilBertForMaskedLM{
		Distilbert: NewDistilBertModel(c), VocabTransform: nn.NewLinear(c.Dim, c.Dim), VocabLayerNorm: nn.NewLayerNorm(c.Dim, nn.Eps(distilEps)),
		VocabProjector: nn.NewLinear(c.Dim, c.VocabSize),
	}
	m.Config = c
	initWeights(c.Common(), m.VocabTransform, m.VocabLayerNorm, m.VocabProjector)
	if c.TieWordEmbeddings {
		m.VocabProjector.Weight = m.Distilbert.Embeddings.WordEmbeddings.Weight
	}
	return m
}

// Forward gives logits [N, L, vocab_size].
func (m *DistilBertForMaskedLM) Forward(in BertInput) ClassifierOutput {
	var on passing
	defer on.free()
	out := m.Distilbert.Forward(in)
	x := on.way(activate(NewActivation(m.Config.Activation), m.VocabTransform.Forward(out.LastHiddenState)))
	return tokenOutput(out, m.VocabProjector.Forward(on.way(m.VocabLayerNorm.Forward(x))), in)
}

// DistilBertForSequenceClassification says of which class a text is.
type DistilBertForSequenceClassification struct {
	PreTrainedModel[*DistilBertConfig]
	Distilbert    *DistilBertModel
	PreClassifier *nn.Linear
	Classifier    *nn.Linear
	Dropout       *nn.Dropout
}

// NewDistilBertForSequenceClassification makes the model with weights drawn as Python draws them.
func NewDistilBertForSequenceClassification(c *DistilBertConfig) *DistilBertForSequenceClassification {
	m := &DistilBertForSequenceClassification{
		Distilbert: NewDistilBertModel(c), PreClassifier: nn.NewLinear(c.Dim, c.Dim), Classifier: nn.NewLinear(c.Dim, c.NumLabels()),
		Dropout: nn.NewDropout(c.SeqClassifDropout),
	}
	m.Config = c
	initWeights(c.Common(), m.PreClassifier, m.Classifier)
	return m
}

// Forward gives logits [N, classes].
func (m *DistilBertForSequenceClassification) Forward(in BertInput) ClassifierOutput {
	var on passing
	defer on.free()
	out := m.Distilbert.Forward(in)
	x := on.way(m.PreClassifier.Forward(on.way(out.LastHiddenState.Select(1, 0))))
	x = on.way(dropout(m.Dropout, x.ReLU()))
	return textOutput(out, m.Classifier.Forward(x), in, m.Config.Common())
}

// DistilBertForTokenClassification says of which class each token is.
type DistilBertForTokenClassification struct {
	PreTrainedModel[*DistilBertConfig]
	Distilbert *DistilBertModel
	Dropout    *nn.Dropout
	Classifier *nn.Linear
}

// NewDistilBertForTokenClassification makes the model with weights drawn as Python draws them.
func NewDistilBertForTokenClassification(c *DistilBertConfig) *DistilBertForTokenClassification {
	m := &DistilBertForTokenClassification{
		Distilbert: NewDistilBertModel(c), Dropout: nn.NewDropout(c.Dropout), Classifier: nn.NewLinear(c.Dim, c.NumLabels()),
	}
	m.Config = c
	initWeights(c.Common(), m.Classifier)
	return m
}

// Forward gives logits [N, L, classes].
func (m *DistilBertForTokenClassification) Forward(in BertInput) ClassifierOutput {
	out := m.Distilbert.Forward(in)
	return tokenOutput(out, classify(m.Dropout, m.Classifier, out.LastHiddenState), in)
}

// DistilBertForQuestionAnswering says where in a text an answer begins and ends.
type DistilBertForQuestionAnswering struct {
	PreTrainedModel[*DistilBertConfig]
	Distilbert *DistilBertModel
	QAOutputs  *nn.Linear `nn:"qa_outputs"`
	Dropout    *nn.Dropout
}

// NewDistilBertForQuestionAnswering makes the model with weights drawn as Python draws them.
func NewDistilBertForQuestionAnswering(c *DistilBertConfig) *DistilBertForQuestionAnswering {
	m := &DistilBertForQuestionAnswering{
		Distilbert: NewDistilBertModel(c), QAOutputs: nn.NewLinear(c.Dim, 2), Dropout: nn.NewDropout(c.QADropout),
	}
	m.Config = c
	initWeights(c.Common(), m.QAOutputs)
	return m
}

// Forward gives a score for each token to be the first, and the last, of the answer.
func (m *DistilBertForQuestionAnswering) Forward(in BertInput) QuestionAnsweringOutput {
	out := m.Distilbert.Forward(in)
	return answerOutput(out, classify(m.Dropout, m.QAOutputs, out.LastHiddenState), in)
}
