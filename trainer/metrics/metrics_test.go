package metrics_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/torch"
	"multitorch/trainer/metrics"
)

// classes are predictions and targets as a batch.
func classes(pred, target []int) metrics.Classified {
	return metrics.Classified{Scores: torch.FromSlice(pred), Target: torch.FromSlice(target)}
}

func compute(t require.TestingT, m interface{ Compute() (float64, error) }) float64 {
	v, err := m.Compute()
	require.NoError(t, err)
	return v
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
			m := metrics.NewConfusionMatrix(c.Classes)
			half := len(c.Pred) / 2
			m.Update(classes(c.Pred[:half], c.Target[:half]))
			m.Update(classes(c.Pred[half:], c.Target[half:]))
			require.NoError(t, m.Err())
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
			a, f1 := metrics.NewAccuracy(), metrics.NewMacroF1(c.Classes)
			a.Update(classes(c.Pred, c.Target))
			f1.Update(classes(c.Pred, c.Target))
			require.Equal(t, m.Accuracy(), compute(t, a))
			require.Equal(t, m.MacroF1(), compute(t, f1))
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
		whole, parts := metrics.NewConfusionMatrix(4), metrics.NewConfusionMatrix(4)
		accuracy := metrics.NewAccuracy()
		whole.Update(classes(pred, target))
		for _, r := range [][2]int{{0, cut}, {cut, n}} {
			parts.Update(classes(pred[r[0]:r[1]], target[r[0]:r[1]]))
			accuracy.Update(classes(pred[r[0]:r[1]], target[r[0]:r[1]]))
		}
		require.Equal(t, whole.Table(), parts.Table())
		require.Equal(t, whole.Accuracy(), compute(t, accuracy))
		require.Equal(t, n, whole.Count())
	})
}

// panicOf is the error that f panics with.
func panicOf(t *testing.T, f func()) error {
	err := torch.Try(func() error { f(); return nil })
	require.Error(t, err)
	return err
}

func TestShapesThatDoNotFit(t *testing.T) {
	require.ErrorContains(t, panicOf(t, func() { metrics.NewConfusionMatrix(0) }), "at least 1 class, but got 0")
	floats := func(shape ...int) *torch.Tensor { return torch.Zeros(shape) }
	ints := func(shape ...int) *torch.Tensor { return torch.Zeros(shape, torch.Int64) }
	for name, c := range map[string]struct {
		batch metrics.Classified
		want  string
	}{
		"lengths":            {classes([]int{0, 1}, []int{0}), "got scores [2] (int64) and targets [1] (int64)"},
		"no classes":         {metrics.Classified{Scores: floats(3), Target: ints(3)}, "with a score for each class"},
		"a pixel's target":   {metrics.Classified{Scores: floats(2, 3, 4, 4), Target: ints(2)}, "targets [N, ...]"},
		"other classes":      {metrics.Classified{Scores: floats(2, 3), Target: floats(2, 4)}, "probabilities of the scores' shape"},
		"a mask of its own":  {metrics.Classified{Scores: floats(2, 3), Target: ints(2), Ignore: floats(3)}, "Ignore of the targets' shape"},
		"targets are floats": {metrics.Classified{Scores: floats(2, 3), Target: floats(2)}, "or classes of an integer type"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, m := range []metrics.Metric[metrics.Classified]{metrics.NewAccuracy(), metrics.NewMacroF1(3)} {
				err := panicOf(t, func() { m.Update(c.batch) })
				require.ErrorContains(t, err, "metrics: expected ")
				require.ErrorContains(t, err, c.want)
				require.True(t, math.IsNaN(compute(t, m)), "a batch with an error adds nothing")
			}
		})
	}
	require.ErrorContains(t, panicOf(t, func() {
		metrics.NewMacroF1(3).Update(metrics.Classified{Scores: floats(2, 4), Target: ints(2)})
	}), "the matrix's 3 classes")
}

func TestLabelsThatAreNoClass(t *testing.T) {
	for _, bad := range [][2][]int{{{0, 3}, {0, 0}}, {{-1}, {0}}, {{0, 1, 2}, {0, 1, 9}}, {{0}, {-1}}} {
		m := metrics.NewMacroF1(3)
		m.Update(classes([]int{0}, []int{0}))
		m.Update(classes(bad[0], bad[1]))
		_, err := m.Compute()
		require.ErrorContains(t, err, "1 targets or predictions are no class: expected classes from 0 to 2")
		m.Reset()
		require.True(t, math.IsNaN(compute(t, m)))
	}
	a := metrics.NewAccuracy()
	a.Update(metrics.Classified{Scores: torch.Zeros(torch.Shape{2, 3}), Target: torch.New([]int{0, 3})})
	_, err := a.Compute()
	require.ErrorContains(t, err, "1 targets are classes that there is no score for")
}

// Targets that count for nothing change nothing: the figures are those of the others alone.
func TestTargetsThatCountForNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(t, "samples")
		label := rapid.SliceOfN(rapid.IntRange(0, 3), n, n)
		pred, target := label.Draw(t, "pred"), label.Draw(t, "target")
		ignore := rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "ignore")
		var keptPred, keptTarget []int
		marked := make([]int, n)
		for i := range n {
			if marked[i] = -100; !ignore[i] {
				marked[i] = target[i]
				keptPred, keptTarget = append(keptPred, pred[i]), append(keptTarget, target[i])
			}
		}
		masked := classes(pred, target)
		masked.Ignore = torch.FromSlice(ignore)
		for _, batch := range []metrics.Classified{classes(pred, marked), masked} {
			require.EqualValues(t, len(keptPred), batch.Weight().Item())
			require.Equal(t, n, batch.Samples())
			m, a := metrics.NewConfusionMatrix(4), metrics.NewAccuracy()
			m.Update(batch)
			a.Update(batch)
			want := metrics.NewConfusionMatrix(4)
			if len(keptPred) > 0 {
				want.Update(classes(keptPred, keptTarget))
			}
			require.NoError(t, m.Err())
			require.Equal(t, want.Table(), m.Table())
			require.Equal(t, fmt.Sprint(want.Accuracy()), fmt.Sprint(compute(t, a)))
		}
	})
}

// Scores win by the highest; so do class probabilities as targets, and each pixel of a picture counts.
func TestScoresAndProbabilities(t *testing.T) {
	scores := torch.New([][]float32{{0, 2, 1}, {5, 2, 1}, {0, 0, 1}})
	for _, target := range []*torch.Tensor{
		torch.New([]int64{1, 1, 2}), torch.New([]uint8{1, 1, 2}),
		torch.New([][]float32{{0.1, 0.8, 0.1}, {0.2, 0.5, 0.3}, {0, 0, 1}}),
	} {
		a, f1 := metrics.NewAccuracy(), metrics.NewMacroF1(3)
		batch := metrics.Classified{Scores: scores, Target: target}
		a.Update(batch)
		f1.Update(batch)
		require.InDelta(t, 2./3, compute(t, a), 1e-15)
		require.InDelta(t, (0+2./3+1)/3, compute(t, f1), 1e-15)
		require.EqualValues(t, 3, batch.Weight().Item())
	}
	pixels := metrics.Classified{Scores: scores.T().Unsqueeze(0), Target: torch.New([][]int64{{1, -100, 2}})}
	a := metrics.NewAccuracy()
	a.Update(pixels)
	require.Equal(t, 1.0, compute(t, a))
}

func TestMetricsBeforeTheFirstSample(t *testing.T) {
	m, a := metrics.NewMacroF1(2), metrics.NewAccuracy()
	var mean metrics.Mean
	require.True(t, math.IsNaN(mean.Compute()))
	none := metrics.Classified{Scores: torch.Zeros(torch.Shape{0, 2}), Target: torch.Zeros(torch.Shape{0}, torch.Int64)}
	m.Update(none)
	a.Update(none)
	mean.Add(torch.New(3.), 0)
	for _, v := range []float64{m.Accuracy(), m.MacroF1(), compute(t, a), mean.Compute()} {
		require.True(t, math.IsNaN(v))
	}
	require.Zero(t, m.Precision(0))
	require.Zero(t, m.F1(1))
}

func TestMean(t *testing.T) {
	var m metrics.Mean
	m.Add(torch.New(float32(1)), 32)
	m.Add(torch.New(float32(4)), torch.New(16))
	require.Equal(t, 2.0, m.Compute(), "a short batch weighs less")
	m.Add(torch.New(math.NaN()), 0)
	require.Equal(t, 2.0, m.Compute(), "no samples, no effect")
	m.Add(torch.New(math.NaN()), 1)
	require.True(t, math.IsNaN(m.Compute()))
	m.Reset()
	m.Add(torch.New(5.), 1)
	require.Equal(t, 5.0, m.Compute())
}

// Of lets a metric look at a part of another output.
func TestOf(t *testing.T) {
	type output struct{ first, second metrics.Classified }
	m := metrics.Of(metrics.NewAccuracy(), func(o output) metrics.Classified { return o.second })
	m.Update(output{classes([]int{0}, []int{1}), classes([]int{1}, []int{1})})
	values, err := metrics.Compute([]metrics.Metric[output]{m})
	require.NoError(t, err)
	require.Equal(t, []metrics.Value{{Name: "accuracy", Value: 1, Share: true}}, values)
	require.Equal(t, "accuracy 100.0 %", values[0].String())
	require.Equal(t, "macro-F1 0.5000", metrics.Value{Name: "macro-F1", Value: 0.5}.String())
}

// What a metric keeps outlives the scope of the batch that it saw first.
func TestMetricsOutliveABatch(t *testing.T) {
	ms := []metrics.Metric[metrics.Classified]{metrics.NewAccuracy(), metrics.NewMacroF1(2)}
	for range 2 {
		torch.Scoped(func(s *torch.Scope) {
			batch := metrics.Classified{
				Scores: s.Own(torch.New([]int64{0, 1})), Target: s.Own(torch.New([]int64{0, 1})),
			}
			for _, m := range ms {
				m.Update(batch)
			}
		})
	}
	for _, m := range ms {
		require.Equal(t, 1.0, compute(t, m))
	}
}

func TestTable(t *testing.T) {
	m := metrics.NewConfusionMatrix(4)
	m.Update(classes([]int{0, 0, 0, 1}, []int{0, 0, 1, 1}))
	require.Equal(t, `class     precision  recall     F1  samples
cat           0.667   1.000  0.800        2
Möwe          1.000   0.500  0.667        2
2                 -       -      -        0
3                 -       -      -        0

accuracy                     0.750        4
macro-F1                     0.733
`, m.Table("cat", "Möwe"))
	require.Contains(t, m.Table("a name of twenty two"), "\na name of twenty two      0.667   1.000")
	require.Contains(t, metrics.NewConfusionMatrix(1).Table(), "accuracy                       NaN        0\n")
}
