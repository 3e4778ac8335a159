package torch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

func list(ts ...*torch.Tensor) []*torch.Tensor { return ts }

func TestGradCheck(t *testing.T) {
	torch.ManualSeed(3)
	x := torch.Randn(torch.Shape{3, 2}, torch.Float64, torch.RequiresGrad(true))
	w := torch.Randn(torch.Shape{2, 4}, torch.Float64, torch.RequiresGrad(true))
	plain := torch.Randn(torch.Shape{3, 4})
	before := values(x)
	for name, f := range map[string]func(xs ...*torch.Tensor) []*torch.Tensor{
		"matmul":          func(xs ...*torch.Tensor) []*torch.Tensor { return list(xs[0].Matmul(xs[1]).Tanh(), xs[2]) },
		"two outputs":     func(xs ...*torch.Tensor) []*torch.Tensor { return list(xs[0].Exp(), xs[1].Mul(xs[1]).Sum()) },
		"custom function": func(xs ...*torch.Tensor) []*torch.Tensor { return list(expFunction.Call(xs[0].T()), xs[1].Mul(xs[1])) },
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, torch.GradCheck(f, list(x, w, plain)))
			require.NoError(t, torch.GradGradCheck(f, list(x, w, plain)))
			require.Equal(t, before, values(x))
		})
	}
}

func TestGradCheckFindsWrongGradients(t *testing.T) {
	forward := func(ctx *torch.Context, x *torch.Tensor) *torch.Tensor {
		ctx.SaveForBackward(x)
		return x.Mul(x)
	}
	f := func(backward func(ctx *torch.Context, g *torch.Tensor) *torch.Tensor) func(xs ...*torch.Tensor) []*torch.Tensor {
		function := functionOf(forward, backward)
		return func(xs ...*torch.Tensor) []*torch.Tensor { return function.Apply(xs[0]) }
	}
	right := f(func(ctx *torch.Context, g *torch.Tensor) *torch.Tensor { return g.Mul(2).Mul(ctx.SavedTensors()[0]) })
	wrong := f(func(ctx *torch.Context, g *torch.Tensor) *torch.Tensor { return g.Mul(3).Mul(ctx.SavedTensors()[0]) })
	wrongTwice := f(func(ctx *torch.Context, g *torch.Tensor) *torch.Tensor {
		return g.Mul(2).Mul(ctx.SavedTensors()[0].Detach())
	})
	calls := 0.0
	restless := f(func(ctx *torch.Context, g *torch.Tensor) *torch.Tensor {
		calls++
		return g.Mul(2 + calls*1e-9).Mul(ctx.SavedTensors()[0])
	})
	notANumber := f(func(_ *torch.Context, g *torch.Tensor) *torch.Tensor { return g.Mul(0).Sub(1).Sqrt() })
	x := leaf(1, -2)
	require.NoError(t, torch.GradCheck(right, list(x)))
	require.NoError(t, torch.GradGradCheck(right, list(x)))
	require.NoError(t, torch.GradCheck(wrongTwice, list(x)))
	require.ErrorContains(t, torch.GradGradCheck(wrongTwice, list(x)), "Jacobians differ")
	err := torch.GradCheck(wrong, list(x))
	require.ErrorContains(t, err, "output 0 with respect to input 0: the Jacobians differ by up to 2")
	require.ErrorContains(t, err, "analytical:\ntensor([[ 3.,  0.],\n        [-0., -6.]]")
	require.NoError(t, torch.GradCheck(wrong, list(x), torch.CheckTolerance(3, 0)))
	require.ErrorContains(t, torch.GradCheck(restless, list(x)), "not deterministic")
	require.NoError(t, torch.GradCheck(restless, list(x), torch.CheckNondetTol(1e-6)))
	require.Error(t, torch.GradCheck(notANumber, list(x)))
	exp := func(xs ...*torch.Tensor) []*torch.Tensor { return expFunction.Apply(xs[0]) }
	require.NoError(t, torch.GradCheck(exp, list(x)))
	require.Error(t, torch.GradCheck(exp, list(x), torch.CheckEps(1)), "too wide a step")

	require.ErrorContains(t, torch.GradCheck(right, list(x.Detach())), "requires gradients")
	require.ErrorContains(t, torch.GradCheck(right, list(torch.Ones(torch.Shape{2}, torch.RequiresGrad(true)))), "Float64")
	constant := func(xs ...*torch.Tensor) []*torch.Tensor { return list(xs[0].Detach()) }
	require.ErrorContains(t, torch.GradCheck(constant, list(x)), "requires gradients")
	require.Error(t, torch.GradGradCheck(constant, list(x)))
}

func TestGradCheckOfComplexNumbers(t *testing.T) {
	torch.ManualSeed(4)
	z := torch.Randn(torch.Shape{2, 3}, torch.Complex128, torch.RequiresGrad(true))
	x := torch.Randn(torch.Shape{3}, torch.Float64, torch.RequiresGrad(true))
	before := z.Bytes()
	for name, f := range map[string]func(xs ...*torch.Tensor) []*torch.Tensor{
		"complex to complex": func(xs ...*torch.Tensor) []*torch.Tensor { return list(xs[0].Mul(xs[0]).Sin(), xs[1].Exp()) },
		"complex to real":    func(xs ...*torch.Tensor) []*torch.Tensor { return list(xs[0].Abs().Mul(xs[1])) },
		"real to complex":    func(xs ...*torch.Tensor) []*torch.Tensor { return list(torch.Complex(xs[1].Sin(), xs[1].Mul(2))) },
		"conjugate":          func(xs ...*torch.Tensor) []*torch.Tensor { return list(xs[0].Conj().Mul(xs[1])) },
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, torch.GradCheck(f, list(z, x)))
			require.NoError(t, torch.GradGradCheck(f, list(z, x)))
			require.Equal(t, before, z.Bytes())
		})
	}
	square := func(backward func(ctx *torch.Context, g *torch.Tensor) *torch.Tensor) func(xs ...*torch.Tensor) []*torch.Tensor {
		f := functionOf(func(ctx *torch.Context, x *torch.Tensor) *torch.Tensor {
			ctx.SaveForBackward(x)
			return x.Mul(x)
		}, backward)
		return func(xs ...*torch.Tensor) []*torch.Tensor { return f.Apply(xs[0]) }
	}
	right := square(func(ctx *torch.Context, g *torch.Tensor) *torch.Tensor {
		return g.Mul(ctx.SavedTensors()[0].Mul(2).Conj())
	})
	notConjugate := square(func(ctx *torch.Context, g *torch.Tensor) *torch.Tensor { return g.Mul(ctx.SavedTensors()[0].Mul(2)) })
	realOnly := square(func(ctx *torch.Context, g *torch.Tensor) *torch.Tensor {
		return torch.Complex(g.Mul(ctx.SavedTensors()[0].Mul(2).Conj()).Real(), torch.Zeros(torch.Shape{1}, torch.Float64))
	})
	one := torch.New([]complex128{1 + 2i}, torch.Complex128).SetRequiresGrad(true)
	require.NoError(t, torch.GradCheck(right, list(one)))
	require.NoError(t, torch.GradGradCheck(right, list(one)))
	err := torch.GradCheck(notConjugate, list(one))
	require.ErrorContains(t, err, "of complex outputs only the imaginary part: gradient of output 0 with respect to input 0")
	require.ErrorContains(t, err, "analytical:\ntensor([[-4.+2.j]]")
	require.ErrorContains(t, torch.GradCheck(realOnly, list(one)), "Jacobians differ by up to")
	single := torch.New([]complex64{1}).SetRequiresGrad(true)
	require.ErrorContains(t, torch.GradCheck(right, list(single)), "Float64 or Complex128")
}

func TestGradCheckOfGradientsThatIgnoreTheOutputs(t *testing.T) {
	x := leaf(1) // with one element the Jacobian alone can't tell
	f := functionOf(func(_ *torch.Context, x *torch.Tensor) *torch.Tensor { return x.Mul(1) },
		func(_ *torch.Context, g *torch.Tensor) *torch.Tensor { return torch.OnesLike(g) })
	require.ErrorContains(t, torch.GradCheck(func(xs ...*torch.Tensor) []*torch.Tensor { return f.Apply(xs[0]) }, list(x)),
		"backward does not multiply by the output's gradient")
}
