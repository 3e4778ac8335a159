package nn_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/twin"
)

// holder has containers of every kind, as fields of their own and as Go's slices and maps.
type holder struct {
	nn.Base
	Weights []*nn.Parameter
	Own     *nn.Parameter
	Named   map[string]*nn.Parameter
	Blocks  []*nn.Sequential
	List    *nn.ModuleList[nn.Layer]
	Params  *nn.ParameterList
	Dict    *nn.ParameterDict
	Choice  *nn.ModuleDict[nn.Layer]
	Row     *nn.Sequential
	Empty   *nn.ModuleList[*nn.Linear]
}

func newHolder() *holder {
	p := func(shape ...int) *nn.Parameter { return nn.NewParameter(torch.Zeros(shape)) }
	block := func() *nn.Sequential { return nn.NewSequential(nn.NewLinear(2, 2), nn.NewReLU()) }
	return &holder{
		Weights: []*nn.Parameter{p(2), p(3, 4)}, Own: p(1), Named: map[string]*nn.Parameter{"a": p(5), "b": p()},
		Blocks: []*nn.Sequential{block(), block(), block(), nn.NewSequential()},
		List: nn.NewModuleList[nn.Layer](nn.NewReLU()).Append(nn.NewTanh()).
			Extend(nn.NewTanh(), nn.NewLinear(2, 3), nn.NewLinear(2, 3), nn.NewLinear(2, 3, nn.Bias(false))),
		Params: nn.NewParameterList(p(2, 3)).Append(p(4)),
		Dict:   nn.NewParameterDict().With("left", p(2)).With("right", nn.NewParameter(torch.Zeros(torch.Shape{3}, torch.Float64))),
		Choice: nn.NewModuleDict[nn.Layer]().With("zoom", nn.NewConv2d(1, 2, 3)).With("pool", nn.NewMaxPool2d(3)),
		Row:    nn.NewSequential().With("conv", nn.NewConv1d(1, 2, 3)).Append(nn.NewReLU()).With("last", nn.NewSequential(block())),
		Empty:  nn.NewModuleList[*nn.Linear](),
	}
}

const pythonHolder = `
	import torch.nn as nn
	from collections import OrderedDict
	class holder(nn.Module):
		def __init__(self):
			super().__init__()
			p = lambda *shape: nn.Parameter(torch.zeros(shape))
			block = lambda: nn.Sequential(nn.Linear(2, 2), nn.ReLU())
			self.weights = nn.ParameterList([p(2), p(3, 4)])
			self.own = p(1)
			self.named = nn.ParameterDict({"a": p(5), "b": p()})
			self.blocks = nn.ModuleList([block(), block(), block(), nn.Sequential()])
			self.list = nn.ModuleList([nn.ReLU()]).append(nn.Tanh())
			self.list.extend([nn.Tanh(), nn.Linear(2, 3), nn.Linear(2, 3), nn.Linear(2, 3, bias=False)])
			self.params = nn.ParameterList([p(2, 3)]).append(p(4))
			self.dict = nn.ParameterDict(OrderedDict(left=p(2), right=nn.Parameter(torch.zeros(3, dtype=torch.float64))))
			self.choice = nn.ModuleDict(OrderedDict(zoom=nn.Conv2d(1, 2, 3), pool=nn.MaxPool2d(3)))
			self.row = nn.Sequential(OrderedDict(conv=nn.Conv1d(1, 2, 3))).append(nn.ReLU())
			self.row.add_module("last", nn.Sequential(block()))
			self.empty = nn.ModuleList()
	def lines(*xs): return torch.tensor(list("\n".join(map(str, xs)).encode()), dtype=torch.uint8)
`

// TestContainersMatchPython: what they print, and the order of parameters and keys. A slice of
// parameters is a ParameterList, which comes after the module's own parameters.
func TestContainersMatchPython(t *testing.T) {
	want := twin.Run(t, pythonHolder+`
	m = holder()
	save(repr=lines(m), keys=lines(*m.state_dict()), parameters=lines(*(k for k, _ in m.named_parameters())),
		list=lines(m.list), single=lines(nn.ParameterList([nn.Parameter(torch.zeros(2))])), none=lines(nn.ParameterList()),
		dict=lines(m.dict), one=lines(nn.ModuleList([nn.ReLU()] * 3)))
	`, nil)
	text := func(key string) string { return string(want[key].Bytes()) }
	m := newHolder()
	require.Equal(t, text("repr"), nn.Describe(m))
	require.Equal(t, text("keys"), strings.Join(keys(m), "\n"))
	require.Equal(t, text("parameters"), strings.Join(parameterNames(m), "\n"))
	require.Equal(t, text("list"), nn.Describe(m.List))
	require.Equal(t, text("single"), nn.Describe(nn.NewParameterList(nn.NewParameter(torch.Zeros(torch.Shape{2})))))
	require.Equal(t, text("none"), nn.Describe(nn.NewParameterList()))
	require.Equal(t, text("dict"), nn.Describe(m.Dict))
	require.Equal(t, text("one"), nn.Describe(nn.NewModuleList(nn.NewReLU(), nn.NewReLU(), nn.NewReLU())))
}

func keys(m nn.Module) (names []string) {
	for _, s := range nn.StateDict(m) {
		names = append(names, s.Name)
	}
	return names
}

// TestSequentialEditing follows what Python does to the same row.
func TestSequentialEditing(t *testing.T) {
	want := twin.Run(t, `
	import torch.nn as nn
	from collections import OrderedDict
	def lines(*xs): return torch.tensor(list("\n".join(map(str, xs)).encode()), dtype=torch.uint8)
	m = nn.Sequential(nn.ReLU(), nn.Tanh())
	m.insert(1, nn.Sigmoid())
	m.insert(-1, nn.GELU())
	m.insert(4, nn.ELU())
	m.append(nn.SiLU())
	m.extend([nn.Mish(), nn.CELU()])
	out["built"] = lines(m)
	m[2] = nn.Identity()
	last = m[-1]
	del m[0]
	out["changed"] = lines(m, last, len(m), m[1:4])
	n = nn.Sequential(OrderedDict([("a", nn.ReLU()), ("b", nn.Tanh())])).append(nn.SELU())
	out["named"] = lines(n, n[1:], n.a)
	del n[1]
	out["renamed"] = lines(n)
	`, nil)
	text := func(key string) string { return string(want[key].Bytes()) }
	m := nn.NewSequential(nn.NewReLU(), nn.NewTanh())
	m.Insert(1, nn.NewSigmoid()).Insert(-1, nn.NewGELU()).Insert(4, nn.NewELU()).Append(nn.NewSiLU()).Extend(nn.NewMish(), nn.NewCELU())
	require.Equal(t, text("built"), nn.Describe(m))
	m.Set(2, nn.NewIdentity())
	last := m.Get(-1)
	m.Delete(0)
	require.Equal(t, text("changed"), nn.Describe(m)+"\n"+nn.Describe(last)+"\n7\n"+nn.Describe(m.Slice(1, 4)))
	require.Equal(t, 7, m.Len())
	n := nn.NewSequential().With("a", nn.NewReLU()).With("b", nn.NewTanh()).Append(nn.NewSELU())
	require.Equal(t, text("named"), nn.Describe(n)+"\n"+nn.Describe(n.Slice(1, 3))+"\n"+nn.Describe(n.Named("a")))
	n.With("b", nn.NewSigmoid())
	require.IsType(t, &nn.Sigmoid{}, n.Get(1))
	require.IsType(t, &nn.Sigmoid{}, n.Pop(1))
	require.Equal(t, text("renamed"), nn.Describe(n))
	n.Layers = append(n.Layers, nn.NewReLU()) // the field may be used too
	n.With("end", nn.NewReLU())
	require.Equal(t, "end", n.Members()[3].Name)
	for i, l := range n.All() {
		require.Same(t, n.Layers[i], l)
	}
}

func TestListsAndDicts(t *testing.T) {
	a, b, c := nn.NewReLU(), nn.NewReLU(), nn.NewReLU()
	l := nn.NewModuleList(a)
	l.Insert(0, b)
	l.Insert(-1, c)
	l.Insert(3, a)
	require.Equal(t, 4, l.Len())
	require.Same(t, b, l.Get(0))
	require.Same(t, c, l.Get(1))
	l.Set(-1, c)
	require.Same(t, c, l.Pop(3))
	for i, m := range l.All() {
		require.Same(t, l.Get(i), m)
	}
	p, q := nn.NewParameter(torch.Zeros(torch.Shape{2})), nn.NewParameter(torch.Zeros(torch.Shape{3}))
	ps := nn.NewParameterList(p)
	ps.Set(0, q)
	require.Same(t, q, ps.Get(-1))
	require.Equal(t, 1, ps.Len())
	d := nn.NewParameterDict().With("p", p)
	d.Update(nn.NewParameterDict().With("q", q))
	require.Equal(t, []string{"p", "q"}, d.Keys())
	require.Same(t, q, d.Pop("q"))
	require.False(t, d.Has("q"))
	require.Equal(t, 1, d.Len())
	ms := nn.NewModuleDict[*nn.ReLU]().With("a", a)
	ms.Update(nn.NewModuleDict[*nn.ReLU]().With("b", b))
	require.Equal(t, []string{"a", "b"}, ms.Keys())
	require.Same(t, a, ms.Pop("a"))
	ms.Clear()
	require.Zero(t, ms.Len())

	for want, f := range map[string]func(){
		"ModuleList: index 3 is out of range for 3 members":    func() { l.Get(3) },
		"ModuleList: index -5 is out of range":                 func() { l.Insert(-5, a) },
		"ModuleList: expected a module or parameter":           func() { l.Append(nil) },
		"ModuleDict: expected a module or parameter":           func() { ms.Set("x", nil) },
		`ModuleDict: no module "x"`:                            func() { ms.Pop("x") },
		"ParameterList: index 1 is out of range for 1 members": func() { ps.Get(1) },
		"ParameterList: expected a module or parameter":        func() { ps.Append(nil) },
		`ParameterDict: expected a name that is not empty`:     func() { d.Set("a.b", p) },
		`ParameterDict: no parameter "x"; there are`:           func() { d.Get("x") },
		"Sequential: index 0 is out of range for 0 members":    func() { nn.NewSequential().Get(0) },
		`can't insert before the layer "a"`:                    func() { nn.NewSequential().With("a", a).Insert(0, b) },
		`Sequential: no layer "b"; there are`:                  func() { nn.NewSequential().With("a", a).Named("b") },
	} {
		require.ErrorContains(t, torch.Try(func() error { f(); return nil }), want)
	}
}
