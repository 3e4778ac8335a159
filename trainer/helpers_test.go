package trainer_test

import (
	"context"
	"errors"
	"iter"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/metrics"
)

// point is a sample of a small problem: which of 3 classes x belongs to.
type point struct{ X, Class *torch.Tensor }

type points struct{ x, class *torch.Tensor }

func (p points) Len() int { return p.class.Size(0) }

func (p points) Get(i int) (point, error) {
	return point{p.x.Select(0, i), p.class.Select(0, i)}, nil
}

// newPoints has each class around a place of its own.
func newPoints(n int) points {
	class := torch.Randint(0, 3, torch.Shape{n})
	centre := torch.New([][]float32{{3, 0}, {0, 3}, {-3, -3}})
	return points{centre.IndexSelect(0, class).Add(torch.Randn(torch.Shape{n, 2})), class}
}

type net struct {
	nn.Base
	FC *nn.Linear
}

type fitter = trainer.Trainer[point, metrics.Classified]

// onStep, onEpoch, onEnd and onStart are hooks that are functions.
type (
	onStart func(trainer.Start) error
	onStep  func(trainer.Step) error
	onEpoch func(trainer.Epoch) error
	onEnd   func(trainer.End) error
)

func (onStart) Name() string                    { return "on start" }
func (onStep) Name() string                     { return "on step" }
func (onEpoch) Name() string                    { return "on epoch" }
func (onEnd) Name() string                      { return "on end" }
func (f onStart) OnStart(s trainer.Start) error { return f(s) }
func (f onStep) OnStep(s trainer.Step) error    { return f(s) }
func (f onEpoch) OnEpoch(e trainer.Epoch) error { return f(e) }
func (f onEnd) OnEnd(e trainer.End) error       { return f(e) }

func hook(f *fitter, h trainer.Hook) { f.Hooks = append(f.Hooks, h) }

// newTrainer trains a linear model on 20 points in batches of 8, 8 and 4.
func newTrainer(t testing.TB, epochs int) (*fitter, *net) {
	torch.ManualSeed(1)
	model := &net{FC: nn.NewLinear(2, 3)}
	criterion := nn.NewCrossEntropyLoss()
	return &fitter{
		Model: model, Optimizer: optim.NewAdam(nn.Parameters(model), optim.LR(0.1)), Epochs: epochs,
		Train: loaderOf(t, newPoints(20)), Validate: loaderOf(t, newPoints(12)),
		Step: func(b point) (*torch.Tensor, metrics.Classified) {
			scores := model.FC.Forward(b.X)
			return criterion.Forward(scores, b.Class), metrics.Classified{Scores: scores, Target: b.Class}
		},
		Metrics: []metrics.Metric[metrics.Classified]{metrics.NewAccuracy(), metrics.NewMacroF1(3)},
	}, model
}

func loaderOf(t require.TestingT, p points, opts ...datasets.Option) *datasets.Loader[point] {
	l, err := datasets.NewLoader(p, append([]datasets.Option{datasets.BatchSize(8)}, opts...)...)
	require.NoError(t, err)
	return l
}

var errBroken = errors.New("the disk is broken")

// failing gives a number of batches and then an error.
type failing[B any] struct {
	trainer.Batches[B]
	after int
	err   error
}

func (f failing[B]) All(ctx context.Context) iter.Seq2[B, error] {
	return func(yield func(B, error) bool) {
		n := 0
		for b, err := range f.Batches.All(ctx) {
			if n++; n > f.after {
				var none B
				yield(none, f.err)
				return
			}
			if !yield(b, err) {
				return
			}
		}
	}
}
