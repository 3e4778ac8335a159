package transformers_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/transformers"
)

func TestModelsOfPicturesWithTransformers(t *testing.T) {
	cases := map[string]pythonCase{}
	for _, name := range imageGoldens(t) {
		g := readGolden(t, name)
		m, err := transformers.FromPretrained[transformers.Model](g.folder(t))
		require.NoError(t, err)
		inputs := map[string]*torch.Tensor{}
		for key, raw := range g.Inputs {
			var yes bool
			if json.Unmarshal(raw, &yes) == nil {
				inputs[key] = torch.New(yes)
			} else {
				inputs[key] = g.input(t, key)
			}
		}
		cases[name] = pythonCase{model: m, inputs: inputs, seeds: seeded(name), forward: func(m transformers.Model) map[string]*torch.Tensor {
			return g.pictured(t, m)
		}}
	}
	requireTransformers(t, cases)
}

// seeded reports whether weights are drawn in Python's order: all but those of a gate and of values, which are one matrix here.
func seeded(name string) bool { return name != "dinov2_swiglu" }
