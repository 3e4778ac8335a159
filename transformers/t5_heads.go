package transformers

import (
	"multitorch/libm"
	"multitorch/nn"
	"multitorch/torch"
)

func init() {
	register(&family{
		modelType: "t5", config: func() Config { return NewT5Config() }, prefix: "transformer",
		ignored: []string{"decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight"},
		classes: []*class{
			classOf(NewT5Model), classOf(NewT5ForConditionalGeneration), classOf(NewT5EncoderModel), classOf(NewT5ForSequenceClassification),
			classOf(NewT5ForTokenClassification), classOf(NewT5ForQuestionAnswering),
		},
	})
}

// T5ForConditionalGeneration says what text follows of a text.
type T5ForConditionalGeneration struct {
	PreTrainedModel[*T5Config]
	Shared  *nn.Embedding
	Encoder *T5Stack
	Decoder *T5Stack
	LMHead  *nn.Linear `nn:"lm_head"`
}

// NewT5ForConditionalGeneration makes the model with weights drawn as Python draws them. Unless the settings say otherwise the
// last matrix is the table of words.
func NewT5ForConditionalGeneration(c *T5Config) *T5ForConditionalGeneration {
	must(c)
	m := &T5ForConditionalGeneration{}
	m.Config = c
	shared := nn.NewEmbedding(c.VocabSize, c.DModel)
	m.Shared, m.Encoder, m.Decoder = shared, newT5Stack(c, false, shared), newT5Stack(c, true, shared)
	m.LMHead = nn.NewLinear(c.DModel, c.VocabSize, nn.Bias(false))
	initWeights(c.Common(), shared, m.LMHead)
	if !c.loading {
		torch.NoGrad(func() {
			shared.Weight.NormalInplace(0, c.InitializerFactor)
			if !c.TieWordEmbeddings {
				m.LMHead.Weight.NormalInplace(0, c.InitializerFactor)
			}
		})
	}
	if c.TieWordEmbeddings {
		m.LMHead.Weight = shared.Weight
	}
	return m
}

// Forward gives logits of the token that follows each of the decoder's places [N, L, vocab_size].
func (m *T5ForConditionalGeneration) Forward(in Seq2SeqInput) Seq2SeqOutput {
	return nn.Call(m, func() Seq2SeqOutput {
		var on passing
		defer on.free()
		ids := in.DecoderInputIDs
		if ids == nil && in.Labels != nil {
			ids = on.way(m.Config.shiftRight(in.Labels))
		}
		out := t5Forward(m.Config, m.Encoder, m.Decoder, in, ids)
		x := out.LastHiddenState
		if !in.OutputHiddenStates {
			on.way(x)
		}
		out.LastHiddenState = nil
		if in.LastOnly {
			x = on.way(x.Narrow(1, x.Size(1)-1, 1))
		}
		if m.Config.scaled() {
			x = on.way(x.Mul(m.Config.outputScale()))
		}
		out.Logits = nextLogits(m.LMHead, x, m.Config.Eager)
		if in.Labels != nil {
			out.Loss = crossEntropy(out.Logits.View(-1, out.Logits.Size(-1)), in.Labels.Reshape(-1))
		}
		return out
	})
}

// T5ForSequenceClassification says of which class a text is, by the decoder's state at its last end of text.
type T5ForSequenceClassification struct {
	PreTrainedModel[*T5Config]
	Transformer        *T5Model
	ClassificationHead *T5ClassificationHead
}

// NewT5ForSequenceClassification makes the model with weights drawn as Python draws them.
func NewT5ForSequenceClassification(c *T5Config) *T5ForSequenceClassification {
	m := &T5ForSequenceClassification{Transformer: NewT5Model(c), ClassificationHead: newT5ClassificationHead(c)}
	m.Config = c
	initWeights(c.Common(), m.ClassificationHead)
	return m
}

// Forward gives logits [N, classes]. Each text needs an end of text, and all as many.
func (m *T5ForSequenceClassification) Forward(in Seq2SeqInput) Seq2SeqOutput {
	return nn.Call(m, func() Seq2SeqOutput {
		if in.InputIDs == nil || len(m.Config.EosTokenID) == 0 {
			panic(invalid("T5ForSequenceClassification", "expected InputIDs, and an eos_token_id in the settings, whose place is looked for"))
		}
		var on passing
		defer on.free()
		ids := in.DecoderInputIDs
		if ids == nil {
			ids = on.way(m.Config.shiftRight(in.InputIDs))
		}
		out := t5Forward(m.Config, m.Transformer.Encoder, m.Transformer.Decoder, in, ids)
		last := m.lastEnds(in.InputIDs)
		rows := on.way(torch.Arange(0, len(last), 1, torch.Int64, in.InputIDs.Device()))
		at := on.way(torch.FromSlice(last, len(last)).To(in.InputIDs.Device()))
		out.Logits = m.ClassificationHead.Forward(on.way(out.LastHiddenState.Index(rows, at)))
		if in.Labels != nil {
			kept := BertInput{OutputHiddenStates: true, Labels: in.Labels} // the states are freed below
			out.Loss = textOutput(BaseModelOutput{}, out.Logits, kept, m.Config.Common()).Loss
		}
		out.LastHiddenState.Free()
		out.LastHiddenState = nil
		return out
	})
}

// lastEnds are the places of each text's last end.
func (m *T5ForSequenceClassification) lastEnds(ids *torch.Tensor) []int64 {
	texts, length := ids.Size(0), ids.Size(1)
	all, last, counts := torch.ToSlice[int64](ids.To(torch.Int64)), make([]int64, texts), make([]int, texts)
	for i, id := range all {
		if id == int64(m.Config.EosTokenID[0]) {
			last[i/length] = int64(i % length)
			counts[i/length]++
		}
	}
	for i, n := range counts {
		if n == 0 || n != counts[0] {
			panic(invalid("T5ForSequenceClassification", "expected an end of text, %d, in each text, and in all as many, "+
				"but text %d has %d and the first %d", m.Config.EosTokenID[0], i, n, counts[0]))
		}
	}
	return last
}

// T5ClassificationHead is two matrices with tanh between them.
type T5ClassificationHead struct {
	nn.Base
	Dense   *nn.Linear
	Dropout *nn.Dropout
	OutProj *nn.Linear

	config *T5Config
}

func newT5ClassificationHead(c *T5Config) *T5ClassificationHead {
	return &T5ClassificationHead{
		Dense: nn.NewLinear(c.DModel, c.DModel), Dropout: nn.NewDropout(c.ClassifierDropout), OutProj: nn.NewLinear(c.DModel, c.NumLabels()),
		config: c,
	}
}

func (m *T5ClassificationHead) draw(_ float64, wanted func(*nn.Parameter) bool) {
	std := m.config.InitializerFactor * libm.Pow(float64(m.config.DModel), -0.5)
	drawNormal(m.Dense.Weight, std, wanted)
	drawNormal(m.OutProj.Weight, std, wanted)
}

// Forward maps [N, d_model] to [N, classes].
func (m *T5ClassificationHead) Forward(x *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	return classify(m.Dropout, m.OutProj, on.way(on.way(classify(m.Dropout, m.Dense, x)).Tanh()))
}

// T5ForTokenClassification says of which class each token is. It has the encoder alone.
type T5ForTokenClassification struct {
	PreTrainedModel[*T5Config]
	Transformer *T5EncoderModel
	Dropout     *nn.Dropout
	Classifier  *nn.Linear
}

// NewT5ForTokenClassification makes the model with weights drawn as Python draws them.
func NewT5ForTokenClassification(c *T5Config) *T5ForTokenClassification {
	m := &T5ForTokenClassification{
		Transformer: NewT5EncoderModel(c), Dropout: nn.NewDropout(c.ClassifierDropout), Classifier: nn.NewLinear(c.DModel, c.NumLabels()),
	}
	m.Config = c
	initWeights(c.Common(), m.Classifier)
	if !c.loading {
		torch.NoGrad(func() { m.Classifier.Weight.NormalInplace(0, c.InitializerFactor) })
	}
	return m
}

// Forward gives logits [N, S, classes].
func (m *T5ForTokenClassification) Forward(in Seq2SeqInput) ClassifierOutput {
	out := m.Transformer.Forward(in)
	asked := BertInput{OutputHiddenStates: in.OutputHiddenStates, OutputAttentions: in.OutputAttentions, Labels: in.Labels}
	return tokenOutput(out, classify(m.Dropout, m.Classifier, out.LastHiddenState), asked)
}

// T5ForQuestionAnswering says where in a text an answer begins and ends.
type T5ForQuestionAnswering struct {
	PreTrainedModel[*T5Config]
	Shared    *nn.Embedding
	Encoder   *T5Stack
	Decoder   *T5Stack
	QAOutputs *nn.Linear `nn:"qa_outputs"`
}

// NewT5ForQuestionAnswering makes the model with weights drawn as Python draws them.
func NewT5ForQuestionAnswering(c *T5Config) *T5ForQuestionAnswering {
	must(c)
	m := &T5ForQuestionAnswering{}
	m.Config = c
	shared := nn.NewEmbedding(c.VocabSize, c.DModel)
	m.Shared, m.Encoder, m.Decoder = shared, newT5Stack(c, false, shared), newT5Stack(c, true, shared)
	m.QAOutputs = nn.NewLinear(c.DModel, 2)
	initWeights(c.Common(), shared, m.QAOutputs)
	if !c.loading {
		torch.NoGrad(func() {
			shared.Weight.NormalInplace(0, c.InitializerFactor)
			m.QAOutputs.Weight.NormalInplace(0, c.InitializerFactor*c.outputScale())
		})
	}
	return m
}

// Seq2SeqAnswerOutput is what the head makes of a batch; the states are the decoder's.
type Seq2SeqAnswerOutput struct {
	QuestionAnsweringOutput
	EncoderLastHiddenState *torch.Tensor // [N, S, d_model]
}

// Forward gives a score for each of the decoder's tokens to be the first, and the last, of the answer.
func (m *T5ForQuestionAnswering) Forward(in Seq2SeqInput) Seq2SeqAnswerOutput {
	return nn.Call(m, func() Seq2SeqAnswerOutput {
		ids := in.DecoderInputIDs
		if ids == nil {
			if in.InputIDs == nil {
				panic(invalid("T5ForQuestionAnswering", "expected InputIDs or DecoderInputIDs"))
			}
			ids = m.Config.shiftRight(in.InputIDs)
			defer ids.Free()
		}
		out := t5Forward(m.Config, m.Encoder, m.Decoder, in, ids)
		base := BaseModelOutput{LastHiddenState: out.LastHiddenState, HiddenStates: out.DecoderHiddenStates, Attentions: out.DecoderAttentions}
		asked := BertInput{OutputHiddenStates: in.OutputHiddenStates, StartPositions: in.StartPositions, EndPositions: in.EndPositions}
		answer := answerOutput(base, m.QAOutputs.Forward(out.LastHiddenState), asked)
		return Seq2SeqAnswerOutput{answer, out.EncoderLastHiddenState}
	})
}
