package optim_test

import (
	"slices"
	"strings"

	"multitorch/internal/version"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
)

func adam(o ...optim.AdamOption) func([]*nn.Parameter) optim.Optimizer {
	return func(ps []*nn.Parameter) optim.Optimizer { return optim.NewAdam(ps, o...) }
}

func adamW(o ...optim.AdamOption) func([]*nn.Parameter) optim.Optimizer {
	return func(ps []*nn.Parameter) optim.Optimizer { return optim.NewAdamW(ps, o...) }
}

func sgd(o ...optim.SGDOption) func([]*nn.Parameter) optim.Optimizer {
	return func(ps []*nn.Parameter) optim.Optimizer { return optim.NewSGD(ps, o...) }
}

func rmsprop(o ...optim.RMSpropOption) func([]*nn.Parameter) optim.Optimizer {
	return func(ps []*nn.Parameter) optim.Optimizer { return optim.NewRMSprop(ps, o...) }
}

func adamax(o ...optim.AdamaxOption) func([]*nn.Parameter) optim.Optimizer {
	return func(ps []*nn.Parameter) optim.Optimizer { return optim.NewAdamax(ps, o...) }
}

func nadam(o ...optim.NAdamOption) func([]*nn.Parameter) optim.Optimizer {
	return func(ps []*nn.Parameter) optim.Optimizer { return optim.NewNAdam(ps, o...) }
}

func radam(o ...optim.RAdamOption) func([]*nn.Parameter) optim.Optimizer {
	return func(ps []*nn.Parameter) optim.Optimizer { return optim.NewRAdam(ps, o...) }
}

func adagrad(o ...optim.AdagradOption) func([]*nn.Parameter) optim.Optimizer {
	return func(ps []*nn.Parameter) optim.Optimizer { return optim.NewAdagrad(ps, o...) }
}

func adadelta(o ...optim.AdadeltaOption) func([]*nn.Parameter) optim.Optimizer {
	return func(ps []*nn.Parameter) optim.Optimizer { return optim.NewAdadelta(ps, o...) }
}

func rprop(o ...optim.RpropOption) func([]*nn.Parameter) optim.Optimizer {
	return func(ps []*nn.Parameter) optim.Optimizer { return optim.NewRprop(ps, o...) }
}

func asgd(o ...optim.ASGDOption) func([]*nn.Parameter) optim.Optimizer {
	return func(ps []*nn.Parameter) optim.Optimizer { return optim.NewASGD(ps, o...) }
}

func lion(o ...optim.LionOption) func([]*nn.Parameter) optim.Optimizer {
	return func(ps []*nn.Parameter) optim.Optimizer { return optim.NewLion(ps, o...) }
}

func muon(o ...optim.MuonOption) func([]*nn.Parameter) optim.Optimizer {
	return func(ps []*nn.Parameter) optim.Optimizer { return optim.NewMuon(ps, o...) }
}

func adafactor(o ...optim.AdafactorOption) func([]*nn.Parameter) optim.Optimizer {
	return func(ps []*nn.Parameter) optim.Optimizer { return optim.NewAdafactor(ps, o...) }
}

const all = "matrix vector scalar rare unused double large turned"

// testCase is an optimizer of some parameters of the problem, in Python and in Go.
type testCase struct {
	names  string
	python string
	make   func([]*nn.Parameter) optim.Optimizer
}

// isInPython says whether the running version's Python has the call. Some keywords came later.
func (c testCase) isInPython() bool {
	since := func(minor int) bool { return version.AtLeast(torch.Version(), 2, minor) }
	switch {
	case strings.Contains(c.python, "decoupled_weight_decay"):
		return since(1)
	case strings.HasPrefix(c.python, "NAdam") || strings.HasPrefix(c.python, "RAdam"):
		return since(5) || !strings.Contains(c.python, "maximize")
	}
	return true
}

var cases = append(slices.Concat(moreCases, fusedCases()), []testCase{
	{all, "Adam(ps)", adam()},
	{all, "Adam(ps, foreach=True)", adam(optim.Foreach(true))},
	{all, "Adam(ps, foreach=False)", adam(optim.Foreach(false))},
	{all, "Adam(ps, lr=0.02, betas=(0.8, 0.95), eps=1e-3)", adam(optim.LR(0.02), optim.Betas(0.8, 0.95), optim.Eps(1e-3))},
	{all, "Adam(ps, lr=0.02, betas=(0.4, 0.0), eps=0)", adam(optim.LR(0.02), optim.Betas(0.4, 0), optim.Eps(0))},
	{all, "Adam(ps, weight_decay=0.1)", adam(optim.WeightDecay(0.1))},
	{all, "Adam(ps, weight_decay=0.1, foreach=True)", adam(optim.WeightDecay(0.1), optim.Foreach(true))},
	{all, "Adam(ps, weight_decay=0.1, maximize=True)", adam(optim.WeightDecay(0.1), optim.Maximize(true))},
	{all, "Adam(ps, weight_decay=0.1, maximize=True, foreach=True)", adam(optim.WeightDecay(0.1), optim.Maximize(true), optim.Foreach(true))},
	{
		all, "Adam(ps, weight_decay=0.1, maximize=True, foreach=False)",
		adam(optim.WeightDecay(0.1), optim.Maximize(true), optim.Foreach(false)),
	},
	{all, "Adam(ps, amsgrad=True)", adam(optim.AMSGrad(true))},
	{all, "Adam(ps, amsgrad=True, maximize=True, foreach=True)", adam(optim.AMSGrad(true), optim.Maximize(true), optim.Foreach(true))},
	{all, "Adam(ps, amsgrad=True, foreach=False)", adam(optim.AMSGrad(true), optim.Foreach(false))},
	{"complex matrix", "Adam(ps, weight_decay=0.1, maximize=True)", adam(optim.WeightDecay(0.1), optim.Maximize(true))},
	{"bfloat matrix", "Adam(ps, lr=0.05, weight_decay=0.1)", adam(optim.LR(0.05), optim.WeightDecay(0.1))},
	{"complex", "Adam(ps, foreach=True)", adam(optim.Foreach(true))},
	{all, "Adam([{'params': ps[:2], 'lr': 0.1, 'foreach': True}, {'params': ps[2:], 'betas': (0.7, 0.9), 'amsgrad': True}], lr=0.01, weight_decay=0.01)", func(ps []*nn.Parameter) optim.Optimizer {
		a := optim.NewAdam(ps[:2], optim.LR(0.01), optim.WeightDecay(0.01))
		a.ParamGroups()[0].LR = 0.1
		foreach := true
		a.ParamGroups()[0].Settings.(*optim.AdamConfig).Foreach = &foreach
		a.AddParamGroup(ps[2:], optim.Betas(0.7, 0.9), optim.AMSGrad(true))
		return a
	}},
	{all, "AdamW(ps)", adamW()},
	{all, "AdamW(ps, weight_decay=0.1, amsgrad=True, lr=0.02)", adamW(optim.WeightDecay(0.1), optim.AMSGrad(true), optim.LR(0.02))},
	{all, "AdamW(ps, weight_decay=0, maximize=True, foreach=True)", adamW(optim.WeightDecay(0), optim.Maximize(true), optim.Foreach(true))},
	{all, "AdamW(ps, foreach=False)", adamW(optim.Foreach(false))},
	{"complex", "AdamW(ps, maximize=True)", adamW(optim.Maximize(true))},
	{all, "SGD(ps, lr=0.1)", sgd(optim.LR(0.1))},
	{all, "SGD(ps, lr=0.1, maximize=True, weight_decay=0.1)", sgd(optim.LR(0.1), optim.Maximize(true), optim.WeightDecay(0.1))},
	{
		all, "SGD(ps, lr=0.1, momentum=0.9, dampening=0.3, weight_decay=0.1)",
		sgd(optim.LR(0.1), optim.Momentum(0.9), optim.Dampening(0.3), optim.WeightDecay(0.1)),
	},
	{all, "SGD(ps, lr=0.1, momentum=0.9, nesterov=True)", sgd(optim.LR(0.1), optim.Momentum(0.9), optim.Nesterov(true))},
	{
		all, "SGD(ps, lr=0.1, momentum=0.9, nesterov=True, foreach=True)",
		sgd(optim.LR(0.1), optim.Momentum(0.9), optim.Nesterov(true), optim.Foreach(true)),
	},
	{
		all, "SGD(ps, lr=0.1, momentum=0.9, nesterov=True, foreach=False, maximize=True)",
		sgd(optim.LR(0.1), optim.Momentum(0.9), optim.Nesterov(true), optim.Foreach(false), optim.Maximize(true)),
	},
	{"complex matrix", "SGD(ps, lr=0.1, momentum=0.9, weight_decay=0.1)", sgd(optim.LR(0.1), optim.Momentum(0.9), optim.WeightDecay(0.1))},
	{all, "RMSprop(ps)", rmsprop()},
	{all, "RMSprop(ps, foreach=True)", rmsprop(optim.Foreach(true))},
	{all, "RMSprop(ps, foreach=False, centered=True)", rmsprop(optim.Foreach(false), optim.Centered(true))},
	{all, "RMSprop(ps, lr=0.02, alpha=0.9, eps=1e-3)", rmsprop(optim.LR(0.02), optim.Alpha(0.9), optim.Eps(1e-3))},
	{all, "RMSprop(ps, momentum=0.9, weight_decay=0.1)", rmsprop(optim.Momentum(0.9), optim.WeightDecay(0.1))},
	{all, "RMSprop(ps, momentum=0.9, centered=True, maximize=True)", rmsprop(
		optim.Momentum(0.9), optim.Centered(true), optim.Maximize(true))},
	{all, "RMSprop(ps, momentum=0.9, centered=True, weight_decay=0.1, foreach=True)", rmsprop(
		optim.Momentum(0.9), optim.Centered(true), optim.WeightDecay(0.1), optim.Foreach(true))},
	{all, "RMSprop(ps, weight_decay=0.1, maximize=True, foreach=True)", rmsprop(
		optim.WeightDecay(0.1), optim.Maximize(true), optim.Foreach(true))},
	{"complex matrix", "RMSprop(ps, centered=True, momentum=0.5)", rmsprop(optim.Centered(true), optim.Momentum(0.5))},
	{"bfloat matrix", "RMSprop(ps, lr=0.05, weight_decay=0.1)", rmsprop(optim.LR(0.05), optim.WeightDecay(0.1))},
	{"bfloat matrix", "RMSprop(ps, lr=0.05, foreach=True)", rmsprop(optim.LR(0.05), optim.Foreach(true))},
	{"bfloat matrix", "SGD(ps, lr=0.05, momentum=0.7)", sgd(optim.LR(0.05), optim.Momentum(0.7))},
}...)
