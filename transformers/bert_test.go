package transformers_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/transformers"
)

func TestBertIsTransformers(t *testing.T) {
	g := readGolden(t, "tiny_bert")
	dir := g.folder(t)
	for _, eager := range []bool{false, true} {
		m, err := transformers.FromPretrained[*transformers.BertForMaskedLM](dir, transformers.Load{Eager: eager})
		require.NoError(t, err)
		out := m.Forward(transformers.BertInput{
			InputIDs: g.input(t, "input_ids"), AttentionMask: g.input(t, "attention_mask"), TokenTypeIDs: g.input(t, "token_type_ids"),
		})
		requireGolden(t, g.goldenOutput, out.Logits)
	}
}
