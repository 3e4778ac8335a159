package transformers_test

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/transformers"
	"multitorch/transformers/generation"
)

// generated is a generation of scripts/golden/generate.py.
type generated struct {
	Prompts   [][]int64       `json:"prompts"`
	Settings  json.RawMessage `json:"settings"`
	Sequences [][]int64       `json:"sequences"`
	Scores    []float64       `json:"scores"`
}

func readGenerated(t *testing.T) map[string]generated {
	t.Helper()
	b, err := os.ReadFile("testdata/golden/generate.json")
	require.NoError(t, err)
	var all map[string]generated
	require.NoError(t, json.Unmarshal(b, &all))
	return all
}

// padded are rows of ids filled up with 0 behind them, and their mask.
func padded(rows [][]int64) (ids, mask *torch.Tensor) {
	longest := 0
	for _, r := range rows {
		longest = max(longest, len(r))
	}
	var all, seen []int64
	for _, r := range rows {
		all = append(append(all, r...), make([]int64, longest-len(r))...)
		seen = append(append(seen, slices.Repeat([]int64{1}, len(r))...), make([]int64, longest-len(r))...)
	}
	return torch.FromSlice(all, len(rows), longest), torch.FromSlice(seen, len(rows), longest)
}

// generate goes on with prompts, or answers them.
func generate(t *testing.T, m transformers.Model, prompts [][]int64, c generation.Config) *generation.Result {
	t.Helper()
	var result *generation.Result
	var err error
	switch m := m.(type) {
	case *transformers.T5ForConditionalGeneration:
		ids, mask := padded(prompts)
		result, err = m.Generate(transformers.Seq2SeqInput{InputIDs: ids, AttentionMask: mask}, c)
	case interface {
		Generate(prompts [][]int64, c generation.Config) (*generation.Result, error)
	}:
		result, err = m.Generate(prompts, c)
	}
	require.NoError(t, err)
	return result
}

func TestGenerateIsTransformers(t *testing.T) {
	all := readGenerated(t)
	models := map[string]transformers.Model{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		g := all[name]
		t.Run(name, func(t *testing.T) {
			folder, _, _ := strings.Cut(name, "/")
			for _, eager := range []bool{false, true} {
				key := folder + map[bool]string{true: "eager"}[eager]
				if models[key] == nil {
					m, err := transformers.FromPretrained[transformers.Model](readGolden(t, folder).folder(t), transformers.Load{Eager: eager})
					require.NoError(t, err)
					models[key] = m
				}
				c, err := generation.ParseConfig(g.Settings)
				require.NoError(t, err)
				if c.EOSTokenID == nil {
					c.EOSTokenID = generation.IDs{} // and not the model's
				}
				got := generate(t, models[key], g.Prompts, c)
				require.Equal(t, g.Sequences, got.Sequences)
				require.Len(t, got.SequenceScores, len(g.Scores))
				for i, s := range g.Scores {
					require.InDelta(t, s, got.SequenceScores[i], 2e-5*max(1, -s))
				}
			}
		})
	}
}
