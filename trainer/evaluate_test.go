package trainer_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/metrics"
)

// What Evaluate says is what the metrics say of all predictions at once.
func TestEvaluateIsWhatTheMetricsSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(t, "samples")
		ints := func(name string) []int {
			return rapid.SliceOfN(rapid.IntRange(0, 2), n, n).Draw(t, name)
		}
		target, predicted := ints("targets"), ints("predictions")
		x := make([][]float32, n)
		for i, p := range predicted {
			x[i] = []float32{float32(i), float32(p)}
		}
		batches := loaderOf(t, points{torch.New(x), torch.FromSlice(target)})
		model := &net{FC: nn.NewLinear(2, 3)}
		f1 := metrics.NewMacroF1(3)
		e, err := trainer.Evaluate(context.Background(), model, batches, func(b point) (*torch.Tensor, metrics.Classified) {
			require.False(t, torch.IsGradEnabled())
			predicted := b.X.Select(1, 1).To(torch.Int64)
			scores := torch.New([][]float32{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}).IndexSelect(0, predicted)
			return b.X.Select(1, 0).Mean(), metrics.Classified{Scores: scores, Target: b.Class}
		}, metrics.NewAccuracy(), f1)
		require.NoError(t, err)
		require.False(t, model.FC.Training(), "the model stays in evaluation mode")
		want := metrics.NewConfusionMatrix(3)
		want.Update(metrics.Classified{Scores: torch.FromSlice(predicted), Target: torch.FromSlice(target)})
		require.Equal(t, want.Table(), f1.Table())
		require.Equal(t, want.Accuracy(), e.Metric("accuracy"))
		require.Equal(t, want.MacroF1(), e.Metric("macro-F1"))
		require.InDelta(t, float64(n-1)/2, e.Loss, 1e-5, "the mean of 0 to n-1")
	})
}

func TestEvaluateNothing(t *testing.T) {
	fit, model := newTrainer(t, 1)
	none := loaderOf(t, points{torch.Zeros(torch.Shape{0, 2}), torch.Zeros(torch.Shape{0}, torch.Int64)})
	e, err := trainer.Evaluate(t.Context(), model, none, fit.Step)
	require.NoError(t, err)
	require.Zero(t, e)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = trainer.Evaluate(ctx, model, fit.Validate, fit.Step)
	require.ErrorIs(t, err, context.Canceled)
}
