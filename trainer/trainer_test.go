package trainer_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"strings"
	"testing"
	"time"

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

func TestFit(t *testing.T) {
	fit, model := newTrainer(t, 30)
	var steps []trainer.Step
	var epochs []trainer.Epoch
	var ends []trainer.End
	fit.Hooks = []trainer.Hook{
		onStart(func(s trainer.Start) error {
			require.Equal(t, []any{30, 90, model, trainer.Place{Epoch: 1}}, []any{s.Epochs, s.Steps, s.Model, s.From})
			return nil
		}),
		onStep(func(s trainer.Step) error {
			require.True(t, model.Training())
			steps = append(steps, s)
			return nil
		}),
		onEpoch(func(e trainer.Epoch) error {
			require.Len(t, steps, e.Step)
			epochs = append(epochs, e)
			return nil
		}),
		onEnd(func(e trainer.End) error { ends = append(ends, e); return nil }),
	}
	require.NoError(t, fit.Fit(t.Context()))

	require.Len(t, steps, 90)
	for i, s := range steps {
		require.Equal(t, []int{i/3 + 1, i + 1, []int{8, 8, 4}[i%3]}, []int{s.Epoch, s.Step, s.Samples})
		require.True(t, s.Read)
	}
	require.Len(t, epochs, 30)
	for i, e := range epochs {
		require.Equal(t, []int{i + 1, 3 * (i + 1)}, []int{e.Epoch, e.Step})
		var sum float64
		for _, s := range steps[3*i : 3*i+3] {
			sum += s.Loss * float64(s.Samples)
		}
		require.InDelta(t, sum/20, e.Train.Loss, 1e-12, "the mean over samples, not over batches")
		require.Equal(t, 20, e.Train.Samples)
		require.Equal(t, 12, e.Validate.Samples)
		require.Equal(t, i == 29, e.Last)
	}
	require.Less(t, epochs[29].Train.Loss, 0.3*epochs[0].Train.Loss)
	require.Greater(t, epochs[29].Validate.Metric("accuracy"), 0.9)
	require.True(t, math.IsNaN(epochs[29].Validate.Metric("none")))
	require.Equal(t, []trainer.End{{Place: trainer.Place{Epoch: 30, Step: 90}}}, ends)
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
			loss, _ := plain.Step(b)
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
	hook(fit, onEpoch(func(e trainer.Epoch) error { last = e; return nil }))
	fit.Metrics = nil
	require.NoError(t, fit.Fit(t.Context()))
	require.Zero(t, last.Validate)
	require.Empty(t, last.Train.Metrics)
	require.Equal(t, 6, last.Step)
}

func TestFitRefuses(t *testing.T) {
	for want, change := range map[string]func(*fitter){
		"needs Model, Step, Train, and Optimizer or Update": func(f *fitter) { f.Step = nil },
		"needs Model, Step":                      func(f *fitter) { f.Model = nil },
		"a Trainer needs":                        func(f *fitter) { f.Optimizer = nil },
		"Train, and Optimizer or Update":         func(f *fitter) { f.Train = nil },
		"LossEvery: expected at least 1":         func(f *fitter) { f.LossEvery = -1 },
		"hook 0 is nil":                          func(f *fitter) { f.Hooks = []trainer.Hook{nil} },
		`hook 0, "nothing", has none of OnStart`: func(f *fitter) { hook(f, nothing{}) },
		"Epochs: expected at least 1, but got 0": func(f *fitter) { f.Epochs = 0 },
		"no training batches: the data set is empty": func(f *fitter) {
			f.Train = loaderOf(t, points{torch.Zeros(torch.Shape{0, 2}), torch.Zeros(torch.Shape{0}, torch.Int64)})
		},
		"smaller than a batch with DropLast": func(f *fitter) { f.Train = loaderOf(t, newPoints(7), datasets.DropLast(true)) },
	} {
		fit, _ := newTrainer(t, 1)
		change(fit)
		require.ErrorContains(t, fit.Fit(t.Context()), want)
	}
}

type nothing struct{}

func (nothing) Name() string { return "nothing" }

// OnStep has not the arguments of a hook.
func (nothing) OnStep(int) error { return nil }

// A loss that is not finite ends training before its step: the weights are those
// of the step before, bit for bit.
func TestFitStopsBeforeAStepWhoseLossIsNotFinite(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		fit, model := newTrainer(t, 5)
		step := fit.Step
		var before map[string][]byte
		steps := 0
		hook(fit, onStep(func(s trainer.Step) error { steps, before = s.Step, weights(model); return nil }))
		fit.Step = func(b point) (*torch.Tensor, metrics.Classified) {
			l, output := step(b)
			if steps == 4 {
				l = l.Mul(0).Add(bad)
			}
			return l, output
		}
		epochs := 0
		hook(fit, onEpoch(func(trainer.Epoch) error { epochs++; return nil }))
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
	hook(fit, onStep(func(s trainer.Step) error {
		if s.Step == 6 {
			torch.NoGrad(func() { model.FC.Weight.FillInplace(math.NaN()) })
		}
		return nil
	}))
	epochs := 0
	hook(fit, onEpoch(func(trainer.Epoch) error { epochs++; return nil }))
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
		at, epoch, step int // cancelled in this call of Step; a pass over the data has 3 and one over the test 2
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
				step := fit.Step
				fit.Step = func(b point) (*torch.Tensor, metrics.Classified) {
					if calls++; calls == c.at {
						cancel()
					}
					return step(b)
				}
				var after map[string][]byte
				hook(fit, onStep(func(s trainer.Step) error { steps, after = s.Step, weights(model); return nil }))
				var ended trainer.End
				hook(fit, onEnd(func(e trainer.End) error { ended = e; return nil }))
				if c.at == 0 {
					cancel()
					after = weights(model)
				}
				err := fit.Fit(ctx)
				var e *trainer.InterruptedError
				require.ErrorAs(t, err, &e)
				require.ErrorIs(t, err, context.Canceled)
				require.ErrorContains(t, err, c.said)
				require.Equal(t, trainer.Place{Epoch: c.epoch, Step: c.step}, e.Place)
				require.Equal(t, trainer.End{Place: e.Place, Err: err}, ended)
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
	hook(fit, onEpoch(func(e trainer.Epoch) error {
		if e.Epoch == 2 {
			cancel()
		}
		return nil
	}))
	require.NoError(t, fit.Fit(ctx))
}

func TestFitReturnsErrors(t *testing.T) {
	for name, change := range map[string]func(*fitter){
		"of the training data":   func(f *fitter) { f.Train = failing[point]{f.Train, 2, errBroken} },
		"of the validation data": func(f *fitter) { f.Validate = failing[point]{f.Validate, 1, errBroken} },
		"of OnStart":             func(f *fitter) { hook(f, onStart(func(trainer.Start) error { return errBroken })) },
		"of OnStep":              func(f *fitter) { hook(f, onStep(func(trainer.Step) error { return errBroken })) },
		"of OnEpoch":             func(f *fitter) { hook(f, onEpoch(func(trainer.Epoch) error { return errBroken })) },
		"of OnEnd":               func(f *fitter) { hook(f, onEnd(func(trainer.End) error { return errBroken })) },
		"of Update":              func(f *fitter) { f.Update = func(*torch.Tensor) error { return errBroken } },
	} {
		t.Run(name, func(t *testing.T) {
			fit, _ := newTrainer(t, 2)
			steps := 0
			hook(fit, onStep(func(trainer.Step) error { steps++; return nil }))
			change(fit)
			ended := false
			hook(fit, onEnd(func(trainer.End) error { ended = true; return nil }))
			err := fit.Fit(t.Context())
			require.ErrorIs(t, err, errBroken)
			require.True(t, ended)
			if name == "of OnEnd" {
				return
			}
			require.LessOrEqual(t, steps, 3, "no step after it")
			var e *trainer.HookError
			if errors.As(err, &e) {
				require.Contains(t, name, strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(e.Hook, "on s", "OnS"), "on e", "OnE"), " ", ""))
			}
		})
	}
}

// A hook ends a run well.
func TestErrStop(t *testing.T) {
	fit, _ := newTrainer(t, 9)
	hook(fit, onEpoch(func(e trainer.Epoch) error {
		if e.Epoch == 2 {
			return fmt.Errorf("good enough: %w", trainer.ErrStop)
		}
		return nil
	}))
	var end trainer.End
	hook(fit, onEnd(func(e trainer.End) error { end = e; return nil }))
	require.NoError(t, fit.Fit(t.Context()))
	require.Equal(t, trainer.End{Place: trainer.Place{Epoch: 2, Step: 6}}, end)
}

// A loss that is read now and then changes nothing of the training, and is found out in the end.
func TestLossEvery(t *testing.T) {
	each, model := newTrainer(t, 2)
	require.NoError(t, each.Fit(t.Context()))
	want := weights(model)

	seldom, model := newTrainer(t, 2)
	seldom.LossEvery = 2
	var read []bool
	hook(seldom, onStep(func(s trainer.Step) error { read = append(read, s.Read); return nil }))
	require.NoError(t, seldom.Fit(t.Context()))
	require.Equal(t, want, weights(model))
	require.Equal(t, []bool{false, true, false, true, false, true}, read)

	never, model := newTrainer(t, 2)
	never.LossEvery = 1000
	hook(never, onStep(func(s trainer.Step) error {
		torch.NoGrad(func() { model.FC.Weight.FillInplace(math.NaN()) })
		return nil
	}))
	var e *trainer.NotFiniteError
	require.ErrorAs(t, never.Fit(t.Context()), &e)
	require.True(t, e.Applied)
	require.Equal(t, trainer.Place{Epoch: 1, Step: 3}, e.Place)
}

// A step of one's own takes the place of the optimizer's, with as many optimizers as it likes.
func TestUpdate(t *testing.T) {
	plain, model := newTrainer(t, 3)
	require.NoError(t, plain.Fit(t.Context()))
	want := weights(model)

	own, model := newTrainer(t, 3)
	optimizer := own.Optimizer
	own.Optimizer = nil
	own.Update = func(loss *torch.Tensor) error {
		optimizer.ZeroGrad()
		loss.Backward()
		optimizer.Step()
		return nil
	}
	require.NoError(t, own.Fit(t.Context()))
	require.Equal(t, want, weights(model))
}

// Targets that count for nothing are left out of the loss's mean and of the metrics, and class probabilities count.
func TestFitWithTargetsThatCountForNothing(t *testing.T) {
	fit, model := newTrainer(t, 1)
	fit.Validate = nil
	data := newPoints(20)
	data.class.IndexFillInplace(0, torch.New([]int64{0, 3, 5, 17}), -100)
	fit.Train = loaderOf(t, data)
	var train trainer.Evaluation
	hook(fit, onEpoch(func(e trainer.Epoch) error { train = e.Train; return nil }))
	require.NoError(t, fit.Fit(t.Context()))

	e, err := trainer.Evaluate(t.Context(), model, fit.Train, fit.Step, fit.Metrics...)
	require.NoError(t, err)
	require.Equal(t, 20, e.Samples)
	scores := model.FC.Forward(data.x)
	require.InDelta(t, nn.NewCrossEntropyLoss().Forward(scores, data.class).Item(), e.Loss, 1e-6)
	right := scores.Argmax(1).Eq(data.class).Sum().ItemInt()
	require.Equal(t, float64(right)/16, e.Metric("accuracy"))
	require.NotEqual(t, train.Loss, e.Loss)

	soft := func(b point) (*torch.Tensor, metrics.Classified) {
		scores, target := model.FC.Forward(b.X), b.X.Sum(1).Unsqueeze(1).Mul(torch.New([]float32{1, 2, 3})).Softmax(1)
		return nn.NewCrossEntropyLoss().Forward(scores, target), metrics.Classified{Scores: scores, Target: target}
	}
	fit.Step = soft
	require.NoError(t, fit.Fit(t.Context()))
	require.False(t, math.IsNaN(train.Metric("accuracy")))
}

func TestFitAndPanics(t *testing.T) {
	fit, _ := newTrainer(t, 1)
	fit.Step = func(b point) (*torch.Tensor, metrics.Classified) { return b.X.Matmul(b.X), metrics.Classified{} }
	var arithmetic *torch.Error
	require.ErrorAs(t, fit.Fit(t.Context()), &arithmetic)
	require.Equal(t, "matmul", arithmetic.Op)

	fit.Step = func(point) (*torch.Tensor, metrics.Classified) { panic("a mistake in the program") }
	require.PanicsWithValue(t, "a mistake in the program", func() { _ = fit.Fit(t.Context()) })
	require.True(t, torch.IsGradEnabled())

	fit, _ = newTrainer(t, 1)
	step := fit.Step
	fit.Step = func(b point) (*torch.Tensor, metrics.Classified) { // a class that there is no score for
		l, output := step(b)
		output.Target = output.Target.Add(1)
		return l, output
	}
	require.ErrorContains(t, fit.Fit(t.Context()), "metric accuracy: ")
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

// slow waits before each batch.
type slow struct {
	trainer.Batches[point]
	wait time.Duration
}

func (s slow) All(ctx context.Context) iter.Seq2[point, error] {
	return func(yield func(point, error) bool) {
		for b, err := range s.Batches.All(ctx) {
			time.Sleep(s.wait)
			if !yield(b, err) {
				return
			}
		}
	}
}

// The time for which a loader was waited for is told apart from that of the steps, and of the validation.
func TestTimes(t *testing.T) {
	const wait, work, validation = 2 * time.Millisecond, 10 * time.Millisecond, 200 * time.Millisecond
	f, _ := newTrainer(t, 2)
	f.Train, f.Validate = slow{f.Train, wait}, slow{f.Validate, validation}
	hook(f, onStep(func(trainer.Step) error {
		time.Sleep(work)
		return nil
	}))
	begin := time.Now()
	require.NoError(t, f.Fit(t.Context()))
	all, times := time.Since(begin), f.Times()
	require.GreaterOrEqual(t, times.Waited, 6*wait)
	require.GreaterOrEqual(t, times.Took-times.Waited, 6*work)
	require.LessOrEqual(t, times.Took, all-4*validation)
	require.InDelta(t, float64(times.Waited)/float64(times.Took), times.Share(), 1e-9)
	require.Zero(t, trainer.Times{}.Share())
}
