package metrics_test

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/torch"
	"multitorch/trainer/metrics"
)

type averages struct{ Precision, Recall, F1, AUC, AP float64 }

// TestScoresEqualScikitLearn compares with what testdata/make_scores.py wrote, in batches of any size.
func TestScoresEqualScikitLearn(t *testing.T) {
	raw, err := os.ReadFile("testdata/scores.json")
	require.NoError(t, err)
	var golden struct {
		Cases []struct {
			Classes  int
			Target   []int64
			Scores   [][]float64
			Top      map[string]float64
			Averages map[metrics.Average]averages

			Perplexity float64
		}
		Regressions []struct {
			Output, Target [][]float64
			MSE, MAE, R2   float64
		}
	}
	require.NoError(t, json.Unmarshal(raw, &golden))
	require.Len(t, golden.Cases, 24)
	const tolerance = 1e-12
	perplexities := 0
	defer func() { require.Greater(t, perplexities, 10) }()
	for i, c := range golden.Cases {
		scores, target := torch.New(c.Scores, torch.Float64), torch.New(c.Target)
		check := func(want float64, m metrics.Metric[metrics.Classified]) {
			n := len(c.Target)
			for _, cut := range []int{0, 1, n / 3, n} {
				m.Reset()
				for _, r := range [][2]int{{0, cut}, {cut, n}} {
					m.Update(metrics.Classified{Scores: scores.Slice(0, r[0], r[1], 1), Target: target.Slice(0, r[0], r[1], 1)})
				}
				require.InDelta(t, want, compute(t, m), tolerance, "case %d, %s, cut at %d", i, m.Name(), cut)
			}
		}
		for k, want := range c.Top {
			top, err := strconv.Atoi(k)
			require.NoError(t, err)
			check(want, metrics.NewTopK(top))
		}
		check(1, metrics.NewTopK(c.Classes+3))
		if !slices.ContainsFunc(c.Scores, func(p []float64) bool { return slices.Contains(p, 0) }) {
			m := metrics.NewPerplexity() // of logarithms, whose softmax the scores are
			for _, r := range [][2]int{{0, len(c.Target) / 3}, {len(c.Target) / 3, len(c.Target)}} {
				m.Update(metrics.Classified{Scores: scores.Slice(0, r[0], r[1], 1).Log(), Target: target.Slice(0, r[0], r[1], 1)})
			}
			require.InDelta(t, c.Perplexity, compute(t, m), 1e-9)
			perplexities++
		}
		for average, want := range c.Averages {
			check(want.Precision, metrics.NewPrecision(c.Classes, average))
			check(want.Recall, metrics.NewRecall(c.Classes, average))
			check(want.F1, metrics.NewF1(c.Classes, average))
			if average != metrics.Micro && average != metrics.Binary {
				check(want.AUC, metrics.NewAUC(average))
				check(want.AP, metrics.NewAveragePrecision(average))
			}
		}
		if c.Classes == 2 { // the second's scores alone do as well
			m := metrics.NewAUC(metrics.Macro)
			m.Update(metrics.Classified{Scores: scores.Select(1, 1), Target: target})
			require.InDelta(t, c.Averages["macro"].AUC, compute(t, m), tolerance)
		}
	}
	for _, c := range golden.Regressions {
		output, target := torch.New(c.Output, torch.Float64), torch.New(c.Target, torch.Float64)
		for name, m := range map[string]struct {
			metrics.Metric[metrics.Regressed]
			want float64
		}{"MSE": {metrics.NewMSE(), c.MSE}, "MAE": {metrics.NewMAE(), c.MAE}, "R2": {metrics.NewR2(), c.R2}} {
			require.Equal(t, name, m.Name())
			for _, cut := range []int{0, 1, len(c.Target)} {
				m.Reset()
				for _, r := range [][2]int{{0, cut}, {cut, len(c.Target)}} {
					m.Update(metrics.Regressed{Output: output.Slice(0, r[0], r[1], 1), Target: target.Slice(0, r[0], r[1], 1)})
				}
				require.InDelta(t, m.want, compute(t, m), 1e-9*(1+math.Abs(m.want)), name)
			}
		}
	}
}

// Ranks are those that sorting all items by their cosine gives, whatever the batches; equal ones are before.
func TestRetrieval(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, cut := rapid.IntRange(1, 20).Draw(t, "pairs"), 0
		cut = rapid.IntRange(0, n).Draw(t, "cut")
		value := rapid.SampledFrom([]float32{-3, 3}) // of length 6: the cosines are exact
		query, item := rapid.SliceOfN(value, 4*n, 4*n).Draw(t, "query"), rapid.SliceOfN(value, 4*n, 4*n).Draw(t, "item")
		ways := rapid.IntRange(1, 2).Draw(t, "ways")
		group := rapid.SliceOfN(rapid.Int64Range(0, 5), ways*n, ways*n).Draw(t, "group")
		alike := func(i, j int) bool {
			return group[ways*i] == group[ways*j] || group[ways*i+ways-1] == group[ways*j+ways-1]
		}
		groups := torch.FromSlice(group, n, ways)
		if ways == 1 && rapid.Bool().Draw(t, "flat") {
			groups = groups.Flatten(0, 1)
		}
		pairs := metrics.Pairs{Query: torch.FromSlice(query, n, 4), Item: torch.FromSlice(item, n, 4), Group: groups}
		require.Equal(t, n, pairs.Samples())
		unit := func(x *torch.Tensor) *torch.Tensor { return x.Div(x.NormP(2, 1).Unsqueeze(1).Clamp(1e-12, nil)) }
		scores := torch.ToNested[[][]float32](unit(pairs.Query).Matmul(unit(pairs.Item).T()))
		var ranks []float64
		for i, row := range scores {
			best, before := float32(-2), 0
			for j := range row {
				if alike(i, j) {
					best = max(best, row[j])
				}
			}
			for j := range row {
				if !alike(i, j) && row[j] >= best {
					before++
				}
			}
			ranks = append(ranks, float64(1+before))
		}
		mean := func(f func(float64) float64) float64 {
			sum := 0.
			for _, r := range ranks {
				sum += f(r)
			}
			return sum / float64(n)
		}
		sorted := slices.Sorted(slices.Values(ranks))
		for _, c := range []struct {
			m    metrics.Metric[metrics.Pairs]
			name string
			want float64
		}{
			{metrics.NewRecallAt(1, ""), "R@1", mean(func(r float64) float64 { return map[bool]float64{true: 1}[r <= 1] })},
			{metrics.NewRecallAt(5, "a->b"), "a->b R@5", mean(func(r float64) float64 { return map[bool]float64{true: 1}[r <= 5] })},
			{metrics.NewMRR(""), "MRR", mean(func(r float64) float64 { return 1 / r })},
			{metrics.NewMedianRank("x"), "x median-rank", (sorted[(n-1)/2] + sorted[n/2]) / 2},
		} {
			require.Equal(t, c.name, c.m.Name())
			for _, r := range [][2]int{{0, cut}, {cut, n}} {
				c.m.Update(metrics.Pairs{
					Query: pairs.Query.Slice(0, r[0], r[1], 1), Item: pairs.Item.Slice(0, r[0], r[1], 1), Group: pairs.Group.Slice(0, r[0], r[1], 1),
				})
			}
			require.InDelta(t, c.want, compute(t, c.m), 1e-12, c.name)
		}
	})
	alone := metrics.NewRecallAt(1, "")
	x := torch.Randn(torch.Shape{1500, 8})
	alone.Update(metrics.Pairs{Query: x, Item: x})
	require.Equal(t, 1., compute(t, alone), "more than are compared at once")
	alike := metrics.NewRecallAt(3, "")
	alike.Update(metrics.Pairs{Query: torch.Ones(torch.Shape{4, 2}), Item: torch.Ones(torch.Shape{4, 2})})
	require.Zero(t, compute(t, alike), "who holds all for alike finds nothing")
}

func TestScalar(t *testing.T) {
	type output struct{ loss *torch.Tensor }
	m := metrics.NewScalar("image loss", func(o output) *torch.Tensor { return o.loss })
	require.True(t, math.IsNaN(compute(t, m)))
	m.Update(output{torch.New(1.)})
	m.Update(output{torch.New(4.)})
	require.Equal(t, 2.5, compute(t, m))
	require.Equal(t, "image loss", m.Name())
}

func TestScoresThatDoNotFit(t *testing.T) {
	floats, ints := torch.Zeros(torch.Shape{2, 3}), torch.Zeros(torch.Shape{2}, torch.Int64)
	for want, f := range map[string]func(){
		"expected k of at least 1, but got 0": func() { metrics.NewTopK(0) },
		`average "mean": expected`:            func() { metrics.NewF1(3, "mean") },
		`average "micro": expected`:           func() { metrics.NewAUC(metrics.Micro) },
		"with a score for each class":         func() { metrics.NewTopK(1).Update(metrics.Classified{Scores: ints, Target: ints}) },
		"expected scores [N, C], or [N]":      func() { metrics.NewAUC(metrics.Macro).Update(metrics.Classified{Scores: ints, Target: ints}) },
		"a target for each row of scores": func() {
			metrics.NewAUC(metrics.Macro).Update(metrics.Classified{Scores: floats, Target: torch.Zeros(torch.Shape{3}, torch.Int64)})
		},
		"queries and items as floats": func() { metrics.NewMRR("").Update(metrics.Pairs{Query: floats, Item: floats.T()}) },
		"with the same K each time": func() {
			m := metrics.NewMRR("")
			m.Update(metrics.Pairs{Query: floats, Item: floats, Group: ints.Slice(0, 0, floats.Size(0), 1)})
			m.Update(metrics.Pairs{Query: floats, Item: floats, Group: torch.Zeros(torch.Shape{floats.Size(0), 5}, torch.Int64)})
		},
		"k of at least 1":        func() { metrics.NewRecallAt(-1, "") },
		"as floats of one shape": func() { metrics.NewMSE().Update(metrics.Regressed{Output: floats, Target: floats.T()}) },
	} {
		require.ErrorContains(t, panicOf(t, f), want)
	}
	top := metrics.NewTopK(2)
	top.Update(metrics.Classified{Scores: floats, Target: torch.New([]int64{0, 3})})
	_, err := top.Compute()
	require.ErrorContains(t, err, "1 targets are classes that there is no score for")

	auc := metrics.NewAUC(metrics.Macro)
	for _, c := range []struct {
		scores, target any
		want           string
	}{{[][]float32{{0, 1, 2}}, []int64{7}, "a target is 7"}, {[][]float32{{0, 1, float32(math.NaN())}}, []int64{1}, "the score of sample 0 is NaN"}} {
		auc.Reset()
		auc.Update(metrics.Classified{Scores: torch.New(c.scores), Target: torch.New(c.target)})
		_, err := auc.Compute()
		require.ErrorContains(t, err, c.want)
	}
	nan := metrics.NewMRR("")
	nan.Update(metrics.Pairs{Query: torch.Full(torch.Shape{2, 2}, math.NaN()), Item: torch.Ones(torch.Shape{2, 2})})
	_, err = nan.Compute()
	require.ErrorContains(t, err, "NaN or infinite")

	// Nothing yet, and a class that nobody has, are NaN and left out.
	for _, m := range []interface{ Compute() (float64, error) }{
		metrics.NewTopK(1), metrics.NewF1(3, metrics.Macro), metrics.NewAUC(metrics.Macro), metrics.NewAveragePrecision(metrics.Macro),
		metrics.NewMRR(""), metrics.NewMedianRank(""), metrics.NewRecallAt(1, ""), metrics.NewMSE(), metrics.NewR2(),
	} {
		require.True(t, math.IsNaN(compute(t, m)))
	}
	auc.Reset()
	auc.Update(metrics.Classified{Scores: torch.New([][]float32{{3, 1, 0}, {1, 3, 0}}), Target: torch.New([]int64{0, 1})})
	require.Equal(t, 1., compute(t, auc), "the third class has no samples")
	auc.Reset()
	auc.Update(metrics.Classified{Scores: torch.New([][]float32{{3, 1}, {1, 3}, {0, 9}}), Target: torch.New([]int64{0, 1, -100})})
	require.Equal(t, 1., compute(t, auc), "-100 counts for nothing")
}

// What the new metrics keep outlives a batch's scope.
func TestScoresOutliveABatch(t *testing.T) {
	top, auc, mrr, r2 := metrics.NewTopK(1), metrics.NewAUC(metrics.Macro), metrics.NewMRR(""), metrics.NewR2()
	for range 2 {
		torch.Step(func() {
			c := metrics.Classified{Scores: torch.New([][]float32{{1, 0}, {0, 1}}), Target: torch.New([]int64{0, 1})}
			top.Update(c)
			auc.Update(c)
			x := torch.Randn(torch.Shape{3, 4})
			mrr.Update(metrics.Pairs{Query: x, Item: x})
			r2.Update(metrics.Regressed{Output: x, Target: x})
		})
	}
	for _, m := range []interface{ Compute() (float64, error) }{top, auc, mrr, r2} {
		require.Equal(t, 1., compute(t, m))
	}
}
