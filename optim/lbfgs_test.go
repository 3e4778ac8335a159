package optim_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/version"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/twin"
)

const lbfgsSteps = 5

// The problems, each as a loss of its parameters: a sine is fitted by a small network, and Rosenbrock's valley is walked
// through in float64. The third's second parameter has no gradient.
var lbfgsProblems = map[string]func(ps []*nn.Parameter, x, y *torch.Tensor) *torch.Tensor{
	"sine": func(ps []*nn.Parameter, x, y *torch.Tensor) *torch.Tensor {
		hidden := x.Matmul(ps[0].Tensor).Add(ps[1].Tensor).Tanh()
		return hidden.Matmul(ps[2].Tensor).Add(ps[3].Tensor).Sub(y).Square().Mean()
	},
	"rosenbrock": func(ps []*nn.Parameter, _, _ *torch.Tensor) *torch.Tensor {
		a, b := ps[4].Index(0), ps[4].Index(1)
		return a.RSub(1).Square().Add(b.Sub(a.Square()).Square().Mul(100))
	},
	"unused": func(ps []*nn.Parameter, _, _ *torch.Tensor) *torch.Tensor {
		return ps[5].Square().Sum().Add(ps[5].Sin().Sum())
	},
}

var lbfgsParams = map[string][]int{"sine": {0, 1, 2, 3}, "rosenbrock": {4}, "unused": {5, 1}}

const lbfgsPython = `
import json
x, y = inputs["x"], inputs["y"]
losses = {
	"sine": lambda ps: ((x @ ps[0] + ps[1]).tanh() @ ps[2] + ps[3] - y).square().mean(),
	"rosenbrock": lambda ps: (1 - ps[4][0]).square() + (ps[4][1] - ps[4][0].square()).square() * 100,
	"unused": lambda ps: ps[5].square().sum() + ps[5].sin().sum(),
}
which = {"sine": [0, 1, 2, 3], "rosenbrock": [4], "unused": [5, 1]}
def save(name, v):
	if torch.is_tensor(v):
		out[name] = v.clone()
	elif isinstance(v, list):
		for i, t in enumerate(v):
			save("%s.%d" % (name, i), t)
	elif v is not None:
		out[name] = torch.tensor(float(v), dtype=torch.float64)
for line in args:
	name, problem, call = json.loads(line)
	all = [inputs["p%d" % i].clone().requires_grad_() for i in range(6)]
	ps = [all[i] for i in which[problem]]
	opt = eval(call, {"ps": ps, "LBFGS": torch.optim.LBFGS})
	def closure():
		opt.zero_grad()
		loss = losses[problem](all)
		loss.backward()
		return loss
	for step in range(5):
		loss = opt.step(closure)
		save("%s/%d.loss" % (name, step), loss.detach())
		for i, p in enumerate(ps):
			save("%s/%d.param.%d" % (name, step, i), p.detach())
		for k, v in opt.state_dict()["state"].get(0, {}).items():
			if k != "al":
				save("%s/%d.state.0.%s" % (name, step, k), v)
`

var lbfgsCases = []struct {
	python string
	opts   []optim.LBFGSOption
}{
	{"LBFGS(ps)", nil},
	{"LBFGS(ps, lr=0.3)", []optim.LBFGSOption{optim.LR(0.3)}},
	{"LBFGS(ps, lr=0.1, max_iter=1)", []optim.LBFGSOption{optim.LR(0.1), optim.MaxIter(1)}},
	{"LBFGS(ps, lr=0.1, max_iter=7, history_size=2)", []optim.LBFGSOption{optim.LR(0.1), optim.MaxIter(7), optim.HistorySize(2)}},
	{"LBFGS(ps, lr=0.1, max_eval=3)", []optim.LBFGSOption{optim.LR(0.1), optim.MaxEval(3)}},
	{"LBFGS(ps, lr=0.1, tolerance_grad=1e-2)", []optim.LBFGSOption{optim.LR(0.1), optim.ToleranceGrad(1e-2)}},
	{"LBFGS(ps, lr=0.1, tolerance_change=1e-3)", []optim.LBFGSOption{optim.LR(0.1), optim.ToleranceChange(1e-3)}},
	{"LBFGS(ps, line_search_fn='strong_wolfe')", []optim.LBFGSOption{optim.LineSearchFn("strong_wolfe")}},
	{"LBFGS(ps, lr=10, line_search_fn='strong_wolfe')", []optim.LBFGSOption{optim.LR(10), optim.LineSearchFn("strong_wolfe")}},
	{"LBFGS(ps, lr=1e-3, max_iter=4, line_search_fn='strong_wolfe')", []optim.LBFGSOption{
		optim.LR(1e-3), optim.MaxIter(4), optim.LineSearchFn("strong_wolfe"),
	}},
	{"LBFGS(ps, max_eval=2, line_search_fn='strong_wolfe')", []optim.LBFGSOption{
		optim.MaxEval(2), optim.LineSearchFn("strong_wolfe"),
	}},
	{"LBFGS(ps, history_size=1, line_search_fn='strong_wolfe', tolerance_change=1e-4)", []optim.LBFGSOption{
		optim.HistorySize(1), optim.LineSearchFn("strong_wolfe"), optim.ToleranceChange(1e-4),
	}},
}

func init() {
	if version.AtLeast(torch.Version(), 2, 14) {
		for _, search := range []optim.LineSearchFn{"", "strong_wolfe"} {
			call := "LBFGS(ps, lr=1e-3, max_iter=3, maximize=True, line_search_fn='" + string(search) + "')"
			lbfgsCases = append(lbfgsCases, struct {
				python string
				opts   []optim.LBFGSOption
			}{strings.Replace(call, "''", "None", 1), []optim.LBFGSOption{optim.LR(1e-3), optim.MaxIter(3), optim.Maximize(true), search}})
		}
	}
}

func lbfgsInputs() map[string]*torch.Tensor {
	torch.ManualSeed(8)
	x := torch.Linspace(-3, 3, 40).Unsqueeze(1)
	inputs := map[string]*torch.Tensor{"x": x, "y": x.Sin(), "p4": torch.New([]float64{-1.5, 2})}
	for i, s := range []torch.Shape{{1, 8}, {8}, {8, 1}, {1}, nil, {3, 2}} {
		if s != nil {
			inputs[fmt.Sprint("p", i)] = torch.Randn(s)
		}
	}
	return inputs
}

// lbfgsTraining is an optimizer of a problem's parameters, and its closure.
func lbfgsTraining(inputs map[string]*torch.Tensor, problem string, opts ...optim.LBFGSOption) (
	[]*nn.Parameter, *optim.LBFGS, optim.Closure,
) {
	var all, ps []*nn.Parameter
	for i := range 6 {
		all = append(all, nn.NewParameter(inputs[fmt.Sprint("p", i)].Clone()))
	}
	for _, i := range lbfgsParams[problem] {
		ps = append(ps, all[i])
	}
	opt := optim.NewLBFGS(ps, opts...)
	return ps, opt, func() *torch.Tensor {
		opt.ZeroGrad()
		loss := lbfgsProblems[problem](all, inputs["x"], inputs["y"])
		loss.Backward()
		return loss
	}
}

func TestLBFGSIsPyTorchsAtEveryStep(t *testing.T) {
	inputs := lbfgsInputs()
	var lines []string
	for problem := range lbfgsProblems {
		for _, c := range lbfgsCases {
			lines = append(lines, fmt.Sprintf("[%q, %q, %q]", problem+" "+c.python, problem, c.python))
		}
	}
	want := twin.Run(t, lbfgsPython, inputs, lines...)
	for problem := range lbfgsProblems {
		for _, c := range lbfgsCases {
			t.Run(problem+" "+c.python, func(t *testing.T) {
				ps, opt, closure := lbfgsTraining(inputs, problem, c.opts...)
				got := map[string]*torch.Tensor{}
				for step := range lbfgsSteps {
					name := func(s string) string { return fmt.Sprintf("%s %s/%d.%s", problem, c.python, step, s) }
					got[name("loss")] = opt.Step(closure).Detach()
					for i, p := range ps {
						got[name(fmt.Sprint("param.", i))] = p.Detach().Clone()
					}
					s := opt.StateDict()
					for _, v := range s.Tensors {
						got[name(v.Name)] = v.Tensor.Clone()
					}
					for k, v := range s.Metadata {
						if strings.HasPrefix(k, "state.") && v != "[]" {
							var f float64
							_, err := fmt.Sscan(v, &f)
							require.NoError(t, err)
							got[name(k)] = torch.New(f, torch.Float64)
						}
					}
				}
				n := 0
				for name, w := range want {
					if strings.HasPrefix(name, problem+" "+c.python+"/") {
						n++
						require.Contains(t, got, name)
						twin.RequireEqual(t, w, got[name], name)
					}
				}
				require.Len(t, got, n)
			})
		}
	}
}
