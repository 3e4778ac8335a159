package swa_utils_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/version"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/optim/swa_utils"
	"multitorch/torch"
	"multitorch/twin"
)

const updates = 20

var averages = map[string][]swa_utils.Option{
	"":                 nil,
	"use_buffers=True": {swa_utils.UseBuffers(true)},
	"avg_fn=lambda a, p, n: 0.9 * a + (1 - 0.9) * p":                   {swa_utils.GetEMAAvgFn(0.9)},
	"avg_fn=lambda a, p, n: 0.9 * a + (1 - 0.9) * p, use_buffers=True": {swa_utils.GetEMAAvgFn(0.9), swa_utils.UseBuffers(true)},
	"multi_avg_fn=get_ema_multi_avg_fn(0.9)":                           {swa_utils.GetEMAMultiAvgFn(0.9)},
	"multi_avg_fn=get_swa_multi_avg_fn()":                              {swa_utils.GetSWAMultiAvgFn()},
	"avg_fn=get_swa_avg_fn()":                                          {swa_utils.GetSWAAvgFn()},
}

func newModel() *nn.Sequential {
	torch.ManualSeed(1)
	return nn.NewSequential(nn.NewLinear(3, 4), nn.NewBatchNorm1d(4), nn.NewReLU(), nn.NewLinear(4, 2))
}

const python = `
import warnings
from torch.optim.swa_utils import *
from torch.optim import swa_utils
def model():
    torch.manual_seed(1)
    return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.ReLU(), torch.nn.Linear(4, 2))
for call in args:
    m = model()
    a = eval("AveragedModel(m, %s)" % call, {**vars(swa_utils), "m": m})
    o = torch.optim.SGD(m.parameters(), lr=0.1)
    for i in range(20):
        o.zero_grad()
        m(inputs["x"][i]).square().sum().backward()
        o.step()
        a.update_parameters(m)
    for k, v in a.state_dict().items():
        out["%s/%s" % (call, k)] = v.clone()
    update_bn([inputs["x"][0], inputs["x"][1], inputs["x"][2]], a)
    for k, v in a.state_dict().items():
        out["%s/bn/%s" % (call, k)] = v
    out[call + "/y"] = a.eval()(inputs["x"][3])
`

func TestAveragesArePyTorchs(t *testing.T) {
	torch.ManualSeed(2)
	x := torch.Randn(torch.Shape{updates, 6, 3})
	var calls []string
	for call := range averages {
		if !strings.Contains(call, "get_") || version.AtLeast(torch.Version(), 2, 1) {
			calls = append(calls, call)
		}
	}
	want := twin.Run(t, python, map[string]*torch.Tensor{"x": x}, calls...)
	for _, call := range calls {
		t.Run(call, func(t *testing.T) {
			m := newModel()
			a := swa_utils.NewAveragedModel(m, averages[call]...)
			o := optim.NewSGD(nn.Parameters(m), optim.LR(0.1))
			for i := range updates {
				o.ZeroGrad()
				m.Forward(x.Select(0, i)).Square().Sum().Backward()
				o.Step()
				a.UpdateParameters(m)
			}
			requireState(t, want, call+"/", a)
			swa_utils.UpdateBN(slices.Values([]*torch.Tensor{x.Select(0, 0), x.Select(0, 1), x.Select(0, 2)}), a)
			requireState(t, want, call+"/bn/", a)
			nn.Eval(a)
			twin.RequireEqual(t, want[call+"/y"], a.Forward(x.Select(0, 3)).Detach())
		})
	}
}

func requireState(t *testing.T, want map[string]*torch.Tensor, prefix string, m nn.Module) {
	t.Helper()
	for i, n := range nn.StateDict(m) {
		if i == 0 {
			require.Equal(t, "n_averaged", n.Name)
		}
		twin.RequireEqual(t, want[prefix+n.Name], n.Tensor, prefix+n.Name)
	}
}

// The ways of newer versions, by hand where this one's Python lacks them.
func TestManyAtOnce(t *testing.T) {
	avgs := func() []*torch.Tensor { return []*torch.Tensor{torch.New([]float32{1, 2}), torch.New([]float32{3})} }
	weights := []*torch.Tensor{torch.New([]float32{5, 4}), torch.New([]float32{7})}
	n := torch.New(int64(3))
	a := avgs()
	swa_utils.GetSWAMultiAvgFn()(a, weights, n)
	require.Equal(t, []float32{2, 2.5}, torch.ToSlice[float32](a[0]))
	require.Equal(t, []float32{4}, torch.ToSlice[float32](a[1]))
	a = avgs()
	swa_utils.GetEMAMultiAvgFn(0.75)(a, weights, n)
	require.Equal(t, []float32{2, 2.5}, torch.ToSlice[float32](a[0]))
	ints := []*torch.Tensor{torch.New([]int64{4})}
	swa_utils.GetEMAMultiAvgFn(0.5)(ints, []*torch.Tensor{torch.New([]int64{7})}, n)
	require.Equal(t, []int64{5}, torch.ToSlice[int64](ints[0]))
}

func TestWhatCanNotBeAveraged(t *testing.T) {
	for want, f := range map[string]func(){
		"expected AvgFn or MultiAvgFn, but got both": func() {
			swa_utils.NewAveragedModel(newModel(), swa_utils.GetSWAAvgFn(), swa_utils.GetSWAMultiAvgFn())
		},
		"the decay is 1.5": func() { swa_utils.GetEMAAvgFn(1.5) },
		"expected a model of 6 tensors, as the averaged one, but got one of 2": func() {
			swa_utils.NewAveragedModel(newModel()).UpdateParameters(nn.NewSequential(nn.NewLinear(3, 4)))
		},
	} {
		require.ErrorContains(t, torch.Try(func() error { f(); return nil }), want)
	}
}

func TestUpdateBNLeavesTheModelAsItWas(t *testing.T) {
	m := newModel()
	nn.Eval(m)
	before := nn.Describe(m)
	swa_utils.UpdateBN(slices.Values([]*torch.Tensor{torch.Randn(torch.Shape{5, 3})}), m)
	require.False(t, m.Training())
	require.Equal(t, before, nn.Describe(m))
	swa_utils.UpdateBN(nil, nn.NewSequential(nn.NewLinear(1, 1))) // no batch norm: no input is read
}
