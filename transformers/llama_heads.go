package transformers

import (
	"multitorch/nn"
	"multitorch/transformers/generation"
)

func init() {
	register(&family{
		modelType: "llama", config: func() Config { return NewLlamaConfig() }, prefix: "model",
		ignored: []string{"rotary_emb.inv_freq"},
		classes: []*class{
			classOf(NewLlamaModel), classOf(NewLlamaForCausalLM), classOf(NewLlamaForSequenceClassification),
			classOf(NewLlamaForTokenClassification), classOf(NewLlamaForQuestionAnswering),
		},
	})
}

// LlamaForCausalLM says which token comes next.
type LlamaForCausalLM struct {
	PreTrainedModel[*LlamaConfig]
	Model  *LlamaModel
	LMHead *nn.Linear `nn:"lm_head"`
}

// NewLlamaForCausalLM makes the model with weights drawn as Python draws them. The last matrix is the table of words if the
// settings say so.
func NewLlamaForCausalLM(c *LlamaConfig) *LlamaForCausalLM {
	m := &LlamaForCausalLM{Model: NewLlamaModel(c), LMHead: nn.NewLinear(c.HiddenSize, c.VocabSize, nn.Bias(false))}
	m.Config = c
	initWeights(c.Common(), m.LMHead)
	if c.TieWordEmbeddings {
		m.LMHead.Weight = m.Model.EmbedTokens.Weight
	}
	return m
}

// Forward gives logits of the token that follows each place [N, L, vocab_size].
func (m *LlamaForCausalLM) Forward(in CausalInput) CausalLMOutput {
	return causalLM(m.Model.Forward(in), m.LMHead, in, m.Config.Common())
}

// Traits says what package generation has to know. Turned positions have no end, but beyond max_position_embeddings the model
// was not trained; only scaling makes sense of them.
func (m *LlamaForCausalLM) Traits() generation.Traits {
	c := m.Config
	t := generation.Traits{
		Vocab: c.VocabSize, Positions: c.MaxPositionEmbeddings, Device: m.LMHead.Weight.Device(),
		BOS: ownID(c.BosTokenID), Pad: ownID(c.PadTokenID), EOS: ownIDs(c.EosTokenID),
	}
	if kind := m.Model.rope.RopeType; kind == "dynamic" {
		t.Positions = 0
	}
	return t
}

// Decoder begins to decode.
func (m *LlamaForCausalLM) Decoder(s generation.Start) generation.Decoder {
	return newCausalDecoder(s, m.Forward)
}

// Generate goes on with prompts, ids of any lengths, as Python's generate.
func (m *LlamaForCausalLM) Generate(prompts [][]int64, c generation.Config) (*generation.Result, error) {
	return generation.Generate(m, prompts, c)
}

// LlamaForSequenceClassification says of which class a text is, at its last token that is not pad_token_id.
type LlamaForSequenceClassification struct {
	PreTrainedModel[*LlamaConfig]
	Model *LlamaModel
	Score *nn.Linear
}

// NewLlamaForSequenceClassification makes the model with weights drawn as Python draws them.
func NewLlamaForSequenceClassification(c *LlamaConfig) *LlamaForSequenceClassification {
	m := &LlamaForSequenceClassification{Model: NewLlamaModel(c), Score: nn.NewLinear(c.HiddenSize, c.NumLabels(), nn.Bias(false))}
	m.Config = c
	initWeights(c.Common(), m.Score)
	return m
}

// Forward gives logits [N, classes].
func (m *LlamaForSequenceClassification) Forward(in CausalInput) ClassifierOutput {
	out := m.Model.Forward(in)
	logits := m.Score.Forward(out.LastHiddenState)
	defer logits.Free()
	return textOutput(out, lastToken("LlamaForSequenceClassification", logits, in, m.Config.PadTokenID), in.encoder(), m.Config.Common())
}

// LlamaForTokenClassification says of which class each token is.
type LlamaForTokenClassification struct {
	PreTrainedModel[*LlamaConfig]
	Model   *LlamaModel
	Dropout *nn.Dropout
	Score   *nn.Linear
}

// NewLlamaForTokenClassification makes the model with weights drawn as Python draws them.
func NewLlamaForTokenClassification(c *LlamaConfig) *LlamaForTokenClassification {
	m := &LlamaForTokenClassification{
		Model: NewLlamaModel(c), Dropout: nn.NewDropout(orDefault(c.ClassifierDropout, 0.1)), Score: nn.NewLinear(c.HiddenSize, c.NumLabels()),
	}
	m.Config = c
	initWeights(c.Common(), m.Score)
	return m
}

// Forward gives logits [N, L, classes].
func (m *LlamaForTokenClassification) Forward(in CausalInput) ClassifierOutput {
	out := m.Model.Forward(in)
	logits := classify(m.Dropout, m.Score, out.LastHiddenState)
	result := tokenOutput(out, logits, BertInput{OutputHiddenStates: in.OutputHiddenStates})
	if in.Labels != nil { // of all these heads the one whose loss is computed in float32
		result.Loss = crossEntropy(logits.View(-1, logits.Size(-1)).Float(), in.Labels.Reshape(-1))
	}
	return result
}

// LlamaForQuestionAnswering says where in a text an answer begins and ends. Its decoder is named transformer, as in Python.
type LlamaForQuestionAnswering struct {
	PreTrainedModel[*LlamaConfig]
	Transformer *LlamaModel
	QAOutputs   *nn.Linear `nn:"qa_outputs"`
}

// NewLlamaForQuestionAnswering makes the model with weights drawn as Python draws them.
func NewLlamaForQuestionAnswering(c *LlamaConfig) *LlamaForQuestionAnswering {
	m := &LlamaForQuestionAnswering{Transformer: NewLlamaModel(c), QAOutputs: nn.NewLinear(c.HiddenSize, 2)}
	m.Config = c
	initWeights(c.Common(), m.QAOutputs)
	return m
}

// Forward gives a score for each token to be the first, and the last, of the answer.
func (m *LlamaForQuestionAnswering) Forward(in CausalInput) QuestionAnsweringOutput {
	out := m.Transformer.Forward(in)
	return answerOutput(out, m.QAOutputs.Forward(out.LastHiddenState), in.encoder())
}
