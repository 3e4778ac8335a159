package trainer_test

import (
	"context"
	"errors"
	"iter"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

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

// newTrainer trains a linear model on 20 points in batches of 8, 8 and 4.
func newTrainer(t testing.TB, epochs int) (*trainer.Trainer[point], *net) {
	torch.ManualSeed(1)
	model := &net{FC: nn.NewLinear(2, 3)}
	criterion := nn.NewCrossEntropyLoss()
	return &trainer.Trainer[point]{
		Model: model, Optimizer: optim.NewAdam(nn.Parameters(model), optim.LR(0.1)), Epochs: epochs,
		Train: loaderOf(t, newPoints(20)), Validate: loaderOf(t, newPoints(12)),
		Loss: func(b point) (loss, scores, target *torch.Tensor) {
			scores = model.FC.Forward(b.X)
			return criterion.Forward(scores, b.Class), scores, b.Class
		},
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

func TestFit(t *testing.T) {
	fit, model := newTrainer(t, 30)
	var steps []trainer.Step
	var epochs []trainer.Epoch
	fit.OnStep = func(s trainer.Step) {
		require.True(t, model.Training())
		steps = append(steps, s)
	}
	fit.OnEpoch = func(e trainer.Epoch) error {
		require.Len(t, steps, e.Step)
		epochs = append(epochs, e)
		return nil
	}
	require.NoError(t, fit.Fit(t.Context()))

	require.Len(t, steps, 90)
	for i, s := range steps {
		require.Equal(t, []int{i/3 + 1, i + 1, []int{8, 8, 4}[i%3]}, []int{s.Epoch, s.Step, s.Samples})
	}
	require.Len(t, epochs, 30)
	for i, e := range epochs {
		require.Equal(t, []int{i + 1, 3 * (i + 1)}, []int{e.Epoch, e.Step})
		var sum float64
		for _, s := range steps[3*i : 3*i+3] {
			sum += s.Loss * float64(s.Samples)
		}
		require.InDelta(t, sum/20, e.Train.Loss, 1e-12, "the mean over samples, not over batches")
		require.Equal(t, 20, e.Train.Confusion.Count())
		require.Equal(t, 12, e.Validate.Confusion.Count())
	}
	require.Less(t, epochs[29].Train.Loss, 0.3*epochs[0].Train.Loss)
	require.Greater(t, epochs[29].Validate.Accuracy, 0.9)
}

// Fit is the same loop as one written by hand.
func TestFitIsThePlainLoop(t *testing.T) {
	fit, model := newTrainer(t, 3)
	fit.Validate = nil
	require.NoError(t, fit.Fit(t.Context()))
	fitted := weights(model)

	plain, model := newTrainer(t, 3)
	for range 3 {
		for b, err := range plain.Train.All(t.Context()) {
			require.NoError(t, err)
			loss, _, _ := plain.Loss(b)
			plain.Optimizer.ZeroGrad()
			loss.Backward()
			plain.Optimizer.Step()
		}
	}
	require.Equal(t, weights(model), fitted)
}

func TestFitWithoutWhatMayBeLeftOut(t *testing.T) {
	fit, _ := newTrainer(t, 2)
	fit.Validate = nil
	var last trainer.Epoch
	fit.OnEpoch = func(e trainer.Epoch) error { last = e; return nil }
	require.NoError(t, fit.Fit(t.Context()))
	require.Zero(t, last.Validate)
	require.Equal(t, 6, last.Step)
}

func TestFitRefuses(t *testing.T) {
	for want, change := range map[string]func(*trainer.Trainer[point]){
		"needs Model, Loss, Optimizer and Train": func(f *trainer.Trainer[point]) { f.Loss = nil },
		"needs Model, Loss, Optimizer":           func(f *trainer.Trainer[point]) { f.Model = nil },
		"a Trainer needs":                        func(f *trainer.Trainer[point]) { f.Optimizer = nil },
		"Loss, Optimizer and Train":              func(f *trainer.Trainer[point]) { f.Train = nil },
		"Epochs: expected at least 1, but got 0": func(f *trainer.Trainer[point]) { f.Epochs = 0 },
		"no training batches: the data set is empty": func(f *trainer.Trainer[point]) {
			f.Train = loaderOf(t, points{torch.Zeros(torch.Shape{0, 2}), torch.Zeros(torch.Shape{0}, torch.Int64)})
		},
		"smaller than a batch with DropLast": func(f *trainer.Trainer[point]) { f.Train = loaderOf(t, newPoints(7), datasets.DropLast(true)) },
	} {
		fit, _ := newTrainer(t, 1)
		change(fit)
		require.ErrorContains(t, fit.Fit(t.Context()), want)
	}
}

// A loss that is not finite ends training before its step: the weights are those
// of the step before, bit for bit.
func TestFitStopsBeforeAStepWhoseLossIsNotFinite(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		fit, model := newTrainer(t, 5)
		loss := fit.Loss
		var before map[string][]byte
		steps := 0
		fit.OnStep = func(s trainer.Step) { steps, before = s.Step, weights(model) }
		fit.Loss = func(b point) (*torch.Tensor, *torch.Tensor, *torch.Tensor) {
			l, scores, target := loss(b)
			if steps == 4 {
				l = l.Mul(0).Add(bad)
			}
			return l, scores, target
		}
		epochs := 0
		fit.OnEpoch = func(trainer.Epoch) error { epochs++; return nil }
		err := fit.Fit(t.Context())
		var e *trainer.NotFiniteError
		require.ErrorAs(t, err, &e)
		require.Equal(t, []int{2, 5}, []int{e.Epoch, e.Step})
		require.False(t, e.Validation)
		require.ErrorContains(t, err, "at step 5 (epoch 2)")
		require.ErrorContains(t, err, "smaller learning rate")
		require.Equal(t, before, weights(model))
		require.Equal(t, 1, epochs)
	}
}

// A last step that spoils the weights shows in the validation, before OnEpoch
// would save them.
func TestFitStopsAtAValidationLossThatIsNotFinite(t *testing.T) {
	fit, model := newTrainer(t, 5)
	fit.OnStep = func(s trainer.Step) {
		if s.Step == 6 {
			torch.NoGrad(func() { model.FC.Weight.FillInplace(math.NaN()) })
		}
	}
	epochs := 0
	fit.OnEpoch = func(trainer.Epoch) error { epochs++; return nil }
	err := fit.Fit(t.Context())
	var e *trainer.NotFiniteError
	require.ErrorAs(t, err, &e)
	require.Equal(t, []int{2, 6}, []int{e.Epoch, e.Step})
	require.True(t, e.Validation)
	require.ErrorContains(t, err, "the validation loss was NaN after step 6 (epoch 2)")
	require.Equal(t, 1, epochs)
}

// Wherever the context ends, the step that runs is finished and no other begins.
func TestFitStopsWithItsContext(t *testing.T) {
	for name, c := range map[string]struct {
		at, epoch, step int // cancelled in this call of Loss; a pass over the data has 3 and one over the test 2
		said            string
	}{
		"before the first step":      {0, 1, 0, "interrupted before its first step"},
		"in the first step":          {1, 1, 1, "after step 1 (epoch 1)"},
		"in the last one of a pass":  {3, 1, 3, "after step 3 (epoch 1)"},
		"in the validation":          {4, 1, 3, "after step 3 (epoch 1)"},
		"in the validation's last":   {5, 2, 3, "after step 3"},
		"in the second pass":         {7, 2, 5, "after step 5 (epoch 2)"},
		"in the second's validation": {9, 2, 6, "after step 6 (epoch 2)"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, workers := range []datasets.Workers{0, 2} {
				fit, model := newTrainer(t, 2)
				fit.Train = loaderOf(t, newPoints(20), workers)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				calls, steps := 0, 0
				loss := fit.Loss
				fit.Loss = func(b point) (*torch.Tensor, *torch.Tensor, *torch.Tensor) {
					if calls++; calls == c.at {
						cancel()
					}
					return loss(b)
				}
				var after map[string][]byte
				fit.OnStep = func(s trainer.Step) { steps, after = s.Step, weights(model) }
				if c.at == 0 {
					cancel()
					after = weights(model)
				}
				err := fit.Fit(ctx)
				var e *trainer.InterruptedError
				require.ErrorAs(t, err, &e)
				require.ErrorIs(t, err, context.Canceled)
				require.ErrorContains(t, err, c.said)
				require.Equal(t, []int{c.epoch, c.step}, []int{e.Epoch, e.Step})
				require.Equal(t, c.step, steps)
				require.Equal(t, after, weights(model))
			}
		})
	}
}

// A context that ends when all is done changes nothing.
func TestFitThatIsDoneIsNotInterrupted(t *testing.T) {
	fit, _ := newTrainer(t, 2)
	ctx, cancel := context.WithCancel(t.Context())
	fit.OnEpoch = func(e trainer.Epoch) error {
		if e.Epoch == 2 {
			cancel()
		}
		return nil
	}
	require.NoError(t, fit.Fit(ctx))
}

func TestFitReturnsErrors(t *testing.T) {
	for name, change := range map[string]func(*trainer.Trainer[point]){
		"of the training data":   func(f *trainer.Trainer[point]) { f.Train = failing[point]{f.Train, 2, errBroken} },
		"of the validation data": func(f *trainer.Trainer[point]) { f.Validate = failing[point]{f.Validate, 1, errBroken} },
		"of OnEpoch":             func(f *trainer.Trainer[point]) { f.OnEpoch = func(trainer.Epoch) error { return errBroken } },
	} {
		t.Run(name, func(t *testing.T) {
			fit, _ := newTrainer(t, 2)
			steps := 0
			fit.OnStep = func(trainer.Step) { steps++ }
			change(fit)
			require.ErrorIs(t, fit.Fit(t.Context()), errBroken)
			require.LessOrEqual(t, steps, 3, "no step after it")
		})
	}
}

func TestFitAndPanics(t *testing.T) {
	fit, _ := newTrainer(t, 1)
	fit.Loss = func(b point) (loss, scores, target *torch.Tensor) { return b.X.Matmul(b.X), nil, nil }
	var arithmetic *torch.Error
	require.ErrorAs(t, fit.Fit(t.Context()), &arithmetic)
	require.Equal(t, "matmul", arithmetic.Op)

	fit.Loss = func(point) (loss, scores, target *torch.Tensor) { panic("a mistake in the program") }
	require.PanicsWithValue(t, "a mistake in the program", func() { _ = fit.Fit(t.Context()) })
	require.True(t, torch.IsGradEnabled())

	fit, _ = newTrainer(t, 1)
	loss := fit.Loss
	fit.Loss = func(b point) (*torch.Tensor, *torch.Tensor, *torch.Tensor) { // a class that there is no score for
		l, scores, target := loss(b)
		return l, scores, target.Add(1)
	}
	require.ErrorContains(t, fit.Fit(t.Context()), "class")
}

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
		e, err := trainer.Evaluate(context.Background(), model, batches, func(b point) (loss, scores, class *torch.Tensor) {
			require.False(t, torch.IsGradEnabled())
			predicted := b.X.Select(1, 1).To(torch.Int64)
			scores = torch.New([][]float32{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}).IndexSelect(0, predicted)
			return b.X.Select(1, 0).Mean(), scores, b.Class
		})
		require.NoError(t, err)
		require.False(t, model.FC.Training(), "the model stays in evaluation mode")
		want, err := metrics.NewConfusionMatrix(3)
		require.NoError(t, err)
		require.NoError(t, want.Add(predicted, target))
		require.Equal(t, want, e.Confusion)
		require.Equal(t, want.Accuracy(), e.Accuracy)
		require.Equal(t, want.MacroF1(), e.MacroF1)
		require.InDelta(t, float64(n-1)/2, e.Loss, 1e-5, "the mean of 0 to n-1")
	})
}

func TestEvaluateNothing(t *testing.T) {
	fit, model := newTrainer(t, 1)
	none := loaderOf(t, points{torch.Zeros(torch.Shape{0, 2}), torch.Zeros(torch.Shape{0}, torch.Int64)})
	e, err := trainer.Evaluate(t.Context(), model, none, fit.Loss)
	require.NoError(t, err)
	require.Zero(t, e)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = trainer.Evaluate(ctx, model, fit.Validate, fit.Loss)
	require.ErrorIs(t, err, context.Canceled)
}
