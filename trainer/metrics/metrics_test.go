package metrics_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/trainer/metrics"
)

func newMatrix(t require.TestingT, classes int) *metrics.ConfusionMatrix {
	m, err := metrics.NewConfusionMatrix(classes)
	require.NoError(t, err)
	return m
}

func TestConfusionMatrixEqualsScikitLearn(t *testing.T) {
	raw, err := os.ReadFile("testdata/golden.json")
	require.NoError(t, err)
	var golden struct {
		Cases []struct {
			Name                  string
			Classes               int
			Pred, Target, Support []int
			Matrix                [][]int
			Precision, Recall, F1 []float64
			Accuracy              float64
			MacroF1               float64 `json:"macro_f1"`
		}
	}
	require.NoError(t, json.Unmarshal(raw, &golden))
	require.Len(t, golden.Cases, 12)
	const tolerance = 1e-15 // the order of the additions differs
	for _, c := range golden.Cases {
		t.Run(c.Name, func(t *testing.T) {
			m := newMatrix(t, c.Classes)
			half := len(c.Pred) / 2
			require.NoError(t, m.Add(c.Pred[:half], c.Target[:half]))
			require.NoError(t, m.Add(c.Pred[half:], c.Target[half:]))
			require.Equal(t, c.Classes, m.Classes())
			require.Equal(t, len(c.Pred), m.Count())
			require.InDelta(t, c.Accuracy, m.Accuracy(), tolerance)
			require.InDelta(t, c.MacroF1, m.MacroF1(), tolerance)
			for i := range c.Classes {
				for j := range c.Classes {
					require.Equal(t, c.Matrix[i][j], m.At(i, j))
				}
				require.Equal(t, c.Support[i], m.Support(i))
				require.InDelta(t, c.Precision[i], m.Precision(i), tolerance)
				require.InDelta(t, c.Recall[i], m.Recall(i), tolerance)
				require.InDelta(t, c.F1[i], m.F1(i), tolerance)
			}
			var a metrics.Accuracy
			require.NoError(t, a.Add(c.Pred, c.Target))
			require.Equal(t, m.Accuracy(), a.Value())
		})
	}
}

// Cutting the samples into batches, wherever, changes nothing.
func TestMetricsDoNotSeeBatches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		label := rapid.IntRange(0, 3)
		n := rapid.IntRange(1, 40).Draw(t, "samples")
		pred := rapid.SliceOfN(label, n, n).Draw(t, "pred")
		target := rapid.SliceOfN(label, n, n).Draw(t, "target")
		cut := rapid.IntRange(0, n).Draw(t, "cut")
		whole, parts := newMatrix(t, 4), newMatrix(t, 4)
		var accuracy metrics.Accuracy
		require.NoError(t, whole.Add(pred, target))
		for _, r := range [][2]int{{0, cut}, {cut, n}} {
			require.NoError(t, parts.Add(pred[r[0]:r[1]], target[r[0]:r[1]]))
			require.NoError(t, accuracy.Add(pred[r[0]:r[1]], target[r[0]:r[1]]))
		}
		require.Equal(t, whole, parts)
		require.Equal(t, whole.Accuracy(), accuracy.Value())
		require.Equal(t, n, accuracy.Count())
	})
}

func TestConfusionMatrixErrors(t *testing.T) {
	_, err := metrics.NewConfusionMatrix(0)
	require.ErrorContains(t, err, "at least 1 class, got 0")
	m := newMatrix(t, 3)
	tests := []struct {
		name         string
		pred, target []int
		want         string
	}{
		{"lengths", []int{0, 1}, []int{0}, "got 2 and 1"},
		{"prediction too large", []int{0, 3}, []int{0, 0}, "prediction 1: expected a class from 0 to 2, got 3"},
		{"prediction negative", []int{-1}, []int{0}, "prediction 0: expected a class from 0 to 2, got -1"},
		{"target too large", []int{0, 1, 2}, []int{0, 1, 9}, "target 2: expected a class from 0 to 2, got 9"},
		{"target negative", []int{0}, []int{-100}, "got -100"},
	}
	for _, tt := range tests {
		require.ErrorContains(t, m.Add(tt.pred, tt.target), tt.want, tt.name)
		require.Zero(t, m.Count(), "a batch with an error adds nothing")
	}
	var a metrics.Accuracy
	require.ErrorContains(t, a.Add([]int{1}, nil), "got 1 and 0")
	require.Zero(t, a.Count())
}

func TestMetricsBeforeTheFirstSample(t *testing.T) {
	m := newMatrix(t, 2)
	var a metrics.Accuracy
	var mean metrics.Mean
	require.NoError(t, m.Add(nil, nil))
	require.NoError(t, a.Add(nil, nil))
	require.NoError(t, mean.Add(3, 0))
	for _, v := range []float64{m.Accuracy(), m.MacroF1(), a.Value(), mean.Value()} {
		require.True(t, math.IsNaN(v))
	}
	require.Zero(t, m.Precision(0))
	require.Zero(t, m.F1(1))
}

func TestMean(t *testing.T) {
	var m metrics.Mean
	require.NoError(t, m.Add(1, 32))
	require.NoError(t, m.Add(4, 16))
	require.Equal(t, 2.0, m.Value(), "a short batch weighs less")
	require.Equal(t, 48, m.Count())
	require.NoError(t, m.Add(math.NaN(), 0), "no samples, no effect")
	require.Equal(t, 2.0, m.Value())
	require.ErrorContains(t, m.Add(1, -1), "got -1")
	require.Equal(t, 48, m.Count())
	require.NoError(t, m.Add(math.NaN(), 1))
	require.True(t, math.IsNaN(m.Value()))
	m.Reset()
	require.NoError(t, m.Add(5, 1))
	require.Equal(t, 5.0, m.Value())
}

func TestReset(t *testing.T) {
	m := newMatrix(t, 2)
	require.NoError(t, m.Add([]int{0, 1}, []int{1, 1}))
	m.Reset()
	require.Equal(t, newMatrix(t, 2), m)
	var a metrics.Accuracy
	require.NoError(t, a.Add([]int{0}, []int{0}))
	a.Reset()
	require.Zero(t, a.Count())
}

func TestTable(t *testing.T) {
	m := newMatrix(t, 4)
	require.NoError(t, m.Add([]int{0, 0, 0, 1}, []int{0, 0, 1, 1}))
	require.Equal(t, `class     precision  recall     F1  samples
cat           0.667   1.000  0.800        2
Möwe          1.000   0.500  0.667        2
2                 -       -      -        0
3                 -       -      -        0

accuracy                     0.750        4
macro-F1                     0.733
`, m.Table("cat", "Möwe"))
	require.Contains(t, m.Table("a name of twenty two"), "\na name of twenty two      0.667   1.000")
	require.Contains(t, newMatrix(t, 1).Table(), "accuracy                       NaN        0\n")
}
