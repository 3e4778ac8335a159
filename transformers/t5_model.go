package transformers

import (
	"multitorch/libm"
	"multitorch/nn"
	"multitorch/torch"
)

// T5Model is the encoder and decoder of Raffel et al., "Exploring the Limits of Transfer Learning with a Unified Text-to-Text
// Transformer", 2020.
type T5Model struct {
	PreTrainedModel[*T5Config]
	Shared  *nn.Embedding // the table of words of both
	Encoder *T5Stack
	Decoder *T5Stack
}

// NewT5Model makes the model with weights drawn as Python draws them.
func NewT5Model(c *T5Config) *T5Model {
	must(c)
	m := &T5Model{}
	m.Config = c
	m.Shared, m.Encoder, m.Decoder = newT5Parts(c)
	return m
}

// newT5Parts makes the table and both stacks.
func newT5Parts(c *T5Config) (shared *nn.Embedding, encoder, decoder *T5Stack) {
	shared = nn.NewEmbedding(c.VocabSize, c.DModel)
	encoder = newT5Stack(c, false, shared)
	decoder = newT5Stack(c, true, shared)
	initShared(c, shared)
	return shared, encoder, decoder
}

// initShared draws the table, twice, as Python does: as any table, and then with a spread of its own.
func initShared(c *T5Config, shared *nn.Embedding) {
	initWeights(c.Common(), shared)
	if !c.loading {
		torch.NoGrad(func() { shared.Weight.NormalInplace(0, c.InitializerFactor) })
	}
}

// Forward encodes the inputs and decodes behind them.
func (m *T5Model) Forward(in Seq2SeqInput) Seq2SeqOutput {
	return nn.Call(m, func() Seq2SeqOutput { return t5Forward(m.Config, m.Encoder, m.Decoder, in, in.DecoderInputIDs) })
}

// t5Forward runs both stacks.
func t5Forward(c *T5Config, encoder, decoder *T5Stack, in Seq2SeqInput, decoderIDs *torch.Tensor) Seq2SeqOutput {
	in.check()
	if decoderIDs == nil {
		panic(invalid("T5Model", "expected DecoderInputIDs: what the decoder has said so far, beginning with decoder_start_token_id"))
	}
	out := Seq2SeqOutput{EncoderLastHiddenState: in.EncoderStates}
	if in.EncoderStates == nil {
		e := encoder.Forward(t5StackInput{
			ids: in.InputIDs, embeds: in.InputsEmbeds, mask: in.AttentionMask, hidden: in.OutputHiddenStates, weights: in.OutputAttentions,
		})
		out.EncoderLastHiddenState, out.EncoderHiddenStates, out.EncoderAttentions = e.LastHiddenState, e.HiddenStates, e.Attentions
	}
	d := decoder.Forward(t5StackInput{
		ids: decoderIDs, mask: in.DecoderAttentionMask, states: out.EncoderLastHiddenState, statesMask: in.AttentionMask,
		cache: in.Cache, hidden: in.OutputHiddenStates, weights: in.OutputAttentions,
	})
	out.LastHiddenState, out.DecoderHiddenStates = d.LastHiddenState, d.HiddenStates
	out.DecoderAttentions, out.CrossAttentions = d.Attentions, d.cross
	return out
}

func (in *Seq2SeqInput) check() {
	given := 0
	for _, t := range []*torch.Tensor{in.InputIDs, in.InputsEmbeds, in.EncoderStates} {
		if t != nil {
			given++
		}
	}
	if given == 0 || given > 1 && in.EncoderStates == nil {
		panic(invalid("T5Model", "expected one of InputIDs, InputsEmbeds and EncoderStates"))
	}
	for _, t := range []*torch.Tensor{in.InputIDs, in.DecoderInputIDs} {
		if t != nil && (t.Dim() != 2 || t.Numel() == 0) {
			panic(invalid("T5Model", "expected tokens [texts, tokens], at least one, but got the shape %v", t.Shape()))
		}
	}
}

// shiftRight moves labels on by one place, behind the token that decoding begins with.
func (c *T5Config) shiftRight(labels *torch.Tensor) *torch.Tensor {
	if c.DecoderStartTokenID == nil || c.PadTokenID == nil {
		panic(invalid("T5Model", "decoder_start_token_id and pad_token_id are needed to make the decoder's tokens of labels"))
	}
	var on passing
	defer on.free()
	start := on.way(torch.Full(torch.Shape{labels.Size(0), 1}, *c.DecoderStartTokenID, labels.DType(), labels.Device()))
	moved := on.way(torch.Cat([]*torch.Tensor{start, on.way(labels.Narrow(1, 0, labels.Size(1)-1))}, 1))
	return moved.MaskedFill(on.way(moved.Eq(-100)), *c.PadTokenID)
}

// T5EncoderModel is the encoder alone.
type T5EncoderModel struct {
	PreTrainedModel[*T5Config]
	Shared  *nn.Embedding
	Encoder *T5Stack
}

// NewT5EncoderModel makes the encoder with weights drawn as Python draws them.
func NewT5EncoderModel(c *T5Config) *T5EncoderModel {
	must(c)
	m := &T5EncoderModel{Shared: nn.NewEmbedding(c.VocabSize, c.DModel)}
	m.Config = c
	m.Encoder = newT5Stack(c, false, m.Shared)
	initShared(c, m.Shared)
	return m
}

// Forward makes a vector of each token [N, S, d_model].
func (m *T5EncoderModel) Forward(in Seq2SeqInput) BaseModelOutput {
	return nn.Call(m, func() BaseModelOutput {
		in.check()
		return m.Encoder.Forward(t5StackInput{
			ids: in.InputIDs, embeds: in.InputsEmbeds, mask: in.AttentionMask, hidden: in.OutputHiddenStates, weights: in.OutputAttentions,
		}).BaseModelOutput
	})
}

func (c *T5Config) outputScale() float64 { return libm.Pow(float64(c.DModel), -0.5) }
