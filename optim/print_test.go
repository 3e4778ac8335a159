package optim_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/optim/lr_scheduler"
	"multitorch/torch"
	"multitorch/twin"
)

// printed are optimizers whose settings are all of their kinds: given and not, whole numbers and not, None, tuples, several groups.
func printed() map[string]func([]*nn.Parameter) optim.Optimizer {
	calls := maps.Clone(stateFiles)
	delete(calls, "ASGD(ps, t0=1, lambd=0.01)") // an int that is given for a float is one that is printed, but not in Go
	maps.Copy(calls, map[string]func([]*nn.Parameter) optim.Optimizer{
		"Adam(ps)":                    adam(),
		"AdamW(ps)":                   adamW(),
		"Adam(ps, foreach=True)":      adam(optim.Foreach(true)),
		"Adam(ps, lr=1e-05, eps=1.0)": adam(optim.LR(1e-5), optim.Eps(1)),
		"Adamax(ps)":                  adamax(),
		"NAdam(ps)":                   nadam(),
		"RAdam(ps)":                   radam(),
		"Adagrad(ps)":                 adagrad(),
		"Adadelta(ps)":                adadelta(),
		"Rprop(ps)":                   rprop(),
		"ASGD(ps)":                    asgd(),
		"RMSprop(ps)":                 rmsprop(),
		"LBFGS(ps)":                   lbfgs(),
		"SparseAdam(ps)":              func(ps []*nn.Parameter) optim.Optimizer { return optim.NewSparseAdam(ps) },
		"SGD(ps, lr=1.0, momentum=0.5, dampening=0.25, maximize=True)": sgd(
			optim.LR(1), optim.Momentum(0.5), optim.Dampening(0.25), optim.Maximize(true)),
		"SGD([{'params': ps[:2]}, {'params': ps[2:], 'lr': 0.01}], lr=0.1, weight_decay=0.3)": func(ps []*nn.Parameter) optim.Optimizer {
			o := optim.NewSGD(ps[:2], optim.LR(0.1), optim.WeightDecay(0.3))
			o.AddParamGroup(ps[2:], optim.LR(0.01))
			return o
		},
		// A scheduler adds initial_lr, and its own.
		"once(SGD(ps, lr=0.1, momentum=0.9))": func(ps []*nn.Parameter) optim.Optimizer {
			o := optim.NewSGD(ps, optim.LR(0.1), optim.Momentum(0.9))
			lr_scheduler.NewOneCycleLR(o, 0.3, lr_scheduler.TotalSteps(10))
			return o
		},
	})
	return calls
}

func TestPrintIsPythons(t *testing.T) {
	calls := printed()
	names := slices.Sorted(maps.Keys(calls))
	want := twin.Run(t, `
		def once(opt):
			torch.optim.lr_scheduler.OneCycleLR(opt, 0.3, total_steps=10)
			return opt
		for call in args:
			ps = [torch.zeros(2, requires_grad=True) for _ in range(4)]
			out[call] = torch.tensor(list(str(eval(call, {"ps": ps, "once": once, **vars(torch.optim)})).encode()), dtype=torch.uint8)
	`, nil, names...)
	for _, call := range names {
		t.Run(call, func(t *testing.T) {
			var ps []*nn.Parameter
			for range 4 {
				ps = append(ps, nn.NewParameter(torch.Zeros(torch.Shape{2})))
			}
			require.Equal(t, string(want[call].Bytes()), fmt.Sprint(calls[call](ps)))
		})
	}
}

// Optimizers that not every version has, and one that somebody else wrote.
func TestPrintOfOthers(t *testing.T) {
	ps := []*nn.Parameter{nn.NewParameter(torch.Zeros(torch.Shape{2, 2}))}
	require.Equal(t, "Adafactor (\nParameter Group 0\n    beta2_decay: -0.8\n    d: 1.0\n    eps: (None, 0.001)\n    foreach: None\n"+
		"    lr: 0.01\n    maximize: False\n    weight_decay: 0.0\n)", optim.NewAdafactor(ps).String())
	require.Equal(t, "Muon (\nParameter Group 0\n    adjust_lr_fn: None\n    eps: 1e-07\n    lr: 0.001\n    momentum: 0.95\n    nesterov: True\n"+
		"    ns_coefficients: (3.4445, -4.775, 2.0315)\n    ns_steps: 5\n    weight_decay: 0.1\n)", optim.NewMuon(ps).String())
	require.Equal(t, "averaged (\nParameter Group 0\n    decay: 0.5\n    lr: 0.25\n)", newAveraged(ps, 0.25, 0.5).String())
	require.Equal(t, "<nil>", fmt.Sprint((*optim.Adam)(nil)))
}
