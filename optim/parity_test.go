package optim_test

import (
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/twin"
)

const steps = 100

// problem is parameters of several shapes and dtypes with a gradient for each step.
// Those of one name are complex, a transpose, without any gradient, with one at
// every third step, and larger than a batch.
var problem = sync.OnceValues(func() (map[string]*torch.Tensor, map[string][]*torch.Tensor) {
	torch.ManualSeed(3)
	params, grads := map[string]*torch.Tensor{}, map[string][]*torch.Tensor{}
	for _, p := range []struct {
		name  string
		shape torch.Shape
		dtype torch.DType
	}{
		{"matrix", torch.Shape{3, 4}, torch.Float32},
		{"vector", torch.Shape{5}, torch.Float32},
		{"scalar", torch.Shape{}, torch.Float32},
		{"rare", torch.Shape{2, 3}, torch.Float32},
		{"unused", torch.Shape{7}, torch.Float32},
		{"double", torch.Shape{2, 3}, torch.Float64},
		{"large", torch.Shape{300, 301}, torch.Float32},
		{"turned", torch.Shape{6, 4}, torch.Float32},
		{"complex", torch.Shape{3, 2}, torch.Complex64},
		{"bfloat", torch.Shape{5, 3}, torch.BFloat16},
	} {
		params[p.name] = torch.Randn(p.shape, p.dtype)
		for i := range steps {
			g := torch.Randn(p.shape, p.dtype)
			if p.name == "unused" || p.name == "rare" && i%3 != 0 {
				g = nil
			}
			grads[p.name] = append(grads[p.name], g)
		}
	}
	return params, grads
})

// training is the named parameters of the problem, and an optimizer of them.
type training struct {
	names  []string
	params []*nn.Parameter
	opt    optim.Optimizer
	grads  map[string][]*torch.Tensor
}

func start(names string, make func(ps []*nn.Parameter) optim.Optimizer) *training {
	values, grads := problem()
	r := &training{names: strings.Fields(names), grads: grads}
	for _, n := range r.names {
		v := values[n].Clone()
		if n == "turned" {
			v = v.T().Detach()
		}
		r.params = append(r.params, nn.NewParameter(v))
	}
	r.opt = make(r.params)
	return r
}

func (r *training) run(from, to int) {
	for i := from; i < to; i++ {
		for j, p := range r.params {
			g := r.grads[r.names[j]][i]
			if g != nil {
				g = g.Clone()
			}
			if g != nil && r.names[j] == "turned" {
				g = g.T()
			}
			p.SetGrad(g)
		}
		r.opt.Step()
	}
}

// results are the parameters, what a step left of their gradients, and the state.
func (r *training) results() map[string]*torch.Tensor {
	out := map[string]*torch.Tensor{}
	for i, p := range r.params {
		out["param."+r.names[i]] = p.Tensor
		if g := p.Grad(); g != nil {
			out["grad."+r.names[i]] = g
		}
	}
	for _, t := range r.opt.StateDict().Tensors {
		out[t.Name] = t.Tensor
	}
	return out
}

const python = `
import json
for line in args:
    name, names, call = json.loads(line)
    params, grads = [], []
    for n in names.split():
        turn = (lambda t: t.t()) if n == "turned" else (lambda t: t)
        params.append(turn(inputs[n].clone()).detach().requires_grad_())
        grads.append([turn(inputs["%s.%d" % (n, i)].clone()) if "%s.%d" % (n, i) in inputs else None for i in range(100)])
    opt = eval(call, {"ps": params, "Adam": torch.optim.Adam, "AdamW": torch.optim.AdamW, "SGD": torch.optim.SGD, "RMSprop": torch.optim.RMSprop})
    for i in range(100):
        for p, g in zip(params, grads):
            p.grad = g[i]
        opt.step()
    for n, p in zip(names.split(), params):
        out["%s/param.%s" % (name, n)] = p
        if p.grad is not None:
            out["%s/grad.%s" % (name, n)] = p.grad
    for i, state in opt.state_dict()["state"].items():
        for k, v in state.items():
            if v is not None:
                out["%s/state.%d.%s" % (name, i, k)] = v if torch.is_tensor(v) else torch.tensor(float(v))
`

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

const all = "matrix vector scalar rare unused double large turned"

var cases = []struct {
	names  string
	python string
	make   func([]*nn.Parameter) optim.Optimizer
}{
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
}

func TestStepsArePyTorchs(t *testing.T) {
	params, grads := problem()
	inputs := maps.Clone(params)
	for name, gs := range grads {
		for i, g := range gs {
			if g != nil {
				inputs[fmt.Sprintf("%s.%d", name, i)] = g
			}
		}
	}
	var lines []string
	for _, c := range cases {
		lines = append(lines, fmt.Sprintf("[%q, %q, %q]", c.names+" "+c.python, c.names, c.python))
	}
	want := twin.Run(t, python, inputs, lines...)
	for _, c := range cases {
		t.Run(c.python, func(t *testing.T) {
			r := start(c.names, c.make)
			r.run(0, steps)
			got := r.results()
			for name, w := range want {
				if k, mine := strings.CutPrefix(name, c.names+" "+c.python+"/"); mine {
					require.Contains(t, got, k)
					twin.RequireEqual(t, w, got[k], k)
					delete(got, k)
				}
			}
			require.Empty(t, got, "not in Python's results")
		})
	}
}
