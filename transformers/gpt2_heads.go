package transformers

import "multitorch/nn"

func init() {
	register(&family{
		modelType: "gpt2", config: func() Config { return NewGPT2Config() }, prefix: "transformer",
		ignored: []string{".attn.bias", ".attn.masked_bias"},
		classes: []*class{
			classOf(NewGPT2Model), classOf(NewGPT2LMHeadModel), classOf(NewGPT2ForSequenceClassification),
			classOf(NewGPT2ForTokenClassification), classOf(NewGPT2ForQuestionAnswering),
		},
	})
}

// GPT2LMHeadModel says which token comes next.
type GPT2LMHeadModel struct {
	PreTrainedModel[*GPT2Config]
	Transformer *GPT2Model
	LMHead      *nn.Linear `nn:"lm_head"`
}

// NewGPT2LMHeadModel makes the model with weights drawn as Python draws them. Unless the settings say otherwise the last matrix
// is the table of words.
func NewGPT2LMHeadModel(c *GPT2Config) *GPT2LMHeadModel {
	m := &GPT2LMHeadModel{Transformer: NewGPT2Model(c), LMHead: nn.NewLinear(c.NEmbd, c.VocabSize, nn.Bias(false))}
	m.Config = c
	initWeights(c.Common(), m.LMHead)
	if c.TieWordEmbeddings {
		m.LMHead.Weight = m.Transformer.Wte.Weight
	}
	return m
}

// Forward gives logits of the token that follows each place [N, L, vocab_size].
func (m *GPT2LMHeadModel) Forward(in CausalInput) CausalLMOutput {
	return causalLM(m.Transformer.Forward(in), m.LMHead, in, m.Config.Common())
}

// GPT2ForSequenceClassification says of which class a text is, at its last token that is not pad_token_id.
type GPT2ForSequenceClassification struct {
	PreTrainedModel[*GPT2Config]
	Transformer *GPT2Model
	Score       *nn.Linear
}

// NewGPT2ForSequenceClassification makes the model with weights drawn as Python draws them.
func NewGPT2ForSequenceClassification(c *GPT2Config) *GPT2ForSequenceClassification {
	m := &GPT2ForSequenceClassification{Transformer: NewGPT2Model(c), Score: nn.NewLinear(c.NEmbd, c.NumLabels(), nn.Bias(false))}
	m.Config = c
	initWeights(c.Common(), m.Score)
	return m
}

// Forward gives logits [N, classes].
func (m *GPT2ForSequenceClassification) Forward(in CausalInput) ClassifierOutput {
	out := m.Transformer.Forward(in)
	logits := m.Score.Forward(out.LastHiddenState)
	defer logits.Free()
	return textOutput(out, lastToken("GPT2ForSequenceClassification", logits, in, m.Config.PadTokenID), in.encoder(), m.Config.Common())
}

// GPT2ForTokenClassification says of which class each token is.
type GPT2ForTokenClassification struct {
	PreTrainedModel[*GPT2Config]
	Transformer *GPT2Model
	Dropout     *nn.Dropout
	Classifier  *nn.Linear
}

// NewGPT2ForTokenClassification makes the model with weights drawn as Python draws them.
func NewGPT2ForTokenClassification(c *GPT2Config) *GPT2ForTokenClassification {
	m := &GPT2ForTokenClassification{
		Transformer: NewGPT2Model(c), Dropout: nn.NewDropout(orDefault(c.ClassifierDropout, 0.1)),
		Classifier: nn.NewLinear(c.NEmbd, c.NumLabels()),
	}
	m.Config = c
	initWeights(c.Common(), m.Classifier)
	return m
}

// Forward gives logits [N, L, classes].
func (m *GPT2ForTokenClassification) Forward(in CausalInput) ClassifierOutput {
	out := m.Transformer.Forward(in)
	return tokenOutput(out, classify(m.Dropout, m.Classifier, out.LastHiddenState), in.encoder())
}

// GPT2ForQuestionAnswering says where in a text an answer begins and ends.
type GPT2ForQuestionAnswering struct {
	PreTrainedModel[*GPT2Config]
	Transformer *GPT2Model
	QAOutputs   *nn.Linear `nn:"qa_outputs"`
}

// NewGPT2ForQuestionAnswering makes the model with weights drawn as Python draws them.
func NewGPT2ForQuestionAnswering(c *GPT2Config) *GPT2ForQuestionAnswering {
	m := &GPT2ForQuestionAnswering{Transformer: NewGPT2Model(c), QAOutputs: nn.NewLinear(c.NEmbd, 2)}
	m.Config = c
	initWeights(c.Common(), m.QAOutputs)
	return m
}

// Forward gives a score for each token to be the first, and the last, of the answer.
func (m *GPT2ForQuestionAnswering) Forward(in CausalInput) QuestionAnsweringOutput {
	out := m.Transformer.Forward(in)
	return answerOutput(out, m.QAOutputs.Forward(out.LastHiddenState), in.encoder())
}

func orDefault[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}
