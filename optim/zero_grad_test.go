package optim_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/nn"
	F "multitorch/nn/functional"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/twin"
)

// ZeroGrad without arguments is the zero_grad() of the version's PyTorch: before 2.0 a parameter that had a gradient once moves on by
// its momentum and weight decay where a loss leaves it out.
func TestZeroGradsDefaultAsInPython(t *testing.T) {
	torch.ManualSeed(11)
	inputs := map[string]*torch.Tensor{"a": torch.Randn(torch.Shape{3}), "b": torch.Randn(torch.Shape{3}), "table": torch.Randn(torch.Shape{5, 3})}
	optimizers := []struct {
		python string
		make   func(ps []*nn.Parameter) optim.Optimizer
		sparse bool
	}{
		{"SGD(ps, lr=0.1, momentum=0.9, weight_decay=0.01)", func(ps []*nn.Parameter) optim.Optimizer {
			return optim.NewSGD(ps, optim.LR(0.1), optim.Momentum(0.9), optim.WeightDecay(0.01))
		}, false},
		{"Adam(ps, lr=0.1, weight_decay=0.01)", func(ps []*nn.Parameter) optim.Optimizer {
			return optim.NewAdam(ps, optim.LR(0.1), optim.WeightDecay(0.01))
		}, false},
		{"RMSprop(ps, lr=0.1)", func(ps []*nn.Parameter) optim.Optimizer { return optim.NewRMSprop(ps, optim.LR(0.1)) }, false},
		{"SGD(ps, lr=0.1)", func(ps []*nn.Parameter) optim.Optimizer { return optim.NewSGD(ps, optim.LR(0.1)) }, true},
		{"Adagrad(ps, lr=0.1)", func(ps []*nn.Parameter) optim.Optimizer { return optim.NewAdagrad(ps, optim.LR(0.1)) }, true},
		{"SparseAdam(ps, lr=0.1)", func(ps []*nn.Parameter) optim.Optimizer { return optim.NewSparseAdam(ps, optim.LR(0.1)) }, true},
	}
	var codes []string
	for _, o := range optimizers {
		codes = append(codes, fmt.Sprintf("torch.optim.%s|%v", o.python, o.sparse))
	}
	want := twin.Run(t, `
		F = torch.nn.functional
		for n, code in enumerate(args):
			code, sparse = code.split("|")
			names = ["table"] if sparse == "true" else ["a", "b"]
			ps = [torch.nn.Parameter(inputs[name].clone()) for name in names]
			opt = eval(code)
			for i in range(8):
				opt.zero_grad()
				if sparse == "true":
					if i % 3: F.embedding(torch.tensor([i % 4, 1]), ps[0], sparse=True).square().sum().backward()
				else:
					(ps[0].square().sum() + (ps[1].square().sum() if i % 3 == 1 else 0)).backward()
				opt.step()
			for name, p in zip(names, ps): out[f"{n}{name}"] = p
	`, inputs, codes...)
	for n, o := range optimizers {
		names := []string{"a", "b"}
		if o.sparse {
			names = []string{"table"}
		}
		var ps []*nn.Parameter
		for _, name := range names {
			ps = append(ps, nn.NewParameter(inputs[name].Clone()))
		}
		opt := o.make(ps)
		for i := range 8 {
			opt.ZeroGrad()
			switch {
			case !o.sparse && i%3 == 1:
				ps[0].Square().Sum().Add(ps[1].Square().Sum()).Backward()
			case !o.sparse:
				ps[0].Square().Sum().Backward()
			case i%3 != 0:
				F.Embedding(torch.New([]int64{int64(i % 4), 1}), ps[0].Tensor, nn.Sparse(true)).Square().Sum().Backward()
			}
			opt.Step()
		}
		for i, name := range names {
			twin.RequireEqual(t, want[fmt.Sprint(n, name)], ps[i].Tensor, o.python, name)
		}
	}
}

// What counts as zeros is nothing that stays.
func TestZeroGradKeepsNothing(t *testing.T) {
	p, q := parameter(1, 2), parameter(3)
	opt := optim.NewAdam([]*nn.Parameter{p, q})
	step := func() {
		torch.Step(func() {
			opt.ZeroGrad()
			p.Square().Sum().Backward()
			opt.Step()
		})
	}
	q.SetGrad(torch.New([]float32{1}))
	step()
	leak.CollectorOff(t)
	live := torch.LiveTensors()
	for range 50 {
		step()
	}
	require.Equal(t, live, torch.LiveTensors())
}
