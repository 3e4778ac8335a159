package nn_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/twin"
)

// branched is a module of one's own whose Forward goes through Through.
type branched struct {
	nn.Base
	FC   *nn.Linear
	Body *nn.Sequential
	Mix  *nn.Bilinear
}

func newBranched() *branched {
	return &branched{FC: nn.NewLinear(4, 3), Body: nn.NewSequential(nn.NewTanh(), nn.NewReLU()), Mix: nn.NewBilinear(3, 4, 2)}
}

func (m *branched) Forward(x *torch.Tensor) *torch.Tensor {
	return nn.Through(m, x, func(x *torch.Tensor) *torch.Tensor {
		return m.Mix.Forward(m.Body.Forward(m.FC.Forward(x)), x)
	})
}

// TestHooksMatchPython: when hooks run, what they see, and what becomes of what they return, in
// forward and in backward.
func TestHooksMatchPython(t *testing.T) {
	x := torch.Randn(torch.Shape{5, 4})
	want := twin.Run(t, `
	import torch.nn as nn
	class branched(nn.Module):
		def __init__(self):
			super().__init__()
			self.fc, self.body, self.mix = nn.Linear(4, 3), nn.Sequential(nn.Tanh(), nn.ReLU()), nn.Bilinear(3, 4, 2)
		def forward(self, x): return self.mix(self.body(self.fc(x)), x)
	torch.manual_seed(3)
	m = branched()
	log = []
	def note(name, *ts):
		log.append(name + " " + " ".join("-" if t is None else str(list(t.shape)) for t in ts))
		for t in ts:
			if t is not None: out["seen%d" % len(out)] = t.detach().clone()
	def pre(name): return lambda m, xs: note("pre " + name, *xs)
	def post(name): return lambda m, xs, y: note("post " + name, *xs, y)
	def full(name): return lambda m, gx, gy: note("full " + name, *gx, *gy)
	for name, c in m.named_modules():
		c.register_forward_pre_hook(pre(name))
		c.register_forward_hook(post(name))
		if name not in ("body", "body.1"): c.register_full_backward_hook(full(name))
	m.fc.register_forward_pre_hook(lambda m, xs: (xs[0] * 2,))
	m.fc.register_forward_hook(lambda m, xs, y: y + 1)
	m.body[0].register_full_backward_hook(lambda m, gx, gy: (gx[0] * 3,))
	last = m.mix.register_forward_hook(lambda m, xs, y: y * 0)
	last.remove()
	for requires in (True, False):
		x = inputs["x"].clone().requires_grad_(requires)
		y = m(x)
		y.backward(torch.ones_like(y))
		out["y%d" % requires] = y
		if requires: out["x"] = x.grad
	for k, p in m.named_parameters(): out["grad." + k] = p.grad
	out["log"] = torch.tensor(list("\n".join(log).encode()), dtype=torch.uint8)
	`, map[string]*torch.Tensor{"x": x})

	torch.ManualSeed(3)
	m := newBranched()
	var log []string
	got := map[string]*torch.Tensor{}
	note := func(name string, lists ...[]*torch.Tensor) {
		words := []string{name}
		for _, list := range lists {
			for _, v := range list {
				if v == nil {
					words = append(words, "-")
				} else {
					words = append(words, strings.ReplaceAll(fmt.Sprint(v.Shape()), " ", ", "))
				}
			}
		}
		log = append(log, strings.Join(words, " "))
		for _, list := range lists {
			for _, v := range list {
				if v != nil {
					got[fmt.Sprintf("seen%d", len(got))] = v.Detach().Clone().Keep()
				}
			}
		}
	}
	for _, c := range nn.NamedModules(m) {
		nn.RegisterForwardPreHook(c.Module, func(_ nn.Module, xs []*torch.Tensor) []*torch.Tensor { note("pre "+c.Name, xs); return nil })
		nn.RegisterForwardHook(c.Module, func(_ nn.Module, xs, ys []*torch.Tensor) []*torch.Tensor { note("post "+c.Name, xs, ys); return nil })
		if c.Name != "body" && c.Name != "body.1" {
			nn.RegisterFullBackwardHook(c.Module, func(_ nn.Module, gx, gy []*torch.Tensor) []*torch.Tensor { note("full "+c.Name, gx, gy); return nil })
		}
	}
	one := func(x *torch.Tensor) []*torch.Tensor { return []*torch.Tensor{x} }
	nn.RegisterForwardPreHook(m.FC, func(_ nn.Module, xs []*torch.Tensor) []*torch.Tensor { return one(xs[0].Mul(2)) })
	nn.RegisterForwardHook(m.FC, func(c nn.Module, _, ys []*torch.Tensor) []*torch.Tensor {
		require.Same(t, m.FC, c)
		return one(ys[0].Add(1))
	})
	nn.RegisterFullBackwardHook(m.Body.Get(0), func(_ nn.Module, gx, _ []*torch.Tensor) []*torch.Tensor { return one(gx[0].Mul(3)) })
	last := nn.RegisterForwardHook(m.Mix, func(_ nn.Module, _, ys []*torch.Tensor) []*torch.Tensor { return one(ys[0].Mul(0)) })
	last.Remove()
	last.Remove()
	for _, requires := range []int{1, 0} {
		x := x.Clone().SetRequiresGrad(requires == 1)
		y := m.Forward(x)
		y.Backward(torch.Gradient(torch.OnesLike(y)))
		got[fmt.Sprintf("y%d", requires)] = y
		if requires == 1 {
			got["x"] = x.Grad()
		}
	}
	require.Equal(t, string(want["log"].Bytes()), strings.Join(log, "\n"))
	for name, v := range got {
		twin.RequireEqual(t, want[name], v, name)
	}
	for _, p := range nn.NamedParameters(m) {
		twin.RequireEqual(t, want["grad."+p.Name], p.Grad(), p.Name)
	}
}

func TestHooksOfOddModules(t *testing.T) {
	x := torch.Randn(torch.Shape{2, 4}).SetRequiresGrad(true)
	m := newNet() // its Forward is in Call
	var seen []*torch.Tensor
	h := nn.RegisterForwardHook(m, func(_ nn.Module, xs, ys []*torch.Tensor) []*torch.Tensor {
		require.Empty(t, xs)
		seen = ys
		return nil
	})
	y := m.Forward(x)
	require.Same(t, y, seen[0])
	h.Remove()
	seen = nil
	m.Forward(x)
	require.Nil(t, seen)

	require.ErrorContains(t, torch.Try(func() error { nn.RegisterForwardHook(m, nil); return nil }), "expected a function as hook, but got nil")
	linear := nn.NewLinear(4, 2)
	nn.RegisterForwardHook(linear, func(nn.Module, []*torch.Tensor, []*torch.Tensor) []*torch.Tensor { return []*torch.Tensor{x, x} })
	require.ErrorContains(t, torch.Try(func() error { linear.Forward(x); return nil }), "expected a hook to return 1 tensors, or nil, but got 2")
	relu := nn.NewReLU(nn.Inplace(true))
	nn.RegisterFullBackwardHook(relu, func(nn.Module, []*torch.Tensor, []*torch.Tensor) []*torch.Tensor { return nil })
	require.ErrorContains(t, torch.Try(func() error { relu.Forward(x.Mul(1)); return nil }), "modified inplace")
	relu.Forward(x.Detach()) // nothing to watch

	var order []string
	tanh := nn.NewTanh()
	nn.RegisterFullBackwardPreHook(tanh, func(_ nn.Module, gy []*torch.Tensor) []*torch.Tensor {
		order = append(order, "pre")
		return []*torch.Tensor{gy[0].Mul(2)}
	})
	nn.RegisterFullBackwardHook(tanh, func(_ nn.Module, _, gy []*torch.Tensor) []*torch.Tensor {
		order = append(order, fmt.Sprint(torch.ToSlice[float32](gy[0])[0]))
		return nil
	})
	tanh.Forward(x).Sum().Backward()
	require.Equal(t, []string{"pre", "2"}, order)
}

// Hooks see the data of packed sequences, and may exchange them; the caller's sequence stays as it is.
func TestHooksOfPackedSequences(t *testing.T) {
	x := nn.PackPaddedSequence(torch.Randn(torch.Shape{5, 3, 4}), torch.New([]int64{5, 3, 2}))
	for kind, forward := range map[string]func() (nn.Module, func(*nn.PackedSequence) *nn.PackedSequence){
		"RNN": func() (nn.Module, func(*nn.PackedSequence) *nn.PackedSequence) {
			m := nn.NewRNN(4, 6)
			return m, func(x *nn.PackedSequence) *nn.PackedSequence { y, _ := m.ForwardPacked(x, nil); return y }
		},
		"GRU": func() (nn.Module, func(*nn.PackedSequence) *nn.PackedSequence) {
			m := nn.NewGRU(4, 6)
			return m, func(x *nn.PackedSequence) *nn.PackedSequence { y, _ := m.ForwardPacked(x, nil); return y }
		},
		"LSTM": func() (nn.Module, func(*nn.PackedSequence) *nn.PackedSequence) {
			m := nn.NewLSTM(4, 6)
			return m, func(x *nn.PackedSequence) *nn.PackedSequence { y, _, _ := m.ForwardPacked(x, nil, nil); return y }
		},
	} {
		m, run := forward()
		data := x.Data
		plain := run(x).Data
		doubled := run(&nn.PackedSequence{Data: data.Mul(2), BatchSizes: x.BatchSizes, SortedIndices: x.SortedIndices, UnsortedIndices: x.UnsortedIndices}).Data
		var got *torch.Tensor
		pre := nn.RegisterForwardPreHook(m, func(_ nn.Module, in []*torch.Tensor) []*torch.Tensor {
			got = in[0]
			return append([]*torch.Tensor{in[0].Mul(2)}, in[1:]...)
		})
		post := nn.RegisterForwardHook(m, func(_ nn.Module, in, out []*torch.Tensor) []*torch.Tensor {
			require.True(t, torch.Equal(doubled, out[0]), kind)
			require.NotNil(t, out[1])
			return append([]*torch.Tensor{out[0].Add(1)}, out[1:]...)
		})
		require.True(t, torch.Equal(doubled.Add(1), run(x).Data), kind)
		require.Same(t, data, got, kind)
		require.Same(t, data, x.Data, kind)
		narrow := &nn.PackedSequence{Data: torch.Ones(torch.Shape{10, 3}), BatchSizes: x.BatchSizes}
		require.ErrorContains(t, torch.Try(func() error { run(narrow); return nil }), kind)
		pre.Remove()
		post.Remove()
		require.True(t, torch.Equal(plain, run(x).Data), kind)
	}
}

// TestEveryModuleRunsHooks: whatever the module and the number of its tensors.
func TestEveryModuleRunsHooks(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range rows() {
		m := r.make()
		kind := fmt.Sprintf("%T", m)
		if r.forward != nil || seen[kind] {
			continue
		}
		seen[kind] = true
		x := make([]*torch.Tensor, len(r.inputs))
		for i, input := range r.inputs {
			if input != nil {
				x[i] = input()
			}
		}
		var got, returned []*torch.Tensor
		nn.RegisterForwardPreHook(m, func(_ nn.Module, xs []*torch.Tensor) []*torch.Tensor { got = xs; return nil })
		nn.RegisterForwardHook(m, func(c nn.Module, _, ys []*torch.Tensor) []*torch.Tensor {
			require.Same(t, m, c, kind)
			returned = ys
			return nil
		})
		ys := r.run(m, x)
		require.Equal(t, x, got, kind)
		require.Equal(t, ys, returned, kind)
	}
	require.Greater(t, len(seen), 100)
}

// TestHooksMayKeepTensors: a row of layers leaves alone what hooks on them have seen.
func TestHooksMayKeepTensors(t *testing.T) {
	inner := nn.NewSequential(nn.NewTanh(), nn.NewLinear(4, 4))
	m := nn.NewSequential(nn.NewTanh(), nn.NewTanh(), inner, nn.NewTanh(), nn.NewTanh())
	for _, layer := range []nn.Module{m.Get(1), inner.Get(1), inner, m.Get(3), m} {
		var seen []*torch.Tensor
		h := nn.RegisterForwardHook(layer, func(_ nn.Module, xs, ys []*torch.Tensor) []*torch.Tensor {
			seen = []*torch.Tensor{xs[0], ys[0]}
			return nil
		})
		m.Forward(torch.Randn(torch.Shape{3, 4}))
		h.Remove()
		seen[0].Add(seen[1])
	}
}
