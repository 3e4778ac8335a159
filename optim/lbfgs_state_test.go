package optim_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/twin"
)

func TestLBFGSResumesBitForBit(t *testing.T) {
	inputs := lbfgsInputs()
	for _, search := range []optim.LineSearchFn{"", "strong_wolfe"} {
		for problem := range lbfgsProblems {
			opts := []optim.LBFGSOption{optim.LR(0.1), optim.MaxIter(3), optim.HistorySize(12), search}
			ps, opt, closure := lbfgsTraining(inputs, problem, opts...)
			for step := range 7 {
				others, other, otherClosure := lbfgsTraining(inputs, problem)
				require.NoError(t, other.LoadStateDict(saveAndLoad(t, opt.StateDict())))
				require.Equal(t, opt.StateDict().Metadata, other.StateDict().Metadata)
				torch.NoGrad(func() {
					for i, p := range ps {
						others[i].CopyInplace(p.Tensor)
					}
				})
				opt.Step(closure)
				other.Step(otherClosure)
				for i, p := range ps {
					twin.RequireEqual(t, p.Tensor, others[i].Tensor, problem, search, step)
				}
				require.Equal(t, opt.StateDict().Metadata, other.StateDict().Metadata)
			}
		}
	}
}

// What is maximised is what is minimised with the other sign.
func TestLBFGSMaximizes(t *testing.T) {
	inputs := lbfgsInputs()
	for _, search := range []optim.LineSearchFn{"", "strong_wolfe"} {
		ps, opt, closure := lbfgsTraining(inputs, "sine", optim.LR(0.1), search)
		others, other, _ := lbfgsTraining(inputs, "sine", optim.LR(0.1), search, optim.Maximize(true))
		for range 3 {
			loss := opt.Step(closure)
			negative := other.Step(func() *torch.Tensor {
				other.ZeroGrad()
				loss := lbfgsProblems["sine"](others, inputs["x"], inputs["y"]).Neg()
				loss.Backward()
				return loss
			})
			require.Equal(t, loss.Item(), -negative.Item())
		}
		for i, p := range ps {
			twin.RequireEqual(t, p.Tensor, others[i].Tensor)
		}
	}
}

func TestNothingStaysAfterAStepOfLBFGS(t *testing.T) {
	for _, search := range []optim.LineSearchFn{"", "strong_wolfe"} {
		_, opt, closure := lbfgsTraining(lbfgsInputs(), "sine", optim.LR(1e-3), optim.HistorySize(3), search)
		torch.Scoped(func(s *torch.Scope) {
			own := func() (loss *torch.Tensor) {
				torch.Step(func() { loss = closure().Keep() })
				return s.Own(loss)
			}
			opt.Step(own)
			leak.CollectorOff(t)
			live := torch.LiveTensors() - s.Len()
			for range 20 { // of which each would leave something
				opt.Step(own)
			}
			const history, numbers = 2 * 3, 3 // that may not have been there, or as floats
			require.LessOrEqual(t, torch.LiveTensors()-s.Len(), live+history+numbers)
		})
	}
}

func TestWhatLBFGSCanNotDo(t *testing.T) {
	ps, opt, closure := lbfgsTraining(lbfgsInputs(), "unused", optim.LineSearchFn("strong_wolfe"))
	for _, c := range []struct {
		name string
		do   func()
		want string
	}{
		{"no closure", func() { opt.Step() }, "optim.LBFGS: expected a closure"},
		{"nil closure", func() { opt.Step(nil) }, "optim.LBFGS: expected a closure"},
		{"no loss", func() { opt.Step(func() *torch.Tensor { return nil }) }, "expected the closure to return the loss"},
		{"search", func() { optim.NewLBFGS(ps, optim.LineSearchFn("armijo")) }, `the line search is "armijo": expected "strong_wolfe", or none`},
		{"max iter", func() { optim.NewLBFGS(ps, optim.MaxIter(0)) }, "the max iter is 0: expected at least 1"},
		{"max eval", func() { optim.NewLBFGS(ps, optim.MaxEval(0)) }, "the max eval is 0"},
		{"history", func() { optim.NewLBFGS(ps, optim.HistorySize(0)) }, "the history size is 0"},
		{"tolerance", func() { optim.NewLBFGS(ps, optim.ToleranceGrad(-1)) }, "the tolerance of gradients is -1"},
		{"no way", func() {
			still := optim.NewLBFGS(ps, optim.LR(0), optim.LineSearchFn("strong_wolfe"))
			still.Step(closure)
			still.Step(closure)
		}, "divides by 0"},
		{"groups", func() {
			other := optim.NewLBFGS(ps[:1])
			other.Add(ps[1:], 1, other.ParamGroups()[0].Settings)
			other.Step(closure)
		}, "expected one group of parameters, but there are 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var e *torch.Error
			require.ErrorAs(t, torch.Try(func() error { c.do(); return nil }), &e)
			require.ErrorContains(t, e, c.want)
			require.True(t, torch.IsGradEnabled())
		})
	}
}

// A closure that fails leaves the state as it was, so that the step can be tried again.
func TestAClosureThatFails(t *testing.T) {
	_, opt, closure := lbfgsTraining(lbfgsInputs(), "sine", optim.LR(0.1))
	opt.Step(closure)
	before := saveAndLoad(t, opt.StateDict())
	calls := 0
	require.ErrorContains(t, torch.Try(func() error {
		opt.Step(func() *torch.Tensor {
			if calls++; calls == 3 {
				panic(&torch.Error{Op: "closure", Message: "fails"})
			}
			return closure()
		})
		return nil
	}), "closure: fails")
	after := opt.StateDict()
	require.Equal(t, before.Metadata, after.Metadata)
	require.Len(t, after.Tensors, len(before.Tensors))
	for i, v := range saveAndLoad(t, after).Tensors {
		twin.RequireEqual(t, before.Tensors[i].Tensor, v.Tensor, v.Name)
	}
}

func TestStateThatDoesNotFitLBFGS(t *testing.T) {
	saved := func() optim.State {
		_, opt, closure := lbfgsTraining(lbfgsInputs(), "sine", optim.LR(0.1), optim.MaxIter(5))
		opt.Step(closure)
		return opt.StateDict()
	}
	tensor := func(name string, v *torch.Tensor) func(*optim.State) error {
		return func(s *optim.State) error {
			for i := range s.Tensors {
				if s.Tensors[i].Name == name {
					s.Tensors[i].Tensor = v
					return nil
				}
			}
			return errors.New("no " + name)
		}
	}
	value := func(name, text string) func(*optim.State) error {
		return func(s *optim.State) error { s.Metadata[name] = text; return nil }
	}
	for want, change := range map[string]func(s *optim.State) error{
		"d is missing, or not what belongs to 25":          tensor("state.0.d", torch.Zeros(torch.Shape{24})),
		"old_dirs is missing, or not what":                 tensor("state.0.old_dirs.1", torch.Zeros(torch.Shape{1})),
		"state.0.old_dirs.1: the tensor is nil":            tensor("state.0.old_dirs.1", nil),
		"H_diag is missing":                                tensor("state.0.H_diag", torch.Zeros(torch.Shape{2})),
		"expected func_evals and n_iter":                   value("state.0.n_iter", "-1"),
		"n_iter, two whole":                                value("state.0.n_iter", "2.5"),
		`state.0.prev_loss: expected a number, but got "x`: value("state.0.prev_loss", "x"),
		"unexpected key state.0.al":                        value("state.0.al", "1"),
		"state.0.d comes twice":                            value("state.0.d", "1"),
		"old_dirs: it comes twice":                         value("state.0.old_dirs", "1"),
		"state.0.old_stps: of 4 tensors number 1 is missing": func(s *optim.State) error {
			for i := range s.Tensors {
				s.Tensors[i].Name = strings.Replace(s.Tensors[i].Name, "old_stps.1", "old_stps.999999999", 1)
			}
			return nil
		},
		"old_dirs is missing, or not what belongs": func(s *optim.State) error {
			replace(s, `"history_size":100`, `"history_size":2`)
			return nil
		},
		"the first parameter alone": func(s *optim.State) error {
			for i := range s.Tensors {
				s.Tensors[i].Name = strings.Replace(s.Tensors[i].Name, "state.0", "state.1", 1)
			}
			for k, v := range s.Metadata {
				delete(s.Metadata, k)
				s.Metadata[strings.Replace(k, "state.0", "state.1", 1)] = v
			}
			return nil
		},
	} {
		t.Run(want, func(t *testing.T) {
			s := saved()
			require.NoError(t, change(&s))
			_, opt, closure := lbfgsTraining(lbfgsInputs(), "sine")
			opt.Step(closure)
			before := opt.StateDict().Metadata
			require.ErrorContains(t, opt.LoadStateDict(s), want)
			require.Equal(t, before, opt.StateDict().Metadata)
		})
	}
}
