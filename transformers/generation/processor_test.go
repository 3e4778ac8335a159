package generation_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/transformers/generation"
)

var (
	rows    = [][]int64{{0, 0, 5, 6, 7, 5, 6}, {1, 2, 1, 2, 9, 1, 2}}
	encoder = [][]int64{{4, 5, 6, 11}, {1, 2, 20, 3}}
	ends    = []int64{3, 7}
)

// someScores are scores by a formula, which the script has too.
func someScores() [][]float32 {
	scores := make([][]float32, 2)
	for r := range scores {
		for i := range 24 {
			scores[r] = append(scores[r], float32((i*37+r*11)%53)/8-3)
		}
	}
	return scores
}

// TestProcessorsLikeTransformers compares each with what scripts/golden/generation.py wrote.
func TestProcessorsLikeTransformers(t *testing.T) {
	data, err := os.ReadFile("testdata/processors.json")
	require.NoError(t, err)
	var want map[string][][]any
	require.NoError(t, json.Unmarshal(data, &want))

	odd := someScores()
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	odd[0][2], odd[0][5], odd[1][4] = nan, inf, -inf
	for name, c := range map[string]struct {
		p      generation.Processor
		scores [][]float32
		ids    [][]int64
	}{
		"min_length":          {p: generation.MinLength{Min: 8, EOS: ends}},
		"min_length_reached":  {p: generation.MinLength{Min: 7, EOS: ends}},
		"temperature":         {p: generation.Temperature(0.7)},
		"repetition":          {p: generation.RepetitionPenalty{Penalty: 1.3, Skip: []int{2, 0}}},
		"encoder_repetition":  {p: generation.EncoderRepetitionPenalty{Penalty: 1.4, EncoderIDs: encoder}},
		"no_repeat_1":         {p: generation.NoRepeatNGram(1)},
		"no_repeat_3":         {p: generation.NoRepeatNGram(3)},
		"encoder_no_repeat_2": {p: generation.NewEncoderNoRepeatNGram(2, encoder)},
		"encoder_no_repeat_3": {p: generation.NewEncoderNoRepeatNGram(3, encoder)},
		"bias": {p: generation.NewSequenceBias([]generation.Bias{
			{[]int64{4}, 1.5}, {[]int64{5, 6, 8}, -0.3}, {[]int64{6, 8}, 0.7}, {[]int64{2, 8}, 0.1}, {[]int64{8}, 0.2}, {[]int64{4}, 2.5},
		})},
		"bad_words":      {p: generation.NewBadWords([][]int64{{3}, {10}, {6, 11}, {2, 12}, {9, 13}}, ends)},
		"forced_bos":     {p: generation.ForcedBOS(4)},
		"forced_eos":     {p: generation.ForcedEOS{Max: 8, EOS: ends}},
		"decay":          {p: generation.ExponentialDecay{Start: 5, Factor: 1.2, EOS: ends}},
		"suppress":       {p: generation.Suppress{1, 2, 90}},
		"begin_suppress": {p: generation.SuppressAtBegin{Begin: 7, IDs: []int64{1, 2}}},
		"top_k":          {p: generation.TopK{K: 5, Keep: 1}},
		"top_k_keep":     {p: generation.TopK{K: 1, Keep: 3}},
		"top_p":          {p: generation.TopP{P: 0.8, Keep: 1}},
		"top_p_keep":     {p: generation.TopP{P: 0.01, Keep: 3}},
		"top_h":          {p: generation.TopH(0.5)},
		"min_p":          {p: generation.MinP{P: 0.2, Keep: 1}},
		"min_p_keep":     {p: generation.MinP{P: 1, Keep: 3}},
		"typical":        {p: generation.Typical{Mass: 0.6, Keep: 1}},
		"typical_keep":   {p: generation.Typical{Mass: 0.01, Keep: 3}},
		"epsilon":        {p: generation.EpsilonCutoff{Epsilon: 0.02, Keep: 1}},
		"eta":            {p: generation.EtaCutoff{Epsilon: 0.05, Keep: 1}},
		"normalize":      {p: generation.Normalize{}},
		"allowed": {p: generation.PrefixAllowed{Copies: 1, Allowed: func(p int, ids []int64) []int64 {
			return []int64{ids[len(ids)-1], 5 + int64(p)}
		}}},
		"remove_invalid":   {p: generation.RemoveInvalid{}, scores: odd},
		"forced_bos_first": {p: generation.ForcedBOS(4), ids: [][]int64{{0}, {1}}},
	} {
		scores, ids := c.scores, c.ids
		if scores == nil {
			scores = someScores()
		}
		if ids == nil {
			ids = rows
		}
		requireNumbers(t, name, want[name], c.p.Process(ids, torch.New(scores, torch.Float32)))
		delete(want, name)
	}
	require.Empty(t, want, "these were not tried")
}

// requireNumbers compares within 1e-6; what can't be a number of JSON is a string.
func requireNumbers(t *testing.T, name string, want [][]any, got *torch.Tensor) {
	t.Helper()
	values := torch.ToSlice[float32](got)
	for r, row := range want {
		require.Len(t, values, len(want)*len(row), name)
		for i, w := range row {
			x := float64(values[r*len(row)+i])
			switch w := w.(type) {
			case float64:
				require.InEpsilon(t, 10+w, 10+x, 1e-7, "%s: row %d, id %d", name, r, i)
			case string:
				require.Equal(t, map[string]bool{"nan": math.IsNaN(x), "-inf": math.IsInf(x, -1), "inf": math.IsInf(x, 1)}[w], true,
					"%s: row %d, id %d: want %s, got %v", name, r, i, w, x)
			}
		}
	}
}
