package optim_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/twin"
)

// benchModels are parameters' shapes: of a small picture and text model, and a hundred small ones.
var benchModels = map[string][]torch.Shape{
	"Model": {
		{32, 3, 3, 3}, {32}, {64, 32, 3, 3}, {64}, {300, 100}, {192, 100}, {192, 64}, {192}, {192}, {64, 128}, {64}, {10, 64}, {10}, {1},
	},
	"Hundred": slices.Repeat([]torch.Shape{{16, 16}, {16}}, 50),
}

// BenchmarkStep reports the median time of a step beside that of PyTorch's own default on the same parameters in Python,
// both with one thread.
func BenchmarkStep(b *testing.B) {
	optimizers := map[string]func([]*nn.Parameter) optim.Optimizer{
		"Adam(ps)":                       adam(),
		"AdamW(ps)":                      adamW(),
		"SGD(ps, lr=1e-3, momentum=0.9)": sgd(optim.Momentum(0.9)),
		"RMSprop(ps)":                    rmsprop(),
		"Adamax(ps)":                     adamax(),
		"NAdam(ps)":                      nadam(),
		"RAdam(ps)":                      radam(),
		"Adagrad(ps)":                    adagrad(),
		"Adadelta(ps)":                   adadelta(),
		"Rprop(ps)":                      rprop(),
		"ASGD(ps)":                       asgd(),
	}
	for _, call := range slices.Sorted(maps.Keys(optimizers)) {
		for model, shapes := range benchModels {
			b.Run(strings.Split(call, "(")[0]+model, func(b *testing.B) { benchStep(b, call, optimizers[call], shapes) })
		}
	}
}

func benchStep(b *testing.B, call string, make func([]*nn.Parameter) optim.Optimizer, shapes []torch.Shape) {
	twin.OneThread(b)
	inputs := map[string]*torch.Tensor{}
	var ps []*nn.Parameter
	for i, s := range shapes {
		p := nn.NewParameter(torch.Randn(s))
		p.SetGrad(torch.Randn(s))
		inputs[string(rune('a'+i))] = p.Detach()
		ps = append(ps, p)
	}
	opt := make(ps)
	opt.Step()
	var times []time.Duration
	for b.Loop() {
		start := time.Now()
		opt.Step()
		times = append(times, time.Since(start))
	}
	slices.Sort(times)
	want := twin.Run(b, `
		import time
		ps = [inputs[k].clone().requires_grad_() for k in inputs]
		for p in ps:
			p.grad = torch.randn_like(p)
		opt, times = eval("torch.optim." + args[0]), []
		for i in range(1000):
			start = time.perf_counter()
			opt.step()
			times.append(time.perf_counter() - start)
		out["ns"] = sorted(times)[500] * 1e9
	`, inputs, call)
	own, python := float64(times[len(times)/2].Nanoseconds()), want["ns"].Item()
	b.ReportMetric(own, "median-ns/op")
	b.ReportMetric(python, "python-median-ns/op")
	b.ReportMetric(own/python, "x-python")
}
