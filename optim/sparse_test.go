package optim_test

import (
	"fmt"
	"strings"
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

func sparseAdam(o ...optim.SparseAdamOption) func([]*nn.Parameter) optim.Optimizer {
	return func(ps []*nn.Parameter) optim.Optimizer { return optim.NewSparseAdam(ps, o...) }
}

func dense(t *torch.Tensor) *torch.Tensor {
	if t.Numel() > 0 && !t.SharesMemory(t) {
		return toDense.Call(t)
	}
	return t
}

func TestSparseGradients(t *testing.T) {
	table := map[string]func([]*nn.Parameter) optim.Optimizer{
		"SGD(ps, lr=0.1)":                                            sgd(optim.LR(0.1)),
		"SGD(ps, lr=0.1, maximize=True)":                             sgd(optim.LR(0.1), optim.Maximize(true)),
		"SGD(ps, lr=0.1, foreach=True)":                              sgd(optim.LR(0.1), optim.Foreach(true)),
		"SGD(ps, lr=0.1, momentum=0.9)":                              sgd(optim.LR(0.1), optim.Momentum(0.9)),
		"SGD(ps, lr=0.1, momentum=0.9, nesterov=True)":               sgd(optim.LR(0.1), optim.Momentum(0.9), optim.Nesterov(true)),
		"Adagrad(ps)":                                                adagrad(),
		"Adagrad(ps, foreach=True)":                                  adagrad(optim.Foreach(true)),
		"Adagrad(ps, lr=0.1, lr_decay=0.5, eps=0.01, maximize=True)": adagrad(optim.LR(0.1), optim.LRDecay(0.5), optim.Eps(0.01), optim.Maximize(true)),
		"Adagrad(ps, initial_accumulator_value=0.5)":                 adagrad(optim.InitialAccumulatorValue(0.5)),
		"SparseAdam(ps[:1])":                                         sparseAdam(),
		"SparseAdam(ps[:1], lr=0.1, betas=(0.7, 0.8), eps=0.01)":     sparseAdam(optim.LR(0.1), optim.Betas(0.7, 0.8), optim.Eps(0.01)),
		"SparseAdam(ps[:1], maximize=True)":                          sparseAdam(optim.Maximize(true)),
	}
	var calls []string
	for call := range table {
		calls = append(calls, call)
	}
	want := twin.Run(t, `
		for call in args:
			ps = [torch.ones(3, 2, requires_grad=True), torch.ones(2, requires_grad=True)]
			opt = eval("torch.optim." + call)
			for i in range(100):
				ps[0].grad = torch.sparse_coo_tensor([[0, 2, 0]], [[1., 2.], [3., 4.], [5., 6.]], (3, 2))
				ps[1].grad = torch.tensor([1., -2.])
				opt.step()
				for j, p in enumerate(ps):
					out["%s %d %d" % (call, i, j)] = p.detach().clone()
			for k, v in opt.state_dict()["state"].get(0, {}).items():
				if v is not None:
					v = torch.as_tensor(v, dtype=torch.float32)
					out[call + " state.0." + k] = v.to_dense() if v.is_sparse else v
	`, nil, calls...)
	for call, make := range table {
		t.Run(call, func(t *testing.T) {
			ps := []*nn.Parameter{nn.NewParameter(torch.Ones(torch.Shape{3, 2})), parameter(1, 1)}
			taken := ps
			if strings.Contains(call, "ps[:1]") {
				taken = ps[:1]
			}
			opt := make(taken)
			for i := range 100 {
				ps[0].SetGrad(sparseGrad())
				ps[1].SetGrad(torch.New([]float32{1, -2}))
				opt.Step()
				for j, p := range ps {
					twin.RequireEqual(t, want[fmt.Sprintf("%s %d %d", call, i, j)], p.Detach())
				}
				other := make(taken)
				require.NoError(t, other.LoadStateDict(opt.StateDict()))
				opt = other
			}
			for _, n := range opt.StateDict().Tensors {
				if strings.HasPrefix(n.Name, "state.0.") {
					twin.RequireEqual(t, want[call+" "+n.Name], dense(n.Tensor), n.Name)
				}
			}
		})
	}
}

func TestWhoRefusesSparseGradients(t *testing.T) {
	for want, make := range map[string]func([]*nn.Parameter) optim.Optimizer{
		"optim.Adam: the gradient of a parameter, [3 2], is sparse": adam(),
		"optim.AdamW: the gradient":                                 adamW(),
		"optim.RMSprop: the gradient":                               rmsprop(),
		"optim.Adamax: the gradient":                                adamax(),
		"optim.NAdam: the gradient":                                 nadam(),
		"optim.RAdam: the gradient":                                 radam(),
		"optim.Adadelta: the gradient":                              adadelta(),
		"optim.Rprop: the gradient":                                 rprop(),
		"optim.ASGD: the gradient":                                  asgd(),
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
