package trainer_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/torch/amp"
	"multitorch/trainer"
	"multitorch/trainer/metrics"
)

type beforeUpdate func(trainer.Place) error

func (beforeUpdate) Name() string                          { return "before update" }
func (f beforeUpdate) BeforeUpdate(at trainer.Place) error { return f(at) }

// What a hook sees before an update are the gradients of the mean, unscaled and not clipped.
func TestBeforeUpdate(t *testing.T) {
	norms := func(accumulate, batch int, scale, clip float64) (norms []float64) {
		fit, model := newTrainer(t, 1)
		fit.Train = loaderOf(t, newPoints(16), datasets.BatchSize(batch))
		fit.Accumulate, fit.Clip.Norm = accumulate, clip
		fit.Optimizer = optim.NewSGD(nn.Parameters(model), optim.LR(0))
		if scale > 0 {
			fit.Scaler = amp.NewGradScaler(amp.GradScalerConfig{InitScale: scale, GrowthInterval: 100})
		}
		hook(fit, beforeUpdate(func(at trainer.Place) error {
			require.Equal(t, trainer.Place{Epoch: 1, Step: len(norms) + 1}, at)
			norms = append(norms, model.FC.Weight.Grad().Norm().Item())
			return nil
		}))
		require.NoError(t, fit.Fit(t.Context()))
		return norms
	}
	plain := norms(1, 8, 0, 0)
	require.Len(t, plain, 2)
	require.InDeltaSlice(t, plain, norms(1, 8, 1024, 1e-3), 1e-6)
	require.InDeltaSlice(t, plain, norms(2, 4, 1024, 1e-3), 1e-6)
}

// A hook leaves a step out: it counts, and changes nothing.
func TestErrSkip(t *testing.T) {
	for _, scaled := range []bool{false, true} {
		fit, model := newTrainer(t, 1)
		if scaled {
			fit.Scaler = amp.NewGradScaler(amp.GradScalerConfig{InitScale: 8, GrowthInterval: 1})
		}
		before := ""
		hook(fit, beforeUpdate(func(at trainer.Place) error {
			if at.Step == 2 {
				before = fmt.Sprint(weights(model))
				return fmt.Errorf("not this one: %w", trainer.ErrSkip)
			}
			return nil
		}))
		var skipped []bool
		hook(fit, onStep(func(s trainer.Step) error {
			if skipped = append(skipped, s.Skipped); s.Skipped {
				require.Equal(t, before, fmt.Sprint(weights(model)))
			}
			return nil
		}))
		require.NoError(t, fit.Fit(t.Context()))
		require.Equal(t, []bool{false, true, false}, skipped)
	}
}

// poisoned has a gradient that is not finite in FC.bias at step 2, or a loss that isn't.
func poisoned(t *testing.T, policy trainer.NaNPolicy, loss bool) (*fitter, *net) {
	fit, model := newTrainer(t, 2)
	fit.NaN = policy
	step, n := fit.Step, 0
	fit.Step = func(b point) (*torch.Tensor, metrics.Classified) {
		l, output := step(b)
		if n++; n == 2 && loss {
			l = l.Mul(math.NaN())
		} else if n == 2 {
			l = l.Add(model.FC.Bias.Sub(model.FC.Bias.Detach()).Abs().Sqrt().Sum()) // 0, with an infinite gradient times 0
		}
		return l, output
	}
	return fit, model
}

func TestNaNPolicies(t *testing.T) {
	for _, c := range []struct {
		policy trainer.NaNPolicy
		loss   bool
		want   string // of the error
		steps  int
	}{
		{trainer.NaNLoss, true, "the loss became NaN at step 2", 1},
		{trainer.NaNLoss, false, "the loss became NaN at step 3", 2},
		{trainer.NaNFail, true, "the loss became NaN at step 2 (epoch 1)", 1},
		{trainer.NaNFail, false, "the gradient of fc.bias became NaN at step 2 (epoch 1), so training stopped before", 1},
		{trainer.NaNSkip, true, "", 6},
		{trainer.NaNSkip, false, "", 6},
		{trainer.NaNIgnore, true, "", 6},
	} {
		fit, model := poisoned(t, c.policy, c.loss)
		var steps []trainer.Step
		var epochs []trainer.Epoch
		hook(fit, onStep(func(s trainer.Step) error { steps = append(steps, s); return nil }))
		hook(fit, onEpoch(func(e trainer.Epoch) error { epochs = append(epochs, e); return nil }))
		err := fit.Fit(t.Context())
		require.Len(t, steps, c.steps, c)
		bad := !torch.ToSlice[bool](model.FC.Weight.Sum().Add(model.FC.Bias.Sum()).IsFinite())[0]
		require.Equal(t, c.policy == trainer.NaNIgnore || c.policy == trainer.NaNLoss && !c.loss, bad, c)
		if c.want != "" {
			var e *trainer.NotFiniteError
			require.ErrorAs(t, err, &e)
			require.ErrorContains(t, err, c.want)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, c.policy == trainer.NaNSkip, steps[1].Skipped)
		require.False(t, steps[2].Skipped)
		require.Equal(t, c.policy == trainer.NaNIgnore, math.IsNaN(epochs[0].Train.Loss), c)
	}
}

// Looking changes nothing of a run in which all is finite, with several batches a step too.
func TestNaNPoliciesChangeNothing(t *testing.T) {
	for _, accumulate := range []int{1, 2} {
		run := func(policy trainer.NaNPolicy) (map[string][]byte, []trainer.Step) {
			fit, model := newTrainer(t, 2)
			fit.NaN, fit.Accumulate = policy, accumulate
			var steps []trainer.Step
			hook(fit, onStep(func(s trainer.Step) error { steps = append(steps, s); return nil }))
			require.NoError(t, fit.Fit(t.Context()))
			return weights(model), steps
		}
		want, steps := run(trainer.NaNLoss)
		for _, p := range []trainer.NaNPolicy{trainer.NaNFail, trainer.NaNSkip, trainer.NaNIgnore} {
			got, s := run(p)
			require.Equal(t, want, got)
			require.Equal(t, steps, s)
		}
	}
}

type around struct {
	name  string
	calls *[]string
	err   error
}

func (a around) Name() string { return a.name }

func (a around) AroundValidate(trainer.Place) (func(), error) {
	*a.calls = append(*a.calls, "before "+a.name)
	return func() { *a.calls = append(*a.calls, "after "+a.name) }, a.err
}

func TestAroundValidate(t *testing.T) {
	fit, _ := newTrainer(t, 1)
	var calls []string
	fit.Hooks = []trainer.Hook{
		around{"a", &calls, nil},
		around{"b", &calls, nil},
		onEpoch(func(trainer.Epoch) error { calls = append(calls, "epoch"); return nil }),
	}
	require.NoError(t, fit.Fit(t.Context()))
	require.Equal(t, []string{"before a", "before b", "after b", "after a", "epoch"}, calls)

	calls = nil
	fit.Validate = failing[point]{fit.Validate, 0, errBroken}
	require.ErrorIs(t, fit.Fit(t.Context()), errBroken)
	require.Equal(t, []string{"before a", "before b", "after b", "after a"}, calls, "after a validation that fails too")

	calls, fit.Hooks[1] = nil, around{"b", &calls, errBroken}
	require.ErrorContains(t, fit.Fit(t.Context()), "hook b: ")
	require.Equal(t, []string{"before a", "before b", "after a"}, calls)
}

// A hook that panics is named, with its line, and all hooks learn that the run has ended.
func TestHooksThatPanic(t *testing.T) {
	var none []int
	for want, broken := range map[string]func(){
		"hook on step: panic: runtime error: index out of range [3] with length 0, at watch_test.go:": func() { none[3]++ },
		"hook on step: panic: strings: negative Repeat count, at watch_test.go:":                      func() { panic(errors.New("strings: negative Repeat count")) },
		"hook on step: panic: 7, at watch_test.go:":                                                   func() { panic(7) },
		"hook on step: matmul": func() { torch.Zeros(torch.Shape{2}).Matmul(torch.Zeros(torch.Shape{3})) },
	} {
		fit, _ := newTrainer(t, 1)
		ended := 0
		fit.Hooks = []trainer.Hook{
			onEnd(func(e trainer.End) error { ended++; require.ErrorContains(t, e.Err, want); return nil }),
			onStep(func(trainer.Step) error { broken(); return nil }),
			onEnd(func(trainer.End) error { ended++; panic("at the end too") }),
			onEnd(func(trainer.End) error { ended++; return nil }),
		}
		err := fit.Fit(t.Context())
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, "hook on end: panic: at the end too")
		require.Equal(t, 3, ended)
		var hook *trainer.HookError
		require.ErrorAs(t, err, &hook)
	}
}

type stateful struct{ onStep }

func (stateful) StateDict() *torch.Dict          { return &torch.Dict{} }
func (stateful) LoadStateDict(*torch.Dict) error { return nil }

func TestHooksOfOneName(t *testing.T) {
	fit, _ := newTrainer(t, 1)
	nothing := onStep(func(trainer.Step) error { return nil })
	fit.Hooks = []trainer.Hook{nothing, stateful{nothing}, nothing}
	require.NoError(t, fit.Fit(t.Context()))
	fit.Hooks = append(fit.Hooks, stateful{nothing})
	require.ErrorContains(t, fit.Fit(t.Context()), `hook 3 is a second one that is called "on step"`)
}

// The sanity check finds a mistake in the validation before the first step, and changes no number.
func TestSanityCheck(t *testing.T) {
	plain, model := newTrainer(t, 2)
	require.NoError(t, plain.Fit(t.Context()))
	want := weights(model)
	checked, model := newTrainer(t, 2)
	checked.SanityCheck = 1
	require.NoError(t, checked.Fit(t.Context()))
	require.Equal(t, want, weights(model))

	checked.Validate = failing[point]{checked.Validate, 1, errBroken}
	steps := 0
	hook(checked, onStep(func(trainer.Step) error { steps++; return nil }))
	require.ErrorIs(t, checked.Fit(t.Context()), errBroken)
	require.Equal(t, 3, steps, "one batch is read only")
	checked.SanityCheck, steps = 2, 0
	require.ErrorContains(t, checked.Fit(t.Context()), "the sanity check of the validation, before the first step: the disk is broken")
	require.Zero(t, steps)
}

func TestFirst(t *testing.T) {
	l := loaderOf(t, newPoints(20))
	for n, want := range []int{0, 1, 2, 3, 3} {
		f, got := trainer.First(l, n), 0
		for _, err := range f.All(context.Background()) {
			require.NoError(t, err)
			got++
		}
		require.Equal(t, []int{want, want}, []int{f.Len(), got})
	}
	require.Zero(t, trainer.First(l, -1).Len())
	fit, _ := newTrainer(t, 40)
	fit.Train, fit.Validate = trainer.First(fit.Train, 1), trainer.First(fit.Train, 1)
	var last trainer.Epoch
	hook(fit, onEpoch(func(e trainer.Epoch) error { last = e; return nil }))
	require.NoError(t, fit.Fit(t.Context()))
	require.Equal(t, 40, last.Step)
	require.Less(t, last.Validate.Loss, 0.1, "it has learned its 8 samples by heart")
}

// A quick try and the range test leave the run that follows as it would be without them.
func TestTrialsLeaveNothing(t *testing.T) {
	c := recipe{Epochs: 2, BatchSize: 4, Shuffle: true, Dropout: true, Scaler: true}
	plain, model := c.make(t)
	plain.Optimizer.ParamGroups()[0].LR = 0.03
	require.NoError(t, plain.Fit(t.Context()))
	want := weights(model)

	fit, model := c.make(t)
	fit.Optimizer.ParamGroups()[0].LR = 0.03
	hooked := 0
	hook(fit, onStep(func(s trainer.Step) error { hooked++; return nil }))
	require.NoError(t, fit.FastDevRun(t.Context()))
	curve, err := fit.FindLR(t.Context(), trainer.LRRange{Steps: 60, Max: 100})
	require.NoError(t, err)
	require.Zero(t, hooked)
	require.Equal(t, 0.03, fit.Optimizer.ParamGroups()[0].LR)
	require.NoError(t, fit.Fit(t.Context()))
	require.Equal(t, want, weights(model))

	require.Equal(t, 1e-8, curve.LR[0])
	require.Len(t, curve.Loss, len(curve.LR))
	require.Greater(t, curve.Best, 1e-5)
	require.Less(t, curve.Best, 10.)

	step := fit.Step
	fit.Step = func(b point) (*torch.Tensor, metrics.Classified) {
		loss, output := step(b)
		return loss.Matmul(b.X), output
	}
	require.Error(t, fit.FastDevRun(t.Context()))
	_, err = fit.FindLR(t.Context(), trainer.LRRange{Min: 2})
	require.ErrorContains(t, err, "0 < Min < Max")
	fit.Optimizer, fit.Update = nil, func(*torch.Tensor) error { return nil }
	_, err = fit.FindLR(t.Context(), trainer.LRRange{})
	require.ErrorContains(t, err, "Optimizer")
}
