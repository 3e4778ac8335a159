package torch_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/torch"
	"multitorch/twin"
)

var dropout = torch.NewOperator("aten::dropout", "input", "p", "train")

func TestCheckpointAsInPython(t *testing.T) {
	torch.ManualSeed(5)
	x, w := torch.Randn(torch.Shape{4, 3}), torch.Randn(torch.Shape{3, 3})
	want := twin.Run(t, `
from torch.utils.checkpoint import checkpoint
x, w = inputs["x"].requires_grad_(), inputs["w"].requires_grad_()
torch.manual_seed(7)
def f(x):
    return torch.dropout(x.matmul(w).tanh(), 0.5, True)
y = checkpoint(f, checkpoint(f, x))
y.sum().backward()
save(y=y, x=x.grad, w=w.grad, next=torch.rand(3))
`, map[string]*torch.Tensor{"x": x, "w": w})
	x.SetRequiresGrad(true)
	w.SetRequiresGrad(true)
	torch.ManualSeed(7)
	f := func(xs ...*torch.Tensor) *torch.Tensor { return dropout.Call(xs[0].Matmul(w).Tanh(), 0.5, true) }
	y := torch.Checkpoint(f, torch.Checkpoint(f, x))
	y.Sum().Backward()
	requireAll(t, want, map[string]*torch.Tensor{"y": y, "x": x.Grad(), "w": w.Grad(), "next": torch.Rand(torch.Shape{3})})
}

func TestCheckpointReachesParametersAlone(t *testing.T) {
	x, w := torch.FromSlice([]float64{1, 2}), leaf(3, 4)
	runs := 0
	f := func(xs ...*torch.Tensor) *torch.Tensor { runs++; return xs[0].Mul(w).Mul(w) }
	requireBalance(t, func() {
		w.SetGrad(nil)
		runs = 0
		torch.Scoped(func(s *torch.Scope) {
			y := torch.Checkpoint(f, s.Own(x.Mul(1)))
			require.Equal(t, 1, runs)
			y.Sum().Backward()
		})
		require.Equal(t, 2, runs)
		require.Equal(t, []float64{6, 16}, values(w.Grad()))
	})
	torch.NoGrad(func() { require.False(t, torch.Checkpoint(f, x).RequiresGrad()) })
	y := torch.Checkpoint(f, x).Sum()
	err := torch.Try(func() error { torch.Grad([]*torch.Tensor{y}, []*torch.Tensor{w}, torch.AllowUnused(true)); return nil })
	if err != nil { // w is not in the graph, so the function need not run
		require.ErrorContains(t, err, "checkpoint")
	}
	x = leaf(1, 2)
	y = torch.Checkpoint(f, x).Sum()
	require.ErrorContains(t, torch.Try(func() error { torch.Grad([]*torch.Tensor{y}, []*torch.Tensor{x}); return nil }), "checkpoint")
}

func TestCheckpointKeepsLess(t *testing.T) {
	const megabyte = 1 << 20
	x := torch.Ones(torch.Shape{megabyte / 4}, torch.RequiresGrad(true))
	f := func(xs ...*torch.Tensor) *torch.Tensor {
		y := xs[0]
		for range 8 {
			z := y.Exp()
			y = z.Sin()
			z.Free()
		}
		return y
	}
	kept := func(g func() *torch.Tensor) int64 {
		_, before := leak.Settled()
		y := g()
		_, after := leak.Settled()
		runtime.KeepAlive(y)
		return (after - before) / megabyte
	}
	all := kept(func() *torch.Tensor { return f(x) })
	few := kept(func() *torch.Tensor { return torch.Checkpoint(f, x) })
	require.GreaterOrEqual(t, all, int64(8))
	require.LessOrEqual(t, few, int64(2))
}

func TestCheckpointCastsAgain(t *testing.T) {
	x := torch.Randn(torch.Shape{4, 4}, torch.RequiresGrad(true))
	var dtypes []torch.DType
	f := func(xs ...*torch.Tensor) *torch.Tensor {
		y := xs[0].Matmul(xs[0])
		dtypes = append(dtypes, y.DType())
		return y
	}
	var y *torch.Tensor
	torch.Autocast(torch.CPU, torch.BFloat16, func() { y = torch.Checkpoint(f, x).Sum() })
	y.Backward()
	require.Equal(t, []torch.DType{torch.BFloat16, torch.BFloat16}, dtypes)
	require.Equal(t, torch.Float32, x.Grad().DType())
	require.False(t, torch.IsAutocastEnabled(torch.CPU))
}
