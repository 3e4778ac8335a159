package nn_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/twin"
)

// hookLog is what hooks saw, in order: the same in Go and in Python.
type hookLog struct {
	lines   []string
	tensors map[string]*torch.Tensor
}

func (l *hookLog) note(name string, lists ...[]*torch.Tensor) {
	for _, list := range lists {
		name += " |"
		for _, v := range list {
			if v == nil {
				name += " -"
				continue
			}
			key := fmt.Sprintf("seen%d", len(l.tensors))
			name += " " + key
			l.tensors[key] = v.Detach().Clone().Keep()
		}
	}
	l.lines = append(l.lines, name)
}

// full has f's result in place of the gradients, after they are noted.
func (l *hookLog) full(m nn.Module, name string, f func(gx, gy []*torch.Tensor) []*torch.Tensor) {
	nn.RegisterFullBackwardHook(m, func(_ nn.Module, gx, gy []*torch.Tensor) []*torch.Tensor {
		l.note(name, gx, gy)
		return f(gx, gy)
	})
}

func (l *hookLog) try(name string, f func()) {
	if err := torch.Try(func() error { f(); return nil }); err != nil {
		name += " fails"
	}
	l.lines = append(l.lines, name)
}

const pythonHookLog = `
	import torch.nn as nn
	lines, seen = [], {}
	def note(name, *lists):
		for l in lists:
			name += " |"
			for v in l:
				if v is None: name += " -"; continue
				key = "seen%d" % len(seen); name += " " + key; seen[key] = v.detach().clone()
		lines.append(name)
	def full(m, name, f):
		def hook(m, gx, gy): note(name, gx, gy); return f(gx, gy)
		m.register_full_backward_hook(hook)
	def attempt(name, f):
		try: f()
		except RuntimeError: name += " fails"
		lines.append(name)
	torch.manual_seed(5)
`

func requireSameHooks(t *testing.T, python string, f func(l *hookLog)) {
	t.Helper()
	want := twin.Run(t, pythonHookLog+python+`
	out.update(seen)
	out["lines"] = torch.tensor(list("\n".join(lines).encode()), dtype=torch.uint8)
	`, nil)
	torch.ManualSeed(5)
	l := &hookLog{tensors: map[string]*torch.Tensor{}}
	f(l)
	require.Equal(t, string(want["lines"].Bytes()), strings.Join(l.lines, "\n"))
	for key, v := range l.tensors {
		twin.RequireEqual(t, want[key], v, key)
	}
}

func one(x *torch.Tensor) []*torch.Tensor          { return []*torch.Tensor{x} }
func nothing(_, _ []*torch.Tensor) []*torch.Tensor { return nil }
func timesTwo(gx, _ []*torch.Tensor) []*torch.Tensor {
	return one(gx[0].Mul(2))
}

// leaky leaves a sum of its input that doesn't pass its output.
type leaky struct {
	nn.Base
	L   *nn.Linear
	aux *torch.Tensor
}

func (m *leaky) Forward(x *torch.Tensor) *torch.Tensor {
	return nn.Through(m, x, func(x *torch.Tensor) *torch.Tensor {
		m.aux = x.Mul(3).Sum()
		return m.L.Forward(x)
	})
}

func TestBackwardHooksLeaveOtherGradientsAlone(t *testing.T) {
	requireSameHooks(t, `
	class leaky(nn.Module):
		def __init__(self): super().__init__(); self.l = nn.Linear(3, 3)
		def forward(self, x): self.aux = (x * 3).sum(); return self.l(x)
	m = leaky()
	full(m, "m", lambda gx, gy: (gx[0] * 2,))
	x = torch.randn(2, 3, requires_grad=True)
	y = m(x)
	m.aux.backward(retain_graph=True); note("aux", [x.grad])
	(y.sum() + m.aux).backward(retain_graph=True); note("both", [x.grad])
	y.sum().backward(retain_graph=True); note("again", [x.grad])
	m.aux.backward(); note("aux", [x.grad])
	`, func(l *hookLog) {
		m := &leaky{L: nn.NewLinear(3, 3)}
		l.full(m, "m", timesTwo)
		x := torch.Randn(torch.Shape{2, 3}, torch.RequiresGrad(true))
		y := m.Forward(x)
		m.aux.Backward(torch.RetainGraph(true))
		l.note("aux", one(x.Grad()))
		y.Sum().Add(m.aux).Backward(torch.RetainGraph(true))
		l.note("both", one(x.Grad()))
		y.Sum().Backward(torch.RetainGraph(true))
		l.note("again", one(x.Grad()))
		m.aux.Backward()
		l.note("aux", one(x.Grad()))
	})
}

func TestHooksOfOutputsRunBeforeTheModules(t *testing.T) {
	requireSameHooks(t, `
	for requires in (True, False):
		inner, outer = nn.Linear(3, 3), nn.Tanh()
		m = nn.Sequential(inner, outer)
		for name, c in (("inner", inner), ("outer", outer), ("m", m)): full(c, name, lambda gx, gy: None)
		x = torch.randn(2, 3, requires_grad=requires)
		y = m(x)
		def triple(g): note("triple", [g]); return g * 3
		y.register_hook(triple)
		y.register_hook(lambda g: note("second", [g]))
		(y * y).sum().backward()
		note("after", [x.grad, inner.weight.grad, inner.bias.grad])
	# a gradient of a gradient, into which the hook brought the output's
	full(inner, "added", lambda gx, gy: (gx[0] + gy[0],))
	x = torch.randn(2, 3, requires_grad=True)
	g, = torch.autograd.grad((m(x) ** 2).sum(), x, create_graph=True)
	(g ** 2).sum().backward()
	note("twice", [g, x.grad, inner.weight.grad])
	`, func(l *hookLog) {
		var m *nn.Sequential
		var inner *nn.Linear
		for _, requires := range []bool{true, false} {
			inner = nn.NewLinear(3, 3)
			outer := nn.NewTanh()
			m = nn.NewSequential(inner, outer)
			l.full(inner, "inner", nothing)
			l.full(outer, "outer", nothing)
			l.full(m, "m", nothing)
			x := torch.Randn(torch.Shape{2, 3}, torch.RequiresGrad(requires))
			y := m.Forward(x)
			y.RegisterHook(func(g *torch.Tensor) *torch.Tensor { l.note("triple", one(g)); return g.Mul(3) })
			y.RegisterHook(func(g *torch.Tensor) *torch.Tensor { l.note("second", one(g)); return nil })
			y.Mul(y).Sum().Backward()
			l.note("after", []*torch.Tensor{x.Grad(), inner.Weight.Grad(), inner.Bias.Grad()})
		}
		l.full(inner, "added", func(gx, gy []*torch.Tensor) []*torch.Tensor { return one(gx[0].Add(gy[0])) })
		x := torch.Randn(torch.Shape{2, 3}, torch.RequiresGrad(true))
		g := torch.Grad(one(m.Forward(x).Pow(2).Sum()), one(x), torch.CreateGraph(true))[0]
		g.Pow(2).Sum().Backward()
		l.note("twice", []*torch.Tensor{g, x.Grad(), inner.Weight.Grad()})
	})
}

// forked has two inputs and two outputs.
type forked struct {
	nn.Base
	A, B *nn.Linear
}

func (m *forked) Forward(x, h *torch.Tensor) (y, z *torch.Tensor) {
	out := nn.ThroughAll(m, []*torch.Tensor{x, h}, func(in []*torch.Tensor) []*torch.Tensor {
		return []*torch.Tensor{m.A.Forward(in[0]), m.B.Forward(in[0])}
	})
	return out[0], out[1]
}

// Inputs that are left out, and outputs on which nothing depends.
func TestBackwardHooksOfSeveralTensors(t *testing.T) {
	requireSameHooks(t, `
	class forked(nn.Module):
		def __init__(self): super().__init__(); self.a, self.b = nn.Linear(3, 3), nn.Linear(3, 3)
		def forward(self, x, h=None): return self.a(x), self.b(x)
	for requires in (True, False):
		m = forked()
		m.register_forward_pre_hook(lambda m, i: (i[0] * 2,) + i[1:])
		m.register_forward_hook(lambda m, i, o: (o[0] * 2, o[1]))
		full(m, "m", lambda gx, gy: None)
		x, h = torch.randn(2, 3, requires_grad=requires), torch.randn(2, 3, requires_grad=requires)
		m(x)[0].sum().backward(); note("first", [x.grad, m.a.weight.grad, m.b.weight.grad])
		m(x, h)[1].sum().backward(); note("second", [x.grad, h.grad, m.a.weight.grad, m.b.weight.grad])
	gru = nn.GRU(3, 2)
	full(gru, "gru", lambda gx, gy: None)
	x, h = torch.randn(4, 1, 3, requires_grad=True), torch.randn(1, 1, 2)
	gru(x)[0].sum().backward(); note("gru", [x.grad])
	gru(x, h)[1].sum().backward(); note("gru", [x.grad])
	e = nn.Embedding(5, 3)
	full(e, "embedding", lambda gx, gy: None)
	e(torch.tensor([1, 2])).sum().backward()
	`, func(l *hookLog) {
		for _, requires := range []bool{true, false} {
			m := &forked{A: nn.NewLinear(3, 3), B: nn.NewLinear(3, 3)}
			nn.RegisterForwardPreHook(m, func(_ nn.Module, xs []*torch.Tensor) []*torch.Tensor { return append(one(xs[0].Mul(2)), xs[1:]...) })
			nn.RegisterForwardHook(m, func(_ nn.Module, _, ys []*torch.Tensor) []*torch.Tensor { return append(one(ys[0].Mul(2)), ys[1:]...) })
			l.full(m, "m", nothing)
			x := torch.Randn(torch.Shape{2, 3}, torch.RequiresGrad(requires))
			h := torch.Randn(torch.Shape{2, 3}, torch.RequiresGrad(requires))
			y, _ := m.Forward(x, nil)
			y.Sum().Backward()
			l.note("first", []*torch.Tensor{x.Grad(), m.A.Weight.Grad(), m.B.Weight.Grad()})
			_, z := m.Forward(x, h)
			z.Sum().Backward()
			l.note("second", []*torch.Tensor{x.Grad(), h.Grad(), m.A.Weight.Grad(), m.B.Weight.Grad()})
		}
		gru := nn.NewGRU(3, 2)
		l.full(gru, "gru", nothing)
		x, h := torch.Randn(torch.Shape{4, 1, 3}, torch.RequiresGrad(true)), torch.Randn(torch.Shape{1, 1, 2})
		y, _ := gru.Forward(x, nil)
		y.Sum().Backward()
		l.note("gru", one(x.Grad()))
		_, y = gru.Forward(x, h)
		y.Sum().Backward()
		l.note("gru", one(x.Grad()))
		e := nn.NewEmbedding(5, 3)
		l.full(e, "embedding", nothing)
		e.Forward(torch.New([]int64{1, 2})).Sum().Backward()
	})
	m := &forked{A: nn.NewLinear(3, 3), B: nn.NewLinear(4, 3)}
	require.ErrorContains(t, torch.Try(func() error {
		nn.ThroughAll(m, nil, func([]*torch.Tensor) []*torch.Tensor { panic(&torch.Error{Op: "own"}) })
		return nil
	}), "forked")
}

func TestWhatBackwardHooksForbid(t *testing.T) {
	requireSameHooks(t, `
	def through(i, inplace, x):
		m = nn.Sequential(nn.Linear(3, 3), nn.ReLU(inplace), nn.Linear(3, 3))
		full(m[i], "m", lambda gx, gy: None)
		m(x).sum().backward()
	for i in range(3):
		for inplace in (False, True):
			for requires in (True, False):
				x = torch.randn(2, 3, requires_grad=requires)
				attempt("layer %d" % i, lambda: through(i, inplace, x))
	m = nn.Linear(3, 3)
	full(m, "no gradient", lambda gx, gy: (torch.ones(2, 3),))
	attempt("given", lambda: m(torch.ones(2, 3)).sum().backward())
	m = nn.Linear(3, 3)
	full(m, "no gradient", lambda gx, gy: (None,))
	attempt("none given", lambda: m(torch.ones(2, 3)).sum().backward())
	`, func(l *hookLog) {
		through := func(i int, inplace bool, x *torch.Tensor) {
			m := nn.NewSequential(nn.NewLinear(3, 3), nn.NewReLU(nn.Inplace(inplace)), nn.NewLinear(3, 3))
			l.full(m.Get(i), "m", nothing)
			m.Forward(x).Sum().Backward()
		}
		for i := range 3 {
			for _, inplace := range []bool{false, true} {
				for _, requires := range []bool{true, false} {
					x := torch.Randn(torch.Shape{2, 3}, torch.RequiresGrad(requires))
					l.try(fmt.Sprint("layer ", i), func() { through(i, inplace, x) })
				}
			}
		}
		m := nn.NewLinear(3, 3)
		l.full(m, "no gradient", func(_, _ []*torch.Tensor) []*torch.Tensor { return one(torch.Ones(torch.Shape{2, 3})) })
		l.try("given", func() { m.Forward(torch.Ones(torch.Shape{2, 3})).Sum().Backward() })
		m = nn.NewLinear(3, 3)
		l.full(m, "no gradient", func(_, _ []*torch.Tensor) []*torch.Tensor { return one(nil) })
		l.try("none given", func() { m.Forward(torch.Ones(torch.Shape{2, 3})).Sum().Backward() })
	})
}

// pair is what a Forward returns that is more than tensors.
type pair struct {
	Y, Z *torch.Tensor
	Note string
}

type called[T any] struct {
	nn.Base
	L      *nn.Linear
	result func(y *torch.Tensor) T
}

func (m *called[T]) Forward(x *torch.Tensor) T {
	return nn.Call(m, func() T { return m.result(m.L.Forward(x)) })
}

// Call runs hooks as a call in Python runs them that has keywords only.
func TestHooksOfCall(t *testing.T) {
	requireSameHooks(t, `
	class called(nn.Module):
		def __init__(self, result): super().__init__(); self.l = nn.Linear(3, 3); self.result = result
		def forward(self, x): return self.result(self.l(x))
	def run(m, first):
		m.register_forward_pre_hook(lambda m, i: note("pre", i))
		m.register_forward_hook(lambda m, i, o: note("post", i, o if type(o) is tuple else [o]))
		full(m, "full", lambda gx, gy: None)
		x = torch.randn(2, 3, requires_grad=True)
		first(m(x=x)).sum().backward(); note("x", [x.grad, m.l.weight.grad])
	run(called(lambda y: y), lambda y: y)
	for i in range(2): run(called(lambda y: (y, y * 2)), lambda y: y[1])
	`, func(l *hookLog) {
		watch := func(m nn.Module, linear *nn.Linear, run func(x *torch.Tensor) *torch.Tensor) {
			nn.RegisterForwardPreHook(m, func(_ nn.Module, xs []*torch.Tensor) []*torch.Tensor { l.note("pre", xs); return nil })
			nn.RegisterForwardHook(m, func(_ nn.Module, xs, ys []*torch.Tensor) []*torch.Tensor { l.note("post", xs, ys); return nil })
			l.full(m, "full", nothing)
			x := torch.Randn(torch.Shape{2, 3}, torch.RequiresGrad(true))
			run(x).Sum().Backward()
			l.note("x", []*torch.Tensor{x.Grad(), linear.Weight.Grad()})
		}
		single := &called[*torch.Tensor]{L: nn.NewLinear(3, 3), result: func(y *torch.Tensor) *torch.Tensor { return y }}
		watch(single, single.L, single.Forward)
		list := &called[[]*torch.Tensor]{L: nn.NewLinear(3, 3), result: func(y *torch.Tensor) []*torch.Tensor { return []*torch.Tensor{y, y.Mul(2)} }}
		watch(list, list.L, func(x *torch.Tensor) *torch.Tensor { return list.Forward(x)[1] })
		both := &called[pair]{L: nn.NewLinear(3, 3), result: func(y *torch.Tensor) pair { return pair{y, y.Mul(2), "kept"} }}
		watch(both, both.L, func(x *torch.Tensor) *torch.Tensor {
			p := both.Forward(x)
			require.Equal(t, "kept", p.Note)
			return p.Z
		})
	})
	words := &called[string]{L: nn.NewLinear(3, 3), result: func(*torch.Tensor) string { return "words" }}
	calls := 0
	nn.RegisterForwardHook(words, func(_ nn.Module, xs, ys []*torch.Tensor) []*torch.Tensor {
		calls++
		require.Empty(t, append(xs, ys...))
		return nil
	})
	x := torch.Ones(torch.Shape{2, 3})
	require.Equal(t, "words", words.Forward(x))
	require.Equal(t, 1, calls)
	nn.RegisterFullBackwardHook(words, func(nn.Module, []*torch.Tensor, []*torch.Tensor) []*torch.Tensor { return nil })
	require.ErrorContains(t, torch.Try(func() error { words.Forward(x); return nil }), "but got string: ThroughAll in place of Call")
}

func TestBackwardPreHooksExchangeGradients(t *testing.T) {
	constant := torch.Full(torch.Shape{2, 3}, 5.)
	for _, requires := range []bool{true, false} {
		l := &hookLog{tensors: map[string]*torch.Tensor{}}
		m := nn.NewLinear(3, 3)
		nn.RegisterFullBackwardPreHook(m, func(_ nn.Module, gy []*torch.Tensor) []*torch.Tensor { l.note("pre", gy); return one(constant) })
		nn.RegisterFullBackwardPreHook(m, func(_ nn.Module, gy []*torch.Tensor) []*torch.Tensor { return one(gy[0].Mul(2)) })
		l.full(m, "full", nothing)
		x := torch.Randn(torch.Shape{2, 3}, torch.RequiresGrad(requires))
		y := m.Forward(x)
		y.RegisterHook(func(g *torch.Tensor) *torch.Tensor { return g.Mul(3) })
		y.Sum().Backward()
		require.Equal(t, []float32{3, 3, 3, 3, 3, 3}, torch.ToSlice[float32](l.tensors["seen0"]))
		gy := l.tensors[fmt.Sprintf("seen%d", len(l.tensors)-1)]
		require.Equal(t, []float32{10, 10, 10, 10, 10, 10}, torch.ToSlice[float32](gy))
		require.Equal(t, []float32{20, 20, 20}, torch.ToSlice[float32](m.Bias.Grad()))
		require.EqualValues(t, 5, constant.Max().Item())
	}
}

// TestHooksLeaveNothingBehind: also where Forward or a hook fails, or Backward never comes.
func TestHooksLeaveNothingBehind(t *testing.T) {
	linear, gru, own := nn.NewLinear(3, 3), nn.NewGRU(3, 2), &forked{A: nn.NewLinear(3, 3), B: nn.NewLinear(3, 3)}
	other := &called[*torch.Tensor]{L: nn.NewLinear(3, 3), result: func(y *torch.Tensor) *torch.Tensor { return y }}
	for _, m := range []nn.Module{linear, gru, own, other} {
		nn.RegisterFullBackwardPreHook(m, func(_ nn.Module, gy []*torch.Tensor) []*torch.Tensor { return nil })
		nn.RegisterFullBackwardHook(m, func(_ nn.Module, gx, gy []*torch.Tensor) []*torch.Tensor {
			if len(gx) == 0 || gx[0] == nil {
				return nil
			}
			if gx[0].Dim() == 1 {
				panic("hook")
			}
			return append(one(gx[0].Mul(2)), gx[1:]...)
		})
	}
	for name, run := range map[string]func(x func(...int) *torch.Tensor){
		"backward":    func(x func(...int) *torch.Tensor) { linear.Forward(x(2, 3)).Sum().Backward() },
		"no backward": func(x func(...int) *torch.Tensor) { linear.Forward(x(2, 3)) },
		"wrong shape": func(x func(...int) *torch.Tensor) { linear.Forward(x(2, 5)) },
		"hook panics": func(x func(...int) *torch.Tensor) { linear.Forward(x(3)).Sum().Backward() },
		"gru":         func(x func(...int) *torch.Tensor) { y, _ := gru.Forward(x(4, 1, 3), nil); y.Sum().Backward() },
		"gru fails":   func(x func(...int) *torch.Tensor) { gru.Forward(x(4, 1, 5), nil) },
		"packed fails": func(x func(...int) *torch.Tensor) {
			gru.ForwardPacked(nn.PackPaddedSequence(x(2, 2, 5), torch.New([]int64{2, 1})), nil)
		},
		"own":       func(x func(...int) *torch.Tensor) { y, _ := own.Forward(x(2, 3), x(1)); y.Sum().Backward() },
		"own fails": func(x func(...int) *torch.Tensor) { own.Forward(x(2, 5), x(1)) },
		"call":      func(x func(...int) *torch.Tensor) { other.Forward(x(2, 3)).Sum().Backward() },
		"twice": func(x func(...int) *torch.Tensor) {
			x1 := x(2, 3)
			torch.Grad(one(linear.Forward(x1).Pow(2).Sum()), one(x1), torch.CreateGraph(true))[0].Sum().Backward()
		},
		"parameters only": func(x func(...int) *torch.Tensor) {
			torch.Grad(one(linear.Forward(x(2, 3)).Sum()), one(linear.Weight.Tensor))
		},
	} {
		t.Run(name, func(t *testing.T) {
			step := func() {
				for _, requires := range []bool{true, false} {
					_ = torch.Try(func() error {
						run(func(shape ...int) *torch.Tensor { return torch.Ones(shape, torch.RequiresGrad(requires)) })
						return nil
					})
				}
			}
			step()
			before, _ := leak.Settled()
			for range 20 {
				step()
			}
			after, _ := leak.Settled()
			require.LessOrEqual(t, after, before)
		})
	}
}
