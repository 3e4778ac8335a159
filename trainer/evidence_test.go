package trainer_test

import (
	"context"
	"iter"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/metrics"
)

// words is a batch of sentences of one length, with a class for each word; -100 is padding.
type words struct{ X, Class *torch.Tensor }

type sentences [][][]int64 // batches of rows of classes

func (s sentences) Len() int { return len(s) }

func (s sentences) All(context.Context) iter.Seq2[words, error] {
	return func(yield func(words, error) bool) {
		for _, rows := range s {
			class := torch.New(rows)
			// what a word is can be learned of its class and its place
			x := torch.Stack([]*torch.Tensor{class.Float().Sin(), torch.Arange(0, class.Size(1), 1).Float().Cos().ExpandAs(class)}, -1)
			if !yield(words{x, class}, nil) {
				return
			}
		}
	}
}

// Batches of ragged lengths, padded, have in k parts the gradients that they have as one large batch, where every word counts the
// same: to 1e-6 in the weights after three epochs. In one part it is the very bits.
func TestAccumulateRagged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const longest = 9
		var all [][]int64
		for range rapid.IntRange(2, 12).Draw(t, "sentences") {
			row := make([]int64, longest)
			length := rapid.IntRange(1, longest).Draw(t, "length")
			for i := range row {
				if row[i] = -100; i < length {
					row[i] = int64(rapid.IntRange(0, 2).Draw(t, "class"))
				}
			}
			all = append(all, row)
		}
		var parts sentences
		for rest := all; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "part")
			parts, rest = append(parts, rest[:n]), rest[n:]
		}
		clip := rapid.SampledFrom([]float64{0, 0.1}).Draw(t, "clip")
		policy := rapid.SampledFrom([]trainer.NaNPolicy{trainer.NaNLoss, trainer.NaNFail, trainer.NaNSkip}).Draw(t, "policy")
		train := func(s sentences, accumulate int) (weights []float32, losses []float64) {
			torch.ManualSeed(3)
			m := nn.NewLinear(2, 3)
			fit := &trainer.Trainer[words, metrics.Classified]{
				Model: m, Optimizer: optim.NewSGD(nn.Parameters(m), optim.LR(0.5)), Epochs: 3, Train: s,
				Accumulate: accumulate, Clip: trainer.Clip{Norm: clip}, NaN: policy,
				Step: func(b words) (*torch.Tensor, metrics.Classified) {
					scores := m.Forward(b.X).Transpose(1, 2)
					return nn.NewCrossEntropyLoss().Forward(scores, b.Class), metrics.Classified{Scores: scores, Target: b.Class}
				},
				Hooks: []trainer.Hook{onStep(func(s trainer.Step) error { losses = append(losses, s.Loss); return nil })},
			}
			require.NoError(t, fit.Fit(context.Background()))
			for _, p := range nn.Parameters(m) {
				weights = append(weights, torch.ToSlice[float32](p.Detach().Flatten(0, -1))...)
			}
			return weights, losses
		}
		want, wantLosses := train(sentences{all}, 1)
		got, losses := train(parts, len(parts))
		require.InDeltaSlice(t, want, got, 1e-6)
		require.InDeltaSlice(t, wantLosses, losses, 1e-6)
		if len(parts) == 1 {
			require.Equal(t, want, got)
		}
	})
}

// An evaluation of a million samples takes no more memory than one of a tenth of them.
func TestEvaluationInConstantMemory(t *testing.T) {
	torch.ManualSeed(1)
	model := &net{FC: nn.NewLinear(2, 3)}
	const batch = 10_000
	peak := func(n int) (bytes int64, resident int) {
		points := trainer.Count(n)
		step := func(i int) (*torch.Tensor, metrics.Classified) {
			x, class := torch.Rand(torch.Shape{batch, 2}), torch.Randint(0, 3, torch.Shape{batch})
			scores := model.FC.Forward(x)
			bytes = max(bytes, torch.Memory().Bytes)
			return nn.NewCrossEntropyLoss().Forward(scores, class), metrics.Classified{Scores: scores, Target: class}
		}
		e, err := trainer.Evaluate(t.Context(), model, points, step, metrics.Metric[metrics.Classified](metrics.NewAccuracy()),
			metrics.NewMacroF1(3), metrics.NewTopK(2), metrics.NewPerplexity())
		require.NoError(t, err)
		require.Equal(t, n*batch, e.Samples)
		runtime.GC()
		return bytes, residentMiB(t)
	}
	before, small := peak(10)
	after, large := peak(100)
	t.Logf("1e5 samples: %d bytes of tensors at most, %d MiB; 1e6: %d bytes, %d MiB", before, small, after, large)
	require.LessOrEqual(t, after, before+before/4)
	require.LessOrEqual(t, large, small+32)
}

func residentMiB(t *testing.T) int { return resident(t) >> 20 }
