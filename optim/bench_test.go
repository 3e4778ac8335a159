package optim_test

import (
	"slices"
	"testing"
	"time"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/twin"
)

// smallModel is the shapes of a small picture and text model's parameters.
var smallModel = []torch.Shape{
	{32, 3, 3, 3}, {32}, {64, 32, 3, 3}, {64}, {300, 100}, {192, 100}, {192, 64}, {192}, {192}, {64, 128}, {64}, {10, 64}, {10}, {1},
}

// BenchmarkAdamStep reports the median time of a step beside that of PyTorch's Adam
// in Python on the same parameters, both with one thread.
func BenchmarkAdamStep(b *testing.B) {
	twin.OneThread(b)
	inputs := map[string]*torch.Tensor{}
	var ps []*nn.Parameter
	for i, s := range smallModel {
		p := nn.NewParameter(torch.Randn(s))
		p.SetGrad(torch.Randn(s))
		inputs[string(rune('a'+i))] = p.Detach()
		ps = append(ps, p)
	}
	opt := optim.NewAdam(ps)
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
		opt, times = torch.optim.Adam(ps), []
		for i in range(1000):
			start = time.perf_counter()
			opt.step()
			times.append(time.perf_counter() - start)
		out["ns"] = sorted(times)[500] * 1e9
	`, inputs)
	own, python := float64(times[len(times)/2].Nanoseconds()), want["ns"].Item()
	b.ReportMetric(own, "median-ns/op")
	b.ReportMetric(python, "python-median-ns/op")
	b.ReportMetric(own/python, "x-python")
}
