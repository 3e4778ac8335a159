package trainer_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/metrics"
)

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
