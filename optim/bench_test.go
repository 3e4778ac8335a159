package optim_test

import (
	"testing"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
)

var smallShapes = []torch.Shape{
	{32, 3, 3, 3}, {32}, {64, 32, 3, 3}, {64}, {300, 100}, {192, 100}, {192, 64}, {192}, {192}, {64, 128}, {64}, {10, 64}, {10}, {1},
}

func BenchmarkAdamStep(b *testing.B) {
	torch.SetNumThreads(1)
	var ps []*nn.Parameter
	for _, s := range smallShapes {
		p := nn.NewParameter(torch.Randn(s))
		p.SetGrad(torch.Randn(s))
		ps = append(ps, p)
	}
	opt := optim.NewAdam(ps)
	opt.Step()
	for b.Loop() {
		opt.Step()
	}
}
