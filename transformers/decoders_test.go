package transformers_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/transformers"
)

// decoderGoldens are the files that scripts/golden/decoders.py has made.
func decoderGoldens(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, family := range []string{"gpt2", "llama", "t5"} {
		files, err := filepath.Glob("testdata/golden/" + family + "_*.json")
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, f := range files {
			names = append(names, strings.TrimSuffix(filepath.Base(f), ".json"))
		}
	}
	return names
}

// causal is the file's batch for a decoder.
func (g golden) causal(t *testing.T) transformers.CausalInput {
	return transformers.CausalInput{
		InputIDs: g.input(t, "input_ids"), AttentionMask: g.input(t, "attention_mask"), PositionIDs: g.input(t, "position_ids"),
		Labels: g.input(t, "labels"), StartPositions: g.input(t, "start_positions"), EndPositions: g.input(t, "end_positions"),
	}
}

// seq2seq is the file's batch for an encoder and a decoder.
func (g golden) seq2seq(t *testing.T) transformers.Seq2SeqInput {
	return transformers.Seq2SeqInput{
		InputIDs: g.input(t, "input_ids"), AttentionMask: g.input(t, "attention_mask"), DecoderInputIDs: g.input(t, "decoder_input_ids"),
		Labels: g.input(t, "labels"), StartPositions: g.input(t, "start_positions"), EndPositions: g.input(t, "end_positions"),
	}
}

// decoded is what a model makes of the file's batch, by Python's names.
func (g golden) decoded(t *testing.T, m transformers.Model) map[string]*torch.Tensor {
	t.Helper()
	out := map[string]*torch.Tensor{}
	add := func(name string, x *torch.Tensor) {
		if x != nil {
			out[name] = x
		}
	}
	states := func(all []*torch.Tensor) {
		for i, x := range all {
			add(fmt.Sprintf("hidden_states.%d", i), x)
		}
	}
	base := func(o transformers.BaseModelOutput) {
		states(o.HiddenStates)
		add("last_hidden_state", o.LastHiddenState)
	}
	classes := func(o transformers.ClassifierOutput) {
		states(o.HiddenStates)
		add("logits", o.Logits)
		add("loss", o.Loss)
	}
	answer := func(o transformers.QuestionAnsweringOutput) {
		states(o.HiddenStates)
		add("start_logits", o.StartLogits)
		add("end_logits", o.EndLogits)
		add("loss", o.Loss)
	}
	both := func(o transformers.Seq2SeqOutput) {
		add("last_hidden_state", o.LastHiddenState)
		add("encoder_last_hidden_state", o.EncoderLastHiddenState)
		add("logits", o.Logits)
		add("loss", o.Loss)
	}
	in := g.causal(t)
	in.OutputHiddenStates = true
	two := g.seq2seq(t)
	switch m := m.(type) {
	case interface {
		Forward(transformers.CausalInput) transformers.BaseModelOutput
	}:
		base(m.Forward(in))
	case interface {
		Forward(transformers.CausalInput) transformers.CausalLMOutput
	}:
		o := m.Forward(in)
		classes(transformers.ClassifierOutput(o))
	case interface {
		Forward(transformers.CausalInput) transformers.ClassifierOutput
	}:
		classes(m.Forward(in))
	case interface {
		Forward(transformers.CausalInput) transformers.QuestionAnsweringOutput
	}:
		answer(m.Forward(in))
	case interface {
		Forward(transformers.Seq2SeqInput) transformers.Seq2SeqOutput
	}:
		both(m.Forward(two))
	case interface {
		Forward(transformers.Seq2SeqInput) transformers.BaseModelOutput
	}:
		two.OutputHiddenStates = true
		base(m.Forward(two))
	case interface {
		Forward(transformers.Seq2SeqInput) transformers.ClassifierOutput
	}:
		two.OutputHiddenStates = true
		classes(m.Forward(two))
	case *transformers.T5ForQuestionAnswering:
		o := m.Forward(two)
		answer(o.QuestionAnsweringOutput)
		add("encoder_last_hidden_state", o.EncoderLastHiddenState)
	default:
		require.Fail(t, "no decoder", "%T", m)
	}
	return out
}

func TestDecodersAreTransformers(t *testing.T) {
	for _, name := range decoderGoldens(t) {
		t.Run(name, func(t *testing.T) {
			for _, eager := range []bool{false, true} {
				if strings.HasSuffix(name, "_left") && !eager {
					continue // padding before a text sees nothing: zeros here, the mean of all values in eager attention
				}
				g := readGolden(t, name)
				m, err := transformers.FromPretrained[transformers.Model](g.folder(t), transformers.Load{Eager: eager})
				require.NoError(t, err)
				require.Equal(t, g.Arch, className(m))
				requireGoldens(t, g, m, g.decoded(t, m))
			}
		})
	}
}

// TestTinyDecodersAreTransformers has the numbers of another version of Transformers.
func TestTinyDecodersAreTransformers(t *testing.T) {
	for _, name := range []string{"tiny_gpt2", "tiny_llama", "tiny_t5", "tiny_t5_gated"} {
		for _, eager := range []bool{false, true} {
			g := readGolden(t, name)
			m, err := transformers.FromPretrained[transformers.Model](g.folder(t), transformers.Load{Eager: eager})
			require.NoError(t, err)
			requireGolden(t, g.goldenOutput, g.decoded(t, m)["logits"])
		}
	}
}

func TestDecodersWithTransformers(t *testing.T) {
	cases := map[string]pythonCase{}
	for _, name := range decoderGoldens(t) {
		g := readGolden(t, name)
		m, err := transformers.FromPretrained[transformers.Model](g.folder(t))
		require.NoError(t, err)
		inputs := map[string]*torch.Tensor{}
		for key := range g.Inputs {
			inputs[key] = g.input(t, key)
		}
		cases[name] = pythonCase{model: m, inputs: inputs, seeds: true, forward: func(m transformers.Model) map[string]*torch.Tensor {
			return g.decoded(t, m)
		}}
	}
	requireTransformers(t, cases)
}
