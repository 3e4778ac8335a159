package transformers_test

import (
	"testing"

	"github.com/stretchr/testify/require"

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
