package lr_scheduler_test

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/version"
	"multitorch/nn"
	"multitorch/optim"
	lrs "multitorch/optim/lr_scheduler"
	"multitorch/torch"
	"multitorch/twin"
)

// stepper is a scheduler in the hands of the tests, which step it by a metric where it wants one.
type stepper interface {
	GetLastLR() []float64
	StateDict() *torch.Dict
	LoadStateDict(*torch.Dict) error
}

// testCase is a scheduler of an optimizer with two groups, in Python and in Go.
type testCase struct {
	python string
	make   func(opt optim.Optimizer) stepper
}

// optimizers are what the schedulers move: with a momentum, and with betas.
var optimizers = map[string]func(p, q []*nn.Parameter) optim.Optimizer{
	"SGD": func(p, q []*nn.Parameter) optim.Optimizer {
		o := optim.NewSGD(p, optim.LR(0.1), optim.Momentum(0.9))
		o.AddParamGroup(q, optim.LR(0.37))
		return o
	},
	"Adam": func(p, q []*nn.Parameter) optim.Optimizer {
		o := optim.NewAdam(p, optim.LR(0.1))
		o.AddParamGroup(q, optim.LR(0.37))
		return o
	},
}

func newOptimizer(kind string) optim.Optimizer {
	p, q := nn.NewParameter(torch.Ones(torch.Shape{2})), nn.NewParameter(torch.Ones(torch.Shape{2}))
	return optimizers[kind]([]*nn.Parameter{p}, []*nn.Parameter{q})
}

// isInPython says whether the running version's Python takes the optimizer.
func (c testCase) isInPython(optimizer string) bool {
	return optimizer == "SGD" || c.python[:2] != "Cy" || version.AtLeast(torch.Version(), 2, 4) || c.python[len(c.python)-6:] == "False)"
}

const steps = 200

// Step 60 goes through a state. Where jumps are asked for, every ninth step goes to an epoch.
const python = `
import json, os, warnings
warnings.simplefilter("ignore")
from torch.optim.lr_scheduler import *
from torch.optim.swa_utils import SWALR
def optimizer(kind):
    groups = [{"params": [torch.ones(2, requires_grad=True)]}, {"params": [torch.ones(2, requires_grad=True)], "lr": 0.37}]
    return torch.optim.SGD(groups, lr=0.1, momentum=0.9) if kind == "SGD" else torch.optim.Adam(groups, lr=0.1)
for line in args:
    name, kind, call, jumps = json.loads(line)
    o = optimizer(kind)
    s = eval(call)
    rows = []
    for i in range(200):
        o.step()
        if "Plateau" in call:
            s.step(inputs["metrics"][i].item())
        elif jumps and i % 9 == 8:
            s.step(i // 2 + (0.25 if i % 2 and "ambda" not in call else 0))
        else:
            s.step()
        momenta = [g["momentum"] if kind == "SGD" else g["betas"][0] for g in o.param_groups]
        last = getattr(s, "_last_lr", [0, 0])
        rows.append(torch.tensor([g["lr"] for g in o.param_groups] + momenta + last, dtype=torch.float64))
        if i == 60 and not jumps:
            saved, scheduler = o.state_dict(), s.state_dict()
            scheduler.pop("_scale_fn_ref", None) # in 1.13 it points to what is gone
            o = optimizer(kind)
            s = eval(call)
            o.load_state_dict(saved)
            s.load_state_dict(scheduler)
    out[name] = torch.stack(rows)
`

func TestRatesArePyTorchs(t *testing.T) {
	torch.ManualSeed(5)
	metrics := torch.Rand(torch.Shape{steps}, torch.Float64)
	var lines []string
	for _, jumps := range []bool{false, true} {
		for kind := range optimizers {
			for i, c := range cases {
				if c.isInPython(kind) && (!jumps || c.jumps()) {
					lines = append(lines, fmt.Sprintf("[%q, %q, %q, %v]", c.name(i, kind, jumps), kind, c.python, jumps))
				}
			}
		}
	}
	want := twin.Run(t, python, map[string]*torch.Tensor{"metrics": metrics}, lines...)
	for _, jumps := range []bool{false, true} {
		for kind := range optimizers {
			for i, c := range cases {
				if !c.isInPython(kind) || jumps && !c.jumps() {
					continue
				}
				name := c.name(i, kind, jumps)
				t.Run(name, func(t *testing.T) {
					twin.RequireEqual(t, want[name], rates(t, c, kind, jumps, torch.ToSlice[float64](metrics)))
				})
			}
		}
	}
}

func (c testCase) name(i int, kind string, jumps bool) string {
	return fmt.Sprintf("%d %s %s %v", i, kind, c.python, jumps)
}

// jumps says whether a scheduler can go to an epoch.
func (c testCase) jumps() bool {
	return c.python[:2] != "Se" && c.python[:2] != "Ch" && c.python[:2] != "Re" && c.python[:2] != "SW"
}

// rates are the groups' rates and momenta, and the last rates, of each step.
func rates(t *testing.T, c testCase, kind string, jumps bool, metrics []float64) *torch.Tensor {
	o := newOptimizer(kind)
	s := c.make(o)
	var rows []float64
	for i := range steps {
		o.Step()
		switch plain, is := s.(lrs.LRScheduler); {
		case !is:
			s.(*lrs.ReduceLROnPlateau).Step(metrics[i])
		case jumps && i%9 == 8:
			at := float64(i / 2)
			if i%2 == 1 && !strings.Contains(c.python, "ambda") { // functions take whole epochs
				at += 0.25
			}
			plain.Step(at)
		default:
			plain.Step()
		}
		for _, g := range o.ParamGroups() {
			rows = append(rows, g.LR)
		}
		for _, g := range o.ParamGroups() {
			rows = append(rows, momentum(g))
		}
		rows = append(rows, s.GetLastLR()...)
		if i == 60 && !jumps {
			saved, state := o.StateDict(), throughAFile(t, s.StateDict())
			o = newOptimizer(kind)
			s = c.make(o)
			require.NoError(t, o.LoadStateDict(saved))
			require.NoError(t, s.LoadStateDict(state))
		}
	}
	return torch.FromSlice(rows).View(steps, -1)
}

func momentum(g *optim.Group) float64 {
	if c, is := g.Settings.(*optim.AdamConfig); is {
		return c.Betas[0]
	}
	return g.Settings.(*optim.SGDConfig).Momentum
}

func throughAFile(t *testing.T, d *torch.Dict) *torch.Dict {
	path := filepath.Join(t.TempDir(), strconv.Itoa(d.Len())+".pt")
	require.NoError(t, torch.Save(path, d))
	read, err := torch.Load(path)
	require.NoError(t, err)
	return read.(*torch.Dict)
}
