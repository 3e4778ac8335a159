package transformers

import (
	"multitorch/nn"
	"multitorch/torch"
)

func init() {
	register(&family{
		modelType: "whisper", config: func() Config { return NewWhisperConfig() }, prefix: "model",
		classes: []*class{classOf(NewWhisperModel), classOf(NewWhisperForConditionalGeneration)},
	})
}

// WhisperInput is a batch for a [WhisperModel]: clips, and the beginnings of their texts.
type WhisperInput struct {
	InputFeatures *torch.Tensor // log-mels [N, num_mel_bins, frames] of 30 s
	EncoderStates *torch.Tensor // what the encoder made of them [N or 1, positions, d_model], in their place

	DecoderInputIDs      *torch.Tensor // tokens [N, L]; with a cache, those that it has not yet
	DecoderAttentionMask *torch.Tensor // 1 for a token, 0 for padding [N, all tokens]; nil where there is none
	Cache                *WhisperCache // of the tokens so far; nil for none

	OutputHiddenStates bool // whether the states between the layers are wanted
	OutputAttentions   bool // whether attention's weights are wanted, which takes the eager order

	// Labels are the tokens that should follow [N, L], where -100 counts for nothing, for the loss. The decoder's input is made of
	// them if there is none.
	Labels *torch.Tensor
}

// WhisperOutput is what a model makes of a batch.
type WhisperOutput struct {
	Loss          *torch.Tensor   // if there were labels
	Logits        *torch.Tensor   // scores of the tokens that may follow [N, L, vocab_size]; nil from a [WhisperModel]
	Encoder       BaseModelOutput // its LastHiddenState is EncoderStates where these were given
	Decoder       BaseModelOutput // its attentions are those to what was heard
	EncoderStates *torch.Tensor   // for the next tokens [N, positions, d_model]
}

// WhisperModel is the encoder and decoder of Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision",
// 2022.
type WhisperModel struct {
	PreTrainedModel[*WhisperConfig]
	Encoder *WhisperEncoder
	Decoder *WhisperDecoder
}

// NewWhisperModel makes a model with weights drawn as Python draws them.
func NewWhisperModel(c *WhisperConfig) *WhisperModel {
	must(c)
	m := &WhisperModel{
		PreTrainedModel: PreTrainedModel[*WhisperConfig]{Config: c}, Encoder: newWhisperEncoder(c), Decoder: newWhisperDecoder(c),
	}
	initWeights(c.Common(), m)
	return m
}

// Forward gives the decoder's states.
func (m *WhisperModel) Forward(in WhisperInput) (out WhisperOutput) {
	return nn.Call(m, func() WhisperOutput {
		if in.EncoderStates == nil && (in.Cache == nil || len(in.Cache.heard) == 0) {
			out.Encoder = m.Encoder.Forward(in)
			in.EncoderStates = out.Encoder.LastHiddenState
		}
		out.EncoderStates = in.EncoderStates
		out.Decoder = m.Decoder.Forward(in)
		return out
	})
}

// WhisperForConditionalGeneration scores the tokens of texts.
type WhisperForConditionalGeneration struct {
	PreTrainedModel[*WhisperConfig]
	Model   *WhisperModel
	ProjOut *nn.Linear // the table of tokens, unless the settings say otherwise
}

// NewWhisperForConditionalGeneration makes the model with weights drawn as Python draws them.
func NewWhisperForConditionalGeneration(c *WhisperConfig) *WhisperForConditionalGeneration {
	m := &WhisperForConditionalGeneration{
		PreTrainedModel: PreTrainedModel[*WhisperConfig]{Config: c}, Model: NewWhisperModel(c),
		ProjOut: nn.NewLinear(c.DModel, c.VocabSize, nn.Bias(false)),
	}
	initWeights(c.Common(), m.ProjOut)
	if c.TieWordEmbeddings {
		m.ProjOut.Weight = m.Model.Decoder.EmbedTokens.Weight
	}
	return m
}

// Forward gives logits [N, L, vocab_size], and the loss if there are labels.
func (m *WhisperForConditionalGeneration) Forward(in WhisperInput) WhisperOutput {
	return nn.Call(m, func() WhisperOutput {
		if in.Labels != nil && in.DecoderInputIDs == nil {
			in.DecoderInputIDs = m.shifted(in.Labels)
		}
		out := m.Model.Forward(in)
		out.Logits = m.ProjOut.Forward(out.Decoder.LastHiddenState)
		if in.Labels != nil {
			out.Loss = crossEntropy(out.Logits.View(-1, m.Config.VocabSize), in.Labels.Reshape(-1))
		}
		return out
	})
}

// shifted are labels one place to the right, behind the token that begins a text.
func (m *WhisperForConditionalGeneration) shifted(labels *torch.Tensor) *torch.Tensor {
	if m.Config.PadTokenID == nil {
		panic(invalid("Whisper", "expected pad_token_id in the settings, which stands for labels that count for nothing"))
	}
	first := torch.Full(torch.Shape{labels.Size(0), 1}, m.Config.DecoderStartTokenID, torch.Int64, labels.Device())
	ids := torch.Cat([]*torch.Tensor{first, labels.Narrow(1, 0, labels.Size(1)-1)}, 1)
	return ids.MaskedFill(ids.Eq(-100), *m.Config.PadTokenID)
}
