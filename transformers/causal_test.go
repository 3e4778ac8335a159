package transformers_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/transformers"
)

// causal is the file's batch for a decoder.
func (g golden) causal(t *testing.T) transformers.CausalInput {
	return transformers.CausalInput{
		InputIDs: g.input(t, "input_ids"), AttentionMask: g.input(t, "attention_mask"), PositionIDs: g.input(t, "position_ids"),
		Labels: g.input(t, "labels"), StartPositions: g.input(t, "start_positions"), EndPositions: g.input(t, "end_positions"),
	}
}

func TestGPT2IsTransformers(t *testing.T) {
	g := readGolden(t, "tiny_gpt2")
	for _, eager := range []bool{false, true} {
		m, err := transformers.FromPretrained[*transformers.GPT2LMHeadModel](g.folder(t), transformers.Load{Eager: eager})
		require.NoError(t, err)
		requireGolden(t, g.goldenOutput, m.Forward(g.causal(t)).Logits)
	}
}

func TestLlamaIsTransformers(t *testing.T) {
	g := readGolden(t, "tiny_llama")
	for _, eager := range []bool{false, true} {
		m, err := transformers.FromPretrained[*transformers.LlamaForCausalLM](g.folder(t), transformers.Load{Eager: eager})
		require.NoError(t, err)
		requireGolden(t, g.goldenOutput, m.Forward(g.causal(t)).Logits)
	}
}

func TestT5IsTransformers(t *testing.T) {
	for _, name := range []string{"tiny_t5", "tiny_t5_gated"} {
		g := readGolden(t, name)
		for _, eager := range []bool{false, true} {
			m, err := transformers.FromPretrained[*transformers.T5ForConditionalGeneration](g.folder(t), transformers.Load{Eager: eager})
			require.NoError(t, err)
			out := m.Forward(transformers.Seq2SeqInput{InputIDs: g.input(t, "input_ids"), DecoderInputIDs: g.input(t, "decoder_input_ids")})
			requireGolden(t, g.goldenOutput, out.Logits)
		}
	}
}
