package transformers_test

import (
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
)

// golden is a tiny model whose weights follow a formula, and what Transformers makes of some inputs: testdata/golden, of which
// scripts/golden/transformers.py makes those that have several outputs.
type golden struct {
	Arch   string                     `json:"arch"`
	Config json.RawMessage            `json:"config"`
	Keys   map[string]torch.Shape     `json:"keys"`
	Inputs map[string]json.RawMessage `json:"inputs"`
	goldenOutput
	Outputs   map[string]goldenOutput `json:"outputs"`   // by Python's names: of files that scripts/golden/transformers.py made
	Gradients map[string]goldenOutput `json:"gradients"` // of parameters, by key
}

// goldenInput is ids, or numbers of the formula with some n, scaled.
type goldenInput struct {
	Shape torch.Shape     `json:"shape"`
	Ints  json.RawMessage `json:"ints"`
	N     int             `json:"hash_n"`
	Scale float64         `json:"scale"`
}

// goldenOutput is a tensor in short: its first and last elements, their sum and the largest.
type goldenOutput struct {
	Output string      `json:"output"`
	Shape  torch.Shape `json:"shape"`
	First  []float64   `json:"first10"`
	Last   []float64   `json:"last10"`
	Sum    float64     `json:"sum"`
	AbsMax float64     `json:"abs_max"`
	Row1   []float64   `json:"row1_first10"`
}

func readGolden(t *testing.T, name string) golden {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "golden", name+".json"))
	require.NoError(t, err)
	var g golden
	require.NoError(t, json.Unmarshal(b, &g))
	return g
}

// folder writes the model as a Hugging Face folder.
func (g golden) folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "config.json"), g.Config, 0o666))
	require.NoError(t, torch.SaveSafetensors(filepath.Join(dir, "model.safetensors"), g.weights(), map[string]string{"format": "pt"}))
	return dir
}

// weights are the tensors of the formula.
func (g golden) weights() []torch.NamedTensor {
	var all []torch.NamedTensor
	for n, key := range slices.Sorted(maps.Keys(g.Keys)) {
		shape := g.Keys[key]
		var x *torch.Tensor
		if strings.HasSuffix(key, "num_batches_tracked") || strings.HasSuffix(key, "position_ids") {
			x = torch.Zeros(shape, torch.Int64)
		} else {
			x = formula(n, shape)
			lower := strings.ToLower(key)
			if len(shape) <= 1 {
				x = x.Mul(0.25)
				isNorm := strings.HasSuffix(key, "weight") && (strings.Contains(lower, "norm") || strings.Contains(lower, "ln_"))
				if isNorm || strings.HasSuffix(key, "running_var") {
					x = x.Add(1)
				}
			}
		}
		all = append(all, torch.NamedTensor{Name: key, Tensor: x})
	}
	return all
}

// formula are numbers from -0.5 to 0.5 that any language computes alike.
func formula(n int, shape torch.Shape) *torch.Tensor {
	count := 1
	for _, d := range shape {
		count *= d
	}
	data := make([]float32, count)
	for j := range data {
		x := uint32(j)*2654435761 + uint32(n)*2246822519 + 374761393
		x ^= x >> 15
		x *= 2246822519
		x ^= x >> 13
		data[j] = float32(x>>8)/(1<<24) - 0.5
	}
	return torch.FromSlice(data, count).View(shape...)
}

// input is an input of the golden file: ids, or numbers of the formula.
func (g golden) input(t *testing.T, name string) *torch.Tensor {
	t.Helper()
	raw, ok := g.Inputs[name]
	if !ok {
		return nil
	}
	var in goldenInput
	require.NoError(t, json.Unmarshal(raw, &in))
	if in.Ints == nil {
		return formula(in.N, in.Shape).Mul(in.Scale)
	}
	var ids []int64
	var flatten func(raw json.RawMessage)
	flatten = func(raw json.RawMessage) {
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) == nil {
			for _, r := range list {
				flatten(r)
			}
			return
		}
		var n int64
		require.NoError(t, json.Unmarshal(raw, &n))
		ids = append(ids, n)
	}
	flatten(in.Ints)
	return torch.FromSlice(ids, len(ids)).View(in.Shape...)
}

// requireGolden compares a tensor with Transformers' within 1e-5 of its largest element.
func requireGolden(t *testing.T, want goldenOutput, got *torch.Tensor) {
	t.Helper()
	require.Equal(t, want.Shape, got.Shape())
	all := torch.ToSlice[float32](got.Detach().Float().Contiguous())
	tolerance := 1e-5 * max(1, want.AbsMax)
	near := func(what string, want []float64, got []float32) {
		t.Helper()
		for i := range want {
			require.InDelta(t, want[i], got[i], tolerance, "%s, element %d", what, i)
		}
	}
	near("first", want.First, all)
	near("last", want.Last, all[len(all)-len(want.Last):])
	if len(want.Row1) > 0 {
		near("second sample", want.Row1, all[len(all)/want.Shape[0]:])
	}
	sum, largest := 0.0, 0.0
	for _, x := range all {
		sum += float64(x)
		largest = max(largest, math.Abs(float64(x)))
	}
	require.InEpsilon(t, want.AbsMax, largest, 1e-4, "the largest, of which the file has four decimals")
	require.InDelta(t, want.Sum, sum, tolerance*math.Sqrt(float64(len(all)))*4, "the sum")
}

// requireGoldens compares outputs, by Python's names, and then, after a backward pass, gradients.
func requireGoldens(t *testing.T, want golden, m nn.Module, got map[string]*torch.Tensor) {
	t.Helper()
	require.NotEmpty(t, want.Outputs)
	for name, w := range want.Outputs {
		require.Contains(t, got, name)
		requireGolden(t, w, got[name])
	}
	pythonLoss(got).Backward()
	require.NotEmpty(t, want.Gradients)
	parameters := map[string]*nn.Parameter{}
	for _, p := range nn.NamedParameters(m) {
		parameters[p.Name] = p.Parameter
	}
	for key, w := range want.Gradients {
		require.Contains(t, parameters, key)
		requireGolden(t, w, parameters[key].Grad())
	}
}

// pythonLoss is what the scripts take gradients of: the loss, or the sum of squares of what a base model gives.
func pythonLoss(out map[string]*torch.Tensor) *torch.Tensor {
	if out["loss"] != nil {
		return out["loss"]
	}
	var sum *torch.Tensor
	for _, name := range slices.Sorted(maps.Keys(out)) {
		if strings.HasPrefix(name, "hidden_states.") {
			continue
		}
		if part := out[name].Square().Sum(); sum == nil {
			sum = part
		} else {
			sum = sum.Add(part)
		}
	}
	return sum
}
