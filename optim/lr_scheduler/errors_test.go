package lr_scheduler_test

import (
	"bytes"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/optim"
	lrs "multitorch/optim/lr_scheduler"
	"multitorch/torch"
)

func TestWhatCanNotBeUsed(t *testing.T) {
	o := newOptimizer("SGD")
	for want, make := range map[string]func(){
		"lr_scheduler.StepLR: expected an optimizer, but got nil":            func() { lrs.NewStepLR(nil, 3) },
		"lr_scheduler.StepLR: the step_size is 0":                            func() { lrs.NewStepLR(o, 0) },
		"group 0 has no initial_lr to resume from with LastEpoch(3)":         func() { lrs.NewStepLR(newOptimizer("SGD"), 1, lrs.LastEpoch(3)) },
		"lr_scheduler.LambdaLR: expected 2 lr_lambdas, one for each group":   func() { lrs.NewLambdaLR(o, nil, lrs.LRLambdas(half)) },
		"lr_scheduler.LambdaLR: the lr_lambda of group 0 is nil":             func() { lrs.NewLambdaLR(o, nil) },
		"lr_scheduler.MultiplicativeLR: the lr_lambda of group 0 is nil":     func() { lrs.NewMultiplicativeLR(o, nil) },
		"lr_scheduler.ConstantLR: the factor is 1.5":                         func() { lrs.NewConstantLR(o, lrs.Factor(1.5)) },
		"lr_scheduler.LinearLR: the start_factor is 0":                       func() { lrs.NewLinearLR(o, lrs.StartFactor(0)) },
		"lr_scheduler.LinearLR: the end_factor is -1":                        func() { lrs.NewLinearLR(o, lrs.EndFactor(-1)) },
		"lr_scheduler.CosineAnnealingLR: the T_max is 0":                     func() { lrs.NewCosineAnnealingLR(o, 0) },
		"lr_scheduler.CosineAnnealingWarmRestarts: the T_0 is 0":             func() { lrs.NewCosineAnnealingWarmRestarts(o, 0) },
		"lr_scheduler.CosineAnnealingWarmRestarts: the T_mult is 0":          func() { lrs.NewCosineAnnealingWarmRestarts(o, 1, lrs.TMult(0)) },
		"the epoch is -1: expected 0 or more":                                func() { lrs.NewCosineAnnealingWarmRestarts(o, 1).Step(-1) },
		`lr_scheduler.CyclicLR: the mode is "square"`:                        func() { lrs.NewCyclicLR(o, 0.1, 1, lrs.Mode("square")) },
		`the scale_mode is "epochs"`:                                         func() { lrs.NewCyclicLR(o, 0.1, 1, lrs.ScaleMode("epochs")) },
		"expected 1 or 2 numbers for max_lr, one for each group, but got 3":  func() { lrs.NewCyclicLR(o, 0.1, 1, lrs.MaxLRs(1, 2, 3)) },
		"group 0 has neither a momentum nor betas: say CycleMomentum(false)": func() { lrs.NewCyclicLR(plainOptimizer(), 0.1, 1) },
		"lr_scheduler.OneCycleLR: the total_steps are 0":                     func() { lrs.NewOneCycleLR(o, 1) },
		"the epochs and steps_per_epoch are 3 and 0":                         func() { lrs.NewOneCycleLR(o, 1, lrs.Epochs(3)) },
		"the pct_start is 2":           func() { lrs.NewOneCycleLR(o, 1, lrs.TotalSteps(3), lrs.PctStart(2)) },
		`the anneal_strategy is "sin"`: func() { lrs.NewOneCycleLR(o, 1, lrs.TotalSteps(3), lrs.AnnealStrategy("sin")) },
		"it was stepped 3 times, and made for 2 steps": func() {
			s := lrs.NewOneCycleLR(newOptimizer("SGD"), 1, lrs.TotalSteps(2))
			s.Step()
			s.Step()
			s.Step()
		},
		"lr_scheduler.ReduceLROnPlateau: the factor is 1":                       func() { lrs.NewReduceLROnPlateau(o, lrs.Factor(1)) },
		`lr_scheduler.ReduceLROnPlateau: the mode is "best"`:                    func() { lrs.NewReduceLROnPlateau(o, lrs.Mode("best")) },
		`the threshold_mode is "x"`:                                             func() { lrs.NewReduceLROnPlateau(o, lrs.ThresholdMode("x")) },
		"lr_scheduler.SWALR: the anneal_epochs are -1":                          func() { lrs.NewSWALR(o, 1, lrs.AnnealEpochs(-1)) },
		"lr_scheduler.ChainedScheduler: expected at least one scheduler":        func() { lrs.NewChainedScheduler() },
		"scheduler 1, a StepLR, is of another optimizer":                        func() { lrs.NewChainedScheduler(lrs.NewStepLR(o, 1), lrs.NewStepLR(newOptimizer("SGD"), 1)) },
		"lr_scheduler.SequentialLR: expected one scheduler more than there are": func() { lrs.NewSequentialLR(o, []lrs.LRScheduler{lrs.NewStepLR(o, 1)}, []int{1}) },
		"scheduler 1 is a ChainedScheduler, which can't be begun at a milestone": func() {
			step := lrs.NewStepLR(o, 1)
			lrs.NewSequentialLR(o, []lrs.LRScheduler{step, lrs.NewChainedScheduler(step)}, []int{1})
		},
		"lr_scheduler.ChainedScheduler: Step takes no epoch here, but got 3": func() { lrs.NewChainedScheduler(lrs.NewStepLR(o, 1)).Step(3) },
	} {
		var e *torch.Error
		err := torch.Try(func() error { make(); return nil })
		require.ErrorContains(t, err, want)
		require.ErrorAs(t, err, &e)
	}
}

// plainOptimizer has no momentum.
func plainOptimizer() optim.Optimizer {
	return optim.NewAdagrad([]*nn.Parameter{nn.NewParameter(torch.Ones(torch.Shape{2}))})
}

func TestASchedulerBeforeTheOptimizerWarns(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(before)

	o := newOptimizer("SGD")
	s := lrs.NewStepLR(o, 3)
	o.Step()
	s.Step()
	s.Step()
	require.Empty(t, log.String())

	late := lrs.NewStepLR(newOptimizer("Adam"), 3)
	late.Step()
	require.Contains(t, log.String(), "Detected call of `lr_scheduler.step()` before `optimizer.step()`")
	log.Reset()
	late.Step()
	require.Empty(t, log.String())
}

// What a scheduler keeps in the groups goes with the optimizer's state, and resumes with LastEpoch.
func TestResumeWithLastEpoch(t *testing.T) {
	o := newOptimizer("SGD")
	s := lrs.NewOneCycleLR(o, 0.5, lrs.TotalSteps(20))
	for range 7 {
		o.Step()
		s.Step()
	}
	other := newOptimizer("SGD")
	require.NoError(t, other.LoadStateDict(o.StateDict()))
	resumed := lrs.NewOneCycleLR(other, 0.5, lrs.TotalSteps(20), lrs.LastEpoch(6))
	for range 13 {
		require.Equal(t, s.GetLastLR(), resumed.GetLastLR())
		require.Equal(t, momentum(o.ParamGroups()[1]), momentum(other.ParamGroups()[1]))
		o.Step()
		s.Step()
		other.Step()
		resumed.Step()
	}
}

func TestFunctionsTakeWholeEpochs(t *testing.T) {
	s := lrs.NewLambdaLR(newOptimizer("SGD"), half)
	err := torch.Try(func() error { s.Step(2.5); return nil })
	require.ErrorContains(t, err, "LambdaLR: the epoch is 2.5, but its functions take whole ones")
}
