package transformers_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/transformers"
)

func TestEncodersAreTransformers(t *testing.T) {
	for _, name := range []string{"tiny_bert", "tiny_roberta", "tiny_distilbert"} {
		g := readGolden(t, name)
		dir := g.folder(t)
		for _, eager := range []bool{false, true} {
			m, err := transformers.FromPretrained[transformers.Model](dir, transformers.Load{Eager: eager})
			require.NoError(t, err)
			switch m := m.(type) {
			case transformers.TextEncoder:
				requireGolden(t, g.goldenOutput, m.Forward(g.bert(t)).LastHiddenState)
			case transformers.TextClassifier:
				requireGolden(t, g.goldenOutput, m.Forward(g.bert(t)).Logits)
			default:
				require.Fail(t, "an encoder", "%T", m)
			}
		}
	}
}

// encoded are an encoder's outputs by Python's names.
func encoded(t *testing.T, m transformers.Model, in transformers.BertInput) map[string]*torch.Tensor {
	t.Helper()
	in.OutputHiddenStates = true
	out := map[string]*torch.Tensor{}
	add := func(name string, x *torch.Tensor) {
		if x != nil {
			out[name] = x
		}
	}
	var states []*torch.Tensor
	switch m := m.(type) {
	case transformers.TextEncoder:
		o := m.Forward(in)
		states = o.HiddenStates
		add("last_hidden_state", o.LastHiddenState)
		add("pooler_output", o.PoolerOutput)
	case transformers.TextClassifier:
		o := m.Forward(in)
		states = o.HiddenStates
		add("logits", o.Logits)
		add("loss", o.Loss)
	case transformers.QuestionAnswerer:
		o := m.Forward(in)
		states = o.HiddenStates
		add("start_logits", o.StartLogits)
		add("end_logits", o.EndLogits)
		add("loss", o.Loss)
	default:
		require.Fail(t, "no encoder", "%T", m)
	}
	for i, s := range states {
		add(fmt.Sprintf("hidden_states.%d", i), s)
	}
	return out
}

func TestHeadsAreTransformers(t *testing.T) {
	for _, family := range []string{"bert", "roberta", "distilbert"} {
		for _, head := range []string{"base", "masked_lm", "sequence", "token", "question"} {
			for _, eager := range []bool{false, true} {
				g := readGolden(t, family+"_"+head)
				m, err := transformers.FromPretrained[transformers.Model](g.folder(t), transformers.Load{Eager: eager})
				require.NoError(t, err)
				require.Equal(t, g.Arch, reflect.TypeOf(m).Elem().Name())
				requireGoldens(t, g, m, encoded(t, m, g.text(t)))
			}
		}
	}
}

// text is the file's batch, with its labels.
func (g golden) text(t *testing.T) transformers.BertInput {
	in := g.bert(t)
	in.Labels, in.StartPositions, in.EndPositions = g.input(t, "labels"), g.input(t, "start_positions"), g.input(t, "end_positions")
	return in
}
