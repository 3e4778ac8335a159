package optim_test

import (
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/twin"
)

func lbfgs(o ...optim.LBFGSOption) func([]*nn.Parameter) optim.Optimizer {
	return func(ps []*nn.Parameter) optim.Optimizer { return optim.NewLBFGS(ps, o...) }
}

var stateFiles = map[string]func([]*nn.Parameter) optim.Optimizer{
	"Adam(ps, weight_decay=0.1, amsgrad=True)":      adam(optim.WeightDecay(0.1), optim.AMSGrad(true)),
	"AdamW(ps, lr=0.01, betas=(0.8, 0.9))":          adamW(optim.LR(0.01), optim.Betas(0.8, 0.9)),
	"SGD(ps, lr=0.1, momentum=0.9, nesterov=True)":  sgd(optim.LR(0.1), optim.Momentum(0.9), optim.Nesterov(true)),
	"SGD(ps, lr=0.1)":                               sgd(optim.LR(0.1)),
	"RMSprop(ps, centered=True, momentum=0.5)":      rmsprop(optim.Centered(true), optim.Momentum(0.5)),
	"LBFGS(ps, lr=0.1, max_iter=3, history_size=4)": lbfgs(optim.LR(0.1), optim.MaxIter(3), optim.HistorySize(4)),
	"LBFGS(ps, line_search_fn='strong_wolfe', max_iter=2, max_eval=100)": lbfgs(
		optim.LineSearchFn("strong_wolfe"), optim.MaxIter(2), optim.MaxEval(100)),
	"LBFGS(ps, lr=0.1, max_iter=1)":          lbfgs(optim.LR(0.1), optim.MaxIter(1)),
	"Adamax(ps, weight_decay=0.1)":           adamax(optim.WeightDecay(0.1)),
	"NAdam(ps, lr=0.01, momentum_decay=0.1)": nadam(optim.LR(0.01), optim.MomentumDecay(0.1)),
	"RAdam(ps, lr=0.01, betas=(0.7, 0.8))":   radam(optim.LR(0.01), optim.Betas(0.7, 0.8)),
	"Adagrad(ps, lr_decay=0.1)":              adagrad(optim.LRDecay(0.1)),
	"Adadelta(ps, rho=0.8)":                  adadelta(optim.Rho(0.8)),
	"Rprop(ps, etas=(0.4, 1.3))":             rprop(optim.Etas(0.4, 1.3)),
	"ASGD(ps, t0=1, lambd=0.01)":             asgd(optim.T0(1), optim.Lambd(0.01)),
}

// The optimizers take the file's settings over, so those that load have others at first.
const stateFilesPython = `
import os
dir = args[0]
def start(call, plain=False):
	ps = [inputs["p%d" % i].clone().requires_grad_() for i in range(4)]
	call = call.split("(")[0] + "(ps, lr=3)" if plain else call
	return ps, eval("torch.optim." + call, {"torch": torch, "ps": ps})
def step(ps, opt, n):
	def closure():
		opt.zero_grad()
		loss = ((inputs["x"] @ ps[0] + ps[1]).tanh() @ ps[2] + ps[3] - inputs["y"]).square().mean()
		loss.backward()
		return loss
	for i in range(n):
		opt.step(closure)
for i, call in enumerate(args[1:]):
	file = os.path.join(dir, "%d.pt" % i)
	if os.path.exists(file + ".go"):
		ps, opt = start(call, plain=True)
		saved = torch.load(file + ".go")
		opt.load_state_dict(saved["optimizer"])
		with torch.no_grad():
			for p, q in zip(ps, saved["params"]):
				p.copy_(q)
		own = start(call)[1]
		now, then = opt.state_dict()["param_groups"][0], own.state_dict()["param_groups"][0]
		assert now == then, (now, then)
		step(ps, opt, 3)
	else:
		ps, opt = start(call)
		step(ps, opt, 2)
		torch.save({"optimizer": opt.state_dict(), "params": [p.detach().clone() for p in ps]}, file)
		step(ps, opt, 3)
	for j, p in enumerate(ps):
		out["%s %d" % (call, j)] = p.detach().clone()
`

// A state goes through files from Python to Go and from Go to Python, and the steps after it are the same, bit for bit.
func TestStatesInPythonsFiles(t *testing.T) {
	inputs := lbfgsInputs()
	args := []string{t.TempDir()}
	for call := range stateFiles {
		args = append(args, call)
	}
	file := func(i int) string { return filepath.Join(args[0], strconv.Itoa(i)+".pt") }
	step := func(ps []*nn.Parameter, opt optim.Optimizer, n int) {
		for range n {
			opt.Step(func() *torch.Tensor {
				opt.ZeroGrad()
				loss := lbfgsProblems["sine"](ps, inputs["x"], inputs["y"])
				loss.Backward()
				return loss
			})
		}
	}
	want := twin.Run(t, stateFilesPython, inputs, args...)
	after := map[string][]*nn.Parameter{}
	for i, call := range args[1:] {
		var ps []*nn.Parameter
		saved, err := torch.Load(file(i))
		require.NoError(t, err)
		for _, p := range saved.(*torch.Dict).Get("params").([]any) {
			ps = append(ps, nn.NewParameter(p.(*torch.Tensor)))
		}
		opt := stateFiles[call](ps)
		opt.ParamGroups()[0].LR = 3
		state, err := optim.FromPython(saved.(*torch.Dict).Get("optimizer"))
		require.NoError(t, err)
		require.NoError(t, opt.LoadStateDict(state), call)

		python, err := opt.StateDict().Python()
		require.NoError(t, err)
		values := make([]any, len(ps))
		for j, p := range ps {
			values[j] = p.Detach()
		}
		require.NoError(t, torch.Save(file(i)+".go", map[string]any{"optimizer": python, "params": values}))

		step(ps, opt, 3)
		for j, p := range ps {
			twin.RequireEqual(t, want[call+" "+string(rune('0'+j))], p.Detach(), call)
		}
		after[call] = ps
	}
	for name, w := range twin.Run(t, stateFilesPython, inputs, args...) {
		call, j := name[:len(name)-2], name[len(name)-1]-'0'
		twin.RequireEqual(t, after[call][j].Detach(), w, call)
	}
}

func dict(pairs ...any) *torch.Dict {
	d := &torch.Dict{}
	for i := 0; i < len(pairs); i += 2 {
		d.Set(pairs[i], pairs[i+1])
	}
	return d
}

func TestPythonStatesThatAreNone(t *testing.T) {
	groups := []any{dict("lr", 0.1, "params", []any{int64(0)})}
	for want, v := range map[string]any{
		"expected the dict of an optimizer's state_dict(), but got a <nil>": nil,
		`there is no key "state"`:                    dict("param_groups", groups),
		"expected a list under param_groups":         dict("state", dict()),
		"param_groups[0]: expected a dict":           dict("state", dict(), "param_groups", []any{int64(1)}),
		"expected dicts by the parameters' numbers":  dict("state", dict("a", dict()), "param_groups", groups),
		"state.0.d: expected a list of tensors":      dict("state", dict(0, dict("d", []any{nil})), "param_groups", groups),
		"state.0.d: expected a tensor, a number or":  dict("state", dict(0, dict("d", "text")), "param_groups", groups),
		"the setting betas is missing":               dict("state", dict(), "param_groups", groups),
		"expected one of Adam, but got one of \"Ada": dict("state", dict(), "param_groups", []any{dict("decoupled_weight_decay", true, "amsgrad", false)}),
		"json: cannot unmarshal object into Go struct": dict("state", dict(), "param_groups", []any{dict(
			"lr", torch.Zeros(torch.Shape{2}), "betas", torch.Tuple{0.9, 0.99}, "eps", 0.1, "weight_decay", 0.0)}),
	} {
		state, err := optim.FromPython(v)
		if err == nil {
			err = optim.NewAdam([]*nn.Parameter{parameter(1)}).LoadStateDict(state)
		}
		require.ErrorContains(t, err, want)
	}
}
