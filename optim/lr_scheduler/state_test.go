package lr_scheduler_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/optim"
	lrs "multitorch/optim/lr_scheduler"
	"multitorch/torch"
	"multitorch/twin"
)

// inFiles are schedulers whose states have no functions, which Python can't write into a file.
var inFiles = map[string]func(optim.Optimizer) stepper{
	"StepLR(o, 3)": scheduler(func(o optim.Optimizer) *lrs.StepLR { return lrs.NewStepLR(o, 3) }),
	"MultiStepLR(o, [4, 9, 4])": scheduler(func(o optim.Optimizer) *lrs.MultiStepLR {
		return lrs.NewMultiStepLR(o, []int{4, 9, 4})
	}),
	"LinearLR(o, total_iters=9)": scheduler(func(o optim.Optimizer) *lrs.LinearLR { return lrs.NewLinearLR(o, lrs.TotalIters(9)) }),
	"CosineAnnealingWarmRestarts(o, 3, T_mult=2)": scheduler(func(o optim.Optimizer) *lrs.CosineAnnealingWarmRestarts {
		return lrs.NewCosineAnnealingWarmRestarts(o, 3, lrs.TMult(2))
	}),
	"ReduceLROnPlateau(o, patience=1)": scheduler(func(o optim.Optimizer) *lrs.ReduceLROnPlateau {
		return lrs.NewReduceLROnPlateau(o, lrs.Patience(1))
	}),
	"SequentialLR(o, [ConstantLR(o), ExponentialLR(o, 0.9)], [4])": scheduler(func(o optim.Optimizer) *lrs.SequentialLR {
		return lrs.NewSequentialLR(o, []lrs.LRScheduler{lrs.NewConstantLR(o), lrs.NewExponentialLR(o, 0.9)}, []int{4})
	}),
	"ChainedScheduler([StepLR(o, 2), CosineAnnealingLR(o, 7)])": scheduler(func(o optim.Optimizer) *lrs.ChainedScheduler {
		return lrs.NewChainedScheduler(lrs.NewStepLR(o, 2), lrs.NewCosineAnnealingLR(o, 7))
	}),
	"LambdaLR(o, lambda e: 0.95 ** e)": scheduler(func(o optim.Optimizer) *lrs.LambdaLR { return lrs.NewLambdaLR(o, half) }),
}

// A file of either language goes on in the other.
const filesPython = `
import os, warnings
warnings.simplefilter("ignore")
from torch.optim.lr_scheduler import *
for i, call in enumerate(args[1:]):
    file = os.path.join(args[0], str(i) + ".pt")
    o = torch.optim.SGD([torch.ones(2, requires_grad=True)], lr=0.1)
    s = eval(call)
    def steps(n):
        rows = []
        for _ in range(n):
            o.step()
            s.step(1.0) if "Plateau" in call else s.step()
            rows.append(o.param_groups[0]["lr"])
        return torch.tensor(rows, dtype=torch.float64)
    if os.path.exists(file + ".go"):
        saved = torch.load(file + ".go")
        o.load_state_dict(saved["optimizer"])
        s.load_state_dict(saved["scheduler"])
    else:
        steps(5)
        torch.save({"optimizer": o.state_dict(), "scheduler": s.state_dict()}, file)
    out[call] = steps(10)
`

func TestStatesInPythonsFiles(t *testing.T) {
	dir := t.TempDir()
	args := []string{dir}
	for call := range inFiles {
		args = append(args, call)
	}
	file := func(i int) string { return filepath.Join(dir, string(rune('0'+i))+".pt") }
	want := twin.Run(t, filesPython, nil, args...)
	after := map[string]*torch.Tensor{}
	for i, call := range args[1:] {
		o := newOptimizer("SGD")
		one := optim.NewSGD(o.ParamGroups()[0].Params, optim.LR(7))
		s := inFiles[call](one)
		read, err := torch.Load(file(i))
		require.NoError(t, err)
		state, err := optim.FromPython(read.(*torch.Dict).Get("optimizer"))
		require.NoError(t, err)
		require.NoError(t, one.LoadStateDict(state))
		scheduler, err := read.(*torch.Dict).Dict("scheduler")
		require.NoError(t, err)
		require.NoError(t, s.LoadStateDict(scheduler), call)

		python, err := one.StateDict().Python()
		require.NoError(t, err)
		require.NoError(t, torch.Save(file(i)+".go", map[string]any{"optimizer": python, "scheduler": s.StateDict()}))

		var rows []float64
		for range 10 {
			one.Step()
			if plain, is := s.(lrs.LRScheduler); is {
				plain.Step()
			} else {
				s.(*lrs.ReduceLROnPlateau).Step(1)
			}
			rows = append(rows, one.ParamGroups()[0].LR)
		}
		after[call] = torch.FromSlice(rows)
		twin.RequireEqual(t, want[call], after[call], call)
	}
	for call, w := range twin.Run(t, filesPython, nil, args...) {
		twin.RequireEqual(t, after[call], w, call)
	}
}

func TestStatesThatDoNotFit(t *testing.T) {
	o := newOptimizer("SGD")
	step := lrs.NewStepLR(o, 3)
	chain := lrs.NewChainedScheduler(step, lrs.NewExponentialLR(o, 0.5))
	cycle := lrs.NewOneCycleLR(newOptimizer("SGD"), 1, lrs.TotalSteps(5))
	multi := lrs.NewMultiStepLR(o, []int{3})
	plateau := lrs.NewReduceLROnPlateau(o)
	with := func(s stepper, name string, v any) *torch.Dict {
		d := s.StateDict()
		d.Set(name, v)
		return d
	}
	for want, c := range map[string]struct {
		s stepper
		d *torch.Dict
	}{
		"does not fit the StepLR: expected the dict":                  {step, nil},
		"there is no step_size in it":                                 {step, lrs.NewConstantLR(o).StateDict()},
		"step_size: expected a int, but got a string":                 {step, with(step, "step_size", "3")},
		"base_lrs: expected a []float64, but got a []interface":       {step, with(step, "base_lrs", []any{"a"})},
		"gamma: expected a float64, but got a bool":                   {step, with(step, "gamma", true)},
		"milestones: expected a Counter, but got a int64":             {multi, with(multi, "milestones", int64(3))},
		"_schedulers: expected a list of 2 states":                    {chain, with(chain, "_schedulers", []any{})},
		"_schedulers: expected a dict, but got a int64":               {chain, with(chain, "_schedulers", []any{step.StateDict(), int64(1)})},
		"the state does not fit the ExponentialLR: there is no gamma": {chain, with(chain, "_schedulers", []any{step.StateDict(), lrs.NewConstantLR(o).StateDict()})},
		"_schedule_phases: expected a list of phases":                 {cycle, with(cycle, "_schedule_phases", "x")},
		`the mode is "up"`: {plateau, with(plateau, "mode", "up")},
	} {
		before := c.s.StateDict()
		require.ErrorContains(t, c.s.LoadStateDict(c.d), want)
		require.Equal(t, before, c.s.StateDict(), want)
	}
}
