package optim_test

import (
	"encoding/binary"
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
		{"wide", torch.Shape{3, 9}, torch.Float32},
		{"stack", torch.Shape{2, 3, 4}, torch.Float32},
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
	digest func(p *torch.Tensor) // asked after every step for every parameter; may be nil
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
		for _, p := range r.params {
			if r.digest != nil {
				r.digest(p.Tensor)
			}
		}
	}
}

// digest is a number of a tensor's bits, by which every step is compared without keeping all of them.
func digest(t *torch.Tensor) (sum int64) {
	if t.IsComplex() {
		t = t.ViewAsReal()
	}
	size := t.ElementSize()
	for i, b := 0, t.Detach().Contiguous().Bytes(); i < len(b); i += size {
		var bits int64
		switch size {
		case 2:
			bits = int64(int16(binary.LittleEndian.Uint16(b[i:])))
		case 4:
			bits = int64(int32(binary.LittleEndian.Uint32(b[i:])))
		default:
			bits = int64(binary.LittleEndian.Uint64(b[i:]))
		}
		sum += bits * int64(i/size+1)
	}
	return sum
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
` + references + `
sizes = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}
def digest(t):
    t = torch.view_as_real(t) if t.is_complex() else t
    bits = t.detach().contiguous().reshape(-1).view(sizes[t.element_size()]).to(torch.int64)
    return (bits * torch.arange(1, bits.numel() + 1)).sum()
for line in args:
    name, names, call = json.loads(line)
    params, grads = [], []
    for n in names.split():
        turn = (lambda t: t.t()) if n == "turned" else (lambda t: t)
        params.append(turn(inputs[n].clone()).detach().requires_grad_())
        grads.append([turn(inputs["%s.%d" % (n, i)].clone()) if "%s.%d" % (n, i) in inputs else None for i in range(100)])
    opt = eval(call, {"ps": params, **references, **vars(torch.optim)})
    steps = []
    for i in range(100):
        for p, g in zip(params, grads):
            p.grad = g[i]
        opt.step()
        steps.append(torch.stack([digest(p) for p in params]))
    out["%s/steps" % name] = torch.stack(steps)
    for n, p in zip(names.split(), params):
        out["%s/param.%s" % (name, n)] = p
        if p.grad is not None:
            out["%s/grad.%s" % (name, n)] = p.grad
    for i, state in opt.state_dict()["state"].items():
        for k, v in state.items():
            if v is not None:
                out["%s/state.%d.%s" % (name, i, k)] = v if torch.is_tensor(v) else torch.tensor(float(v))
`

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
		if !c.isInPython() {
			continue
		}
		lines = append(lines, fmt.Sprintf("[%q, %q, %q]", c.names+" "+c.python, c.names, c.python))
	}
	want := twin.Run(t, python, inputs, lines...)
	for _, c := range cases {
		t.Run(c.python, func(t *testing.T) {
			if !c.isInPython() {
				t.Skip("this version's Python does not have it")
			}
			r := start(c.names, c.make)
			var digests []int64
			r.digest = func(p *torch.Tensor) { digests = append(digests, digest(p)) }
			r.run(0, steps)
			got := r.results()
			got["steps"] = torch.New(digests).View(steps, -1)
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
