package optim_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/twin"
)

var (
	sparseTensor = torch.NewOperator("aten::sparse_coo_tensor.indices_size", "indices", "values", "size")
	toDense      = torch.NewOperator("aten::to_dense", "self")
)

// sparseGrad has one row twice, and one not at all.
func sparseGrad() *torch.Tensor {
	return sparseTensor.Call(torch.New([][]int{{0, 2, 0}}), torch.New([][]float32{{1, 2}, {3, 4}, {5, 6}}), torch.Shape{3, 2})
}

func TestSparseGradients(t *testing.T) {
	table := map[string][]optim.SGDOption{
		"SGD(ps, lr=0.1)":                              {optim.LR(0.1)},
		"SGD(ps, lr=0.1, maximize=True)":               {optim.LR(0.1), optim.Maximize(true)},
		"SGD(ps, lr=0.1, foreach=True)":                {optim.LR(0.1), optim.Foreach(true)},
		"SGD(ps, lr=0.1, momentum=0.9)":                {optim.LR(0.1), optim.Momentum(0.9)},
		"SGD(ps, lr=0.1, momentum=0.9, nesterov=True)": {optim.LR(0.1), optim.Momentum(0.9), optim.Nesterov(true)},
	}
	var calls []string
	for call := range table {
		calls = append(calls, call)
	}
	want := twin.Run(t, `
		for call in args:
			ps = [torch.ones(3, 2, requires_grad=True), torch.ones(2, requires_grad=True)]
			opt = eval("torch.optim." + call)
			for i in range(4):
				ps[0].grad = torch.sparse_coo_tensor([[0, 2, 0]], [[1., 2.], [3., 4.], [5., 6.]], (3, 2))
				ps[1].grad = torch.tensor([1., -2.])
				opt.step()
				for j, p in enumerate(ps):
					out["%s %d %d" % (call, i, j)] = p.detach().clone()
			b = opt.state_dict()["state"].get(0, {}).get("momentum_buffer")
			if b is not None:
				out[call + " buffer"] = b.to_dense()
	`, nil, calls...)
	for call, opts := range table {
		t.Run(call, func(t *testing.T) {
			ps := []*nn.Parameter{nn.NewParameter(torch.Ones(torch.Shape{3, 2})), parameter(1, 1)}
			opt := optim.NewSGD(ps, opts...)
			for i := range 4 {
				ps[0].SetGrad(sparseGrad())
				ps[1].SetGrad(torch.New([]float32{1, -2}))
				opt.Step()
				for j, p := range ps {
					twin.RequireEqual(t, want[fmt.Sprintf("%s %d %d", call, i, j)], p.Detach())
				}
				other := optim.NewSGD(ps, opts...)
				require.NoError(t, other.LoadStateDict(opt.StateDict()))
				opt = other
			}
			if b := want[call+" buffer"]; b != nil {
				twin.RequireEqual(t, b, toDense.Call(opt.StateDict().Tensors[0].Tensor))
			}
		})
	}
}

func TestWhoRefusesSparseGradients(t *testing.T) {
	for want, make := range map[string]func([]*nn.Parameter) optim.Optimizer{
		"optim.Adam: the gradient of a parameter, [3 2], is sparse": adam(),
		"optim.AdamW: the gradient":                                 adamW(),
		"optim.RMSprop: the gradient":                               rmsprop(),
		"add(sparse, dense) is not supported":                       sgd(optim.WeightDecay(0.1)),
	} {
		p := nn.NewParameter(torch.Ones(torch.Shape{3, 2}))
		opt := make([]*nn.Parameter{p})
		p.SetGrad(sparseGrad())
		require.ErrorContains(t, torch.Try(func() error { opt.Step(); return nil }), want)
		require.Empty(t, opt.StateDict().Tensors)
		require.Equal(t, []float32{1, 1, 1, 1, 1, 1}, torch.ToSlice[float32](p.Tensor))
	}
}

func TestLBFGSTakesSparseGradients(t *testing.T) {
	step := func(grad func() *torch.Tensor) []float32 {
		p := nn.NewParameter(torch.Ones(torch.Shape{3, 2}))
		optim.NewLBFGS([]*nn.Parameter{p}, optim.MaxIter(2)).Step(func() *torch.Tensor {
			p.SetGrad(grad())
			return p.Sum()
		})
		return torch.ToSlice[float32](p.Tensor)
	}
	require.Equal(t, step(func() *torch.Tensor { return toDense.Call(sparseGrad()) }), step(sparseGrad))
}
