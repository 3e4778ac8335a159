package metrics_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/torch"
	"multitorch/trainer/metrics"
)

// summed is a metric with what it needs for a test: a batch of n samples.
type summed interface {
	compute() float64
	update(seed int64, n int)
	state() metrics.Stateful
	reset()
}

type of[O any] struct {
	metrics.Metric[O]
	batch func(n int) O
}

func (m of[O]) compute() float64 {
	v, err := m.Compute()
	if err != nil {
		return math.Inf(1)
	}
	return v
}

func (m of[O]) update(seed int64, n int) {
	torch.ManualSeed(seed)
	m.Update(m.batch(n))
}

func (m of[O]) state() metrics.Stateful {
	s, _ := metrics.StateOf(m.Metric)
	return s
}

func (m of[O]) reset() { m.Reset() }

func classified(n int) metrics.Classified {
	return metrics.Classified{Scores: torch.Rand(torch.Shape{n, 3}), Target: torch.Randint(0, 3, torch.Shape{n})}
}

func regressed(n int) metrics.Regressed {
	return metrics.Regressed{Output: torch.Rand(torch.Shape{n, 2}), Target: torch.Rand(torch.Shape{n, 2})}
}

func pairs(n int) metrics.Pairs {
	return metrics.Pairs{Query: torch.Randn(torch.Shape{n, 4}), Item: torch.Randn(torch.Shape{n, 4})}
}

func transcribed(n int) (t metrics.Transcribed) {
	for _, v := range torch.ToSlice[int64](torch.Randint(0, 1000, torch.Shape{n})) {
		t.Reference = append(t.Reference, fmt.Sprint(v, " and ", v/7))
		t.Understood = append(t.Understood, fmt.Sprint(v/3, " end ", v/7))
	}
	return t
}

// all makes every metric of the package.
func all() map[string]summed {
	return map[string]summed{
		"accuracy":   of[metrics.Classified]{metrics.NewAccuracy(), classified},
		"top-2":      of[metrics.Classified]{metrics.NewTopK(2), classified},
		"macro-F1":   of[metrics.Classified]{metrics.NewMacroF1(3), classified},
		"precision":  of[metrics.Classified]{metrics.NewPrecision(3, metrics.Weighted), classified},
		"recall":     of[metrics.Classified]{metrics.NewRecall(3, metrics.Macro), classified},
		"F1":         of[metrics.Classified]{metrics.NewF1(3, metrics.Micro), classified},
		"perplexity": of[metrics.Classified]{metrics.NewPerplexity(), classified},
		"AUC":        of[metrics.Classified]{metrics.NewAUC(metrics.Macro), classified},
		"AP":         of[metrics.Classified]{metrics.NewAveragePrecision(metrics.Weighted), classified},
		"MSE":        of[metrics.Regressed]{metrics.NewMSE(), regressed},
		"MAE":        of[metrics.Regressed]{metrics.NewMAE(), regressed},
		"R2":         of[metrics.Regressed]{metrics.NewR2(), regressed},
		"R@3":        of[metrics.Pairs]{metrics.NewRecallAt(3, ""), pairs},
		"median":     of[metrics.Pairs]{metrics.NewMedianRank(""), pairs},
		"MRR":        of[metrics.Pairs]{metrics.NewMRR(""), pairs},
		"CER":        of[metrics.Transcribed]{metrics.NewCER(), transcribed},
		"WER":        of[metrics.Transcribed]{metrics.NewWER(), transcribed},
		"scalar": of[metrics.Regressed]{
			metrics.NewScalar("scalar", func(r metrics.Regressed) *torch.Tensor { return r.Output.Mean() }), regressed,
		},
		"picked": of[int]{
			metrics.Of(metrics.Metric[metrics.Classified](metrics.NewAccuracy()), classified), func(n int) int { return n },
		},
	}
}

// Sums that were taken out and put back go on as if nothing had been, to the last bit.
func TestStateGoesOn(t *testing.T) {
	whole, parts := all(), all()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{
			"accuracy", "top-2", "macro-F1", "precision", "recall", "F1", "AUC", "AP", "MSE", "MAE", "R2", "R@3", "median", "MRR", "CER",
			"WER", "scalar", "picked", "perplexity",
		}).Draw(t, "metric")
		require.Len(t, whole, 19)
		a, b := whole[name], parts[name]
		a.reset()
		b.reset()
		sizes := rapid.SliceOfN(rapid.IntRange(1, 6), 1, 5).Draw(t, "sizes")
		cut := rapid.IntRange(0, len(sizes)).Draw(t, "cut")
		for i, n := range sizes {
			if i == cut {
				saved := b.state().State()
				b.reset()
				require.NoError(t, b.state().Merge(saved))
			}
			a.update(int64(i), n)
			b.update(int64(i), n)
		}
		require.Equal(t, fmt.Sprint(a.compute()), fmt.Sprint(b.compute())) // NaN too
	})
}

// What several processes measured is put together.
func TestStatesMerge(t *testing.T) {
	for name := range all() {
		whole, first, second := all()[name], all()[name], all()[name]
		for i := range 4 {
			whole.update(int64(i), 2+i)
			[]summed{first, second}[i/2].update(int64(i), 2+i)
		}
		require.NoError(t, first.state().Merge(second.state().State()), name)
		require.InDelta(t, whole.compute(), first.compute(), 1e-15, name)
		require.NoError(t, first.state().Merge(nil), name)
		require.InDelta(t, whole.compute(), first.compute(), 1e-15, name)
	}
}

func TestStateOfAMean(t *testing.T) {
	var a, b metrics.Mean
	a.Add(torch.New(0.5), 3)
	a.Add(torch.New(0.25), torch.New(2.0))
	require.NoError(t, b.Merge(a.State()))
	require.Equal(t, a.Compute(), b.Compute())
}

func TestStatesThatDoNotFit(t *testing.T) {
	for name, m := range all() {
		for _, state := range [][]*torch.Tensor{
			{},
			{nil},
			{torch.New([]float32{1, 2})},
			{torch.Zeros(torch.Shape{2, 2}), torch.Zeros(torch.Shape{2, 3}), torch.Zeros(torch.Shape{1}), torch.Zeros(torch.Shape{1})},
		} {
			require.Error(t, m.state().Merge(state), name)
		}
		require.Nil(t, m.state().State(), name)
	}
	r := metrics.NewRecallAt(1, "")
	r.Update(pairs(2))
	grouped := pairs(2)
	grouped.Group = torch.New([]int64{0, 0})
	other := metrics.NewRecallAt(1, "")
	other.Update(grouped)
	require.ErrorContains(t, r.Merge(other.State()), "expected one for all or for none")
}
