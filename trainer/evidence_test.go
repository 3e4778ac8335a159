package trainer_test

import (
	"context"
	"iter"
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
