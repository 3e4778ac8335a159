package nn_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/twin"
)

// net is a model as a user writes one: children of every kind, and two that share.
type net struct {
	nn.Base
	Body   *nn.Sequential
	Heads  []*nn.Linear
	ByName map[string]nn.Layer
	Again  *nn.Linear
	Out    *nn.Linear
	Norm   *nn.BatchNorm1d
}

func newNet() *net {
	m := &net{Body: nn.NewSequential(nn.NewLinear(4, 3), nn.NewReLU())}
	m.Heads = []*nn.Linear{nn.NewLinear(3, 3), nn.NewLinear(3, 3, nn.Bias(false))}
	m.ByName = map[string]nn.Layer{"a": nn.NewTanh(), "b": nn.NewLinear(3, 2)}
	m.Again = m.Heads[0]
	m.Out = nn.NewLinear(3, 3)
	m.Out.Weight = m.Heads[1].Weight
	m.Norm = nn.NewBatchNorm1d(3)
	return m
}

func (m *net) Forward(x *torch.Tensor) *torch.Tensor {
	return nn.Call(m, func() *torch.Tensor {
		x := m.Body.Forward(x)
		for _, h := range m.Heads {
			x = h.Forward(x)
		}
		return m.ByName["b"].Forward(m.Norm.Forward(m.Out.Forward(m.Again.Forward(x))))
	})
}

const pythonNet = `
	import torch.nn as nn
	class net(nn.Module):
		def __init__(self):
			super().__init__()
			self.body = nn.Sequential(nn.Linear(4, 3), nn.ReLU())
			self.heads = nn.ModuleList([nn.Linear(3, 3), nn.Linear(3, 3, bias=False)])
			self.by_name = nn.ModuleDict({"a": nn.Tanh(), "b": nn.Linear(3, 2)})
			self.again = self.heads[0]
			self.out = nn.Linear(3, 3)
			self.out.weight = self.heads[1].weight
			self.norm = nn.BatchNorm1d(3)
		def forward(self, x):
			x = self.body(x)
			for h in self.heads:
				x = h(x)
			return self.by_name["b"](self.norm(self.out(self.again(x))))
	def text(*lines): return torch.tensor(list("\n".join(map(str, lines)).encode()), dtype=torch.uint8)
`

// TestModelMatchesPython: names, order and shared weights of a whole model.
func TestModelMatchesPython(t *testing.T) {
	x := torch.Randn(torch.Shape{5, 4})
	want := twin.Run(t, pythonNet+`
	torch.manual_seed(11)
	m = net()
	order = []
	def draw(m):
		if isinstance(m, nn.Linear):
			order.append(m.in_features * 10 + m.out_features)
			nn.init.normal_(m.weight)
	m.apply(draw)
	save(repr=text(m), keys=text(*m.state_dict()), order=torch.tensor(order),
		parameters=text(*(k for k, _ in m.named_parameters())),
		modules=text(*(type(c).__name__ for c in m.modules() if not isinstance(c, (nn.ModuleList, nn.ModuleDict)))))
	y = m(inputs["x"])
	y.sum().backward()
	for k, v in m.state_dict().items(): out["state." + k] = v
	for k, p in m.named_parameters(): out["grad." + k] = p.grad
	out["y"] = y
	`, map[string]*torch.Tensor{"x": x})
	text := func(key string) string { return string(want[key].Bytes()) }
	torch.ManualSeed(11)
	m := newNet()
	var order []int
	nn.Apply(m, func(c nn.Module) {
		if l, ok := c.(*nn.Linear); ok {
			order = append(order, l.Weight.Size(1)*10+l.Weight.Size(0))
			torch.NoGrad(func() { l.Weight.NormalInplace(0, 1) })
		}
	})
	require.Equal(t, torch.ToSlice[int](want["order"]), order)
	require.Equal(t, text("repr"), nn.Describe(m))
	require.Equal(t, text("parameters"), strings.Join(parameterNames(m), "\n"))
	var keys, modules []string
	for _, s := range nn.StateDict(m) {
		keys = append(keys, s.Name)
	}
	require.Equal(t, text("keys"), strings.Join(keys, "\n"))
	for _, c := range nn.Modules(m) {
		name, _, _ := strings.Cut(nn.Describe(c), "(")
		modules = append(modules, name)
	}
	require.Equal(t, text("modules"), strings.Join(modules, "\n"))
	y := m.Forward(x)
	y.Sum().Backward()
	twin.RequireEqual(t, want["y"], y)
	for _, s := range nn.StateDict(m) {
		twin.RequireEqual(t, want["state."+s.Name], s.Tensor, s.Name)
	}
	for _, p := range nn.NamedParameters(m) {
		twin.RequireEqual(t, want["grad."+p.Name], p.Grad(), p.Name)
	}
	nn.ZeroGrad(m, nn.SetToNone(true))
	for _, p := range nn.Parameters(m) {
		require.Nil(t, p.Grad())
	}
}

type looped struct {
	nn.Base
	Next nn.Module
}

func TestCyclesAreErrors(t *testing.T) {
	m := &looped{}
	m.Next = &looped{Next: m}
	for name, f := range map[string]func(){
		"Parameters": func() { nn.Parameters(m) }, "StateDict": func() { nn.StateDict(m) }, "Apply": func() { nn.Apply(m, func(nn.Module) {}) },
		"Train": func() { nn.Train(m) }, "Describe": func() { nn.Describe(m) }, "Modules": func() { nn.Modules(m) },
	} {
		t.Run(name, func(t *testing.T) {
			require.ErrorContains(t, torch.Try(func() error { f(); return nil }), `the module "next.next" contains itself`)
		})
	}
}

// TestRebuiltModels: a child that became the parent leaves old places behind, which
// an error's path must not follow for ever.
func TestRebuiltModels(t *testing.T) {
	inner := &looped{}
	outer := &looped{Next: inner}
	nn.Parameters(outer)
	outer.Next, inner.Next = nil, outer
	nn.Parameters(inner)
	err := torch.Try(func() error { return nn.Call(outer, func() error { torch.New(1).Size(3); return nil }) })
	require.ErrorContains(t, err, "next.next (looped): Size: ")
}

func TestTrainAndEval(t *testing.T) {
	m := newNet()
	require.True(t, m.Training())
	nn.Eval(m)
	for _, c := range nn.Modules(m) {
		require.False(t, c.(interface{ Training() bool }).Training())
	}
	nn.Train(m)
	require.True(t, m.ByName["a"].(*nn.Tanh).Training())
}

// TestErrorsNameTheModule: an error says where in the model it happened, once a
// walk over the model has been made, and the innermost place wins.
func TestErrorsNameTheModule(t *testing.T) {
	m := newNet()
	fail := func() string {
		return torch.Try(func() error { m.Forward(torch.Zeros(torch.Shape{5, 7})); return nil }).Error()
	}
	require.Equal(t, "Linear: linear: expected an input whose last dimension has 4 elements (in_features), but got the shape [5, 7]; the weight is [3, 4], at module_test.go:38", fail())
	nn.Parameters(m)
	require.Contains(t, fail(), "body.0 (Linear): linear: expected")
	m.Heads[1] = nn.NewLinear(2, 2)
	m.Body.Layers[0] = nn.NewLinear(7, 3)
	nn.Parameters(m)
	require.Contains(t, fail(), "heads.1 (Linear): linear: expected")
	m.ByName = nil
	m.Heads = nil
	require.Panics(t, func() { m.Forward(torch.Zeros(torch.Shape{5, 7})) }) // not an Error: it passes unchanged

	own := torch.Try(func() error {
		nn.Call(m, func() *torch.Tensor { return torch.Zeros(torch.Shape{2}).Add(torch.Zeros(torch.Shape{3})) })
		return nil
	})
	require.ErrorContains(t, own, "net: add: ")
}

// TestTo: a model changes its dtype in place. Parameters stay the same leaves,
// gradients follow, and integers stay integers.
func TestTo(t *testing.T) {
	m := newNet()
	m.Forward(torch.Randn(torch.Shape{5, 4})).Sum().Backward()
	before := nn.Parameters(m)
	values := torch.ToSlice[float32](before[0].Tensor)
	nn.To(m, torch.Float64)
	for i, p := range nn.Parameters(m) {
		require.Same(t, before[i], p)
		require.Equal(t, torch.Float64, p.DType())
		require.Equal(t, torch.Float64, p.Grad().DType())
		require.True(t, p.IsLeaf())
		require.True(t, p.RequiresGrad())
	}
	for i, v := range torch.ToSlice[float64](before[0].Tensor) {
		require.Equal(t, float64(values[i]), v)
	}
	require.Equal(t, torch.Float64, m.Norm.RunningMean.DType())
	require.Equal(t, torch.Int64, m.Norm.NumBatchesTracked.DType())
	y := m.Forward(torch.Randn(torch.Shape{5, 4}, torch.Float64))
	require.Equal(t, torch.Float64, y.DType())
	y.Sum().Backward()
}
