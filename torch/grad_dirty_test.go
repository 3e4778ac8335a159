package torch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/twin"
)

// doubling doubles its first input in place, and returns it with what extra makes.
func doubling(extra func(ctx *torch.Context, x *torch.Tensor) []*torch.Tensor) *torch.Function {
	return &torch.Function{
		Name: "Double",
		Forward: func(ctx *torch.Context, xs ...*torch.Tensor) []*torch.Tensor {
			xs[0].MulInplace(2)
			ctx.MarkDirty(xs[0])
			return append([]*torch.Tensor{xs[0]}, extra(ctx, xs[0])...)
		},
		Backward: func(_ *torch.Context, grads ...*torch.Tensor) []*torch.Tensor {
			g := grads[0].Mul(2)
			for _, more := range grads[1:] {
				g = g.Add(more.Mul(6))
			}
			return []*torch.Tensor{g}
		},
	}
}

func nothingElse(*torch.Context, *torch.Tensor) []*torch.Tensor { return nil }

func TestMarkDirtyAsInPython(t *testing.T) {
	torch.ManualSeed(4)
	x := torch.Randn(torch.Shape{3, 4}, torch.Float64)
	want := twin.Run(t, `
class Double(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        x.mul_(2)
        ctx.mark_dirty(x)
        return x
    @staticmethod
    def backward(ctx, g):
        return g * 2
class Two(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        x.mul_(2)
        ctx.mark_dirty(x)
        return x, x * 3
    @staticmethod
    def backward(ctx, g, h):
        return g * 2 + h * 6
class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x.clone())
        x.mul_(x)
        ctx.mark_dirty(x)
        return x
    @staticmethod
    def backward(ctx, g):
        return g * 2 * ctx.saved_tensors[0]
def run(name, f):
    x = inputs["x"].clone().requires_grad_()
    y = f(x)
    y.sum().backward()
    save(**{name: y, name + ".grad": x.grad})
def chain(x):
    y = x * 3
    z = Double.apply(y)
    assert z is y
    return (Double.apply(z).sin() * y)
def view(x):
    y = x * 3
    Double.apply(y[1])
    return y.sin()
def two(x):
    y = x * 3
    a, b = Two.apply(y)
    return a.sin() + b.cos() + y
def square(x):
    y = x * 3
    return Square.apply(y).sin()
run("chain", chain); run("view", view); run("two", two); run("square", square)
y = inputs["x"].clone()
Double.apply(y)
save(plain=y)
`, map[string]*torch.Tensor{"x": x})
	double := doubling(nothingElse)
	two := doubling(func(_ *torch.Context, x *torch.Tensor) []*torch.Tensor { return []*torch.Tensor{x.Mul(3)} })
	square := functionOf(func(ctx *torch.Context, x *torch.Tensor) *torch.Tensor {
		ctx.SaveForBackward(x.Clone())
		ctx.MarkDirty(x)
		return x.MulInplace(x)
	}, func(ctx *torch.Context, g *torch.Tensor) *torch.Tensor { return g.Mul(2).Mul(ctx.SavedTensors()[0]) })
	plain := x.Clone()
	require.Same(t, plain, double.Call(plain))
	got := map[string]*torch.Tensor{"plain": plain}
	for name, f := range map[string]func(x *torch.Tensor) *torch.Tensor{
		"chain": func(x *torch.Tensor) *torch.Tensor {
			y := x.Mul(3)
			z := double.Call(y)
			require.Same(t, y, z)
			require.Equal(t, "DoubleBackward", y.GradFn())
			return double.Call(z).Sin().Mul(y)
		},
		"view": func(x *torch.Tensor) *torch.Tensor {
			y := x.Mul(3)
			double.Call(y.Select(0, 1))
			require.Equal(t, "CopySlices", y.GradFn())
			return y.Sin()
		},
		"two": func(x *torch.Tensor) *torch.Tensor {
			y := x.Mul(3)
			out := two.Apply(y)
			return out[0].Sin().Add(out[1].Cos()).Add(y)
		},
		"square": func(x *torch.Tensor) *torch.Tensor {
			return square.Call(x.Mul(3)).Sin()
		},
	} {
		x := x.Clone().SetRequiresGrad(true)
		y := f(x)
		y.Sum().Backward()
		got[name], got[name+".grad"] = y, x.Grad()
	}
	requireAll(t, want, got)
}

func TestMarkDirtyOfSavedOutput(t *testing.T) {
	exp := functionOf(func(ctx *torch.Context, x *torch.Tensor) *torch.Tensor {
		x.CopyInplace(x.Exp())
		ctx.MarkDirty(x)
		ctx.SaveForBackward(x)
		return x
	}, func(ctx *torch.Context, g *torch.Tensor) *torch.Tensor { return g.Mul(ctx.SavedTensors()[0]) })
	requireBalance(t, func() {
		x := leaf(1, 2)
		exp.Call(x.Mul(1)).Sum().Backward()
		require.Equal(t, values(x.Detach().Exp()), values(x.Grad()))
		y := exp.Call(x.Mul(1))
		y.MulInplace(2)
		require.ErrorContains(t, torch.Try(func() error { y.Sum().Backward(); return nil }), "modified by an inplace operation")
	})
	x := leaf(1, 2)
	twice := func(xs ...*torch.Tensor) []*torch.Tensor { return exp.Apply(exp.Call(xs[0].Mul(1)).Mul(0.1)) }
	require.NoError(t, torch.GradCheck(twice, list(x)))
	require.NoError(t, torch.GradGradCheck(twice, list(x)))
}

func TestMisusedMarkDirty(t *testing.T) {
	double := doubling(nothingElse)
	lost := functionOf(func(ctx *torch.Context, x *torch.Tensor) *torch.Tensor {
		ctx.MarkDirty(x)
		return x.Mul(2)
	}, func(_ *torch.Context, g *torch.Tensor) *torch.Tensor { return g })
	two := doubling(func(_ *torch.Context, x *torch.Tensor) []*torch.Tensor { return []*torch.Tensor{x.Mul(3)} })
	noGradient := doubling(func(ctx *torch.Context, x *torch.Tensor) []*torch.Tensor { ctx.MarkNonDifferentiable(x); return nil })
	for name, c := range map[string]struct {
		do   func(x *torch.Tensor)
		want string
	}{
		"leaf":     {func(x *torch.Tensor) { double.Call(x) }, "a leaf Variable that requires grad has been used in an in-place operation"},
		"lost":     {func(x *torch.Tensor) { lost.Call(x.Mul(1)) }, "marked as dirty during the forward method were not returned as output"},
		"no grad":  {func(x *torch.Tensor) { lost.Call(x.Detach()) }, "marked as dirty during the forward method were not returned as output"},
		"two ways": {func(x *torch.Tensor) { two.Apply(x.Mul(1).Slice(0, 0, 1, 1)) }, "view"},
		"saved before": {func(x *torch.Tensor) {
			y := x.Exp()
			double.Call(y).Sum().Backward()
		}, "modified by an inplace operation"},
	} {
		t.Run(name, func(t *testing.T) {
			requireBalance(t, func() {
				require.ErrorContains(t, torch.Try(func() error { c.do(leaf(1, 2)); return nil }), c.want)
			})
		})
	}
	x := leaf(1, 2)
	y := x.Mul(1)
	require.False(t, noGradient.Call(y).RequiresGrad())
	require.Equal(t, "MulBackward0", y.GradFn())
	torch.NoGrad(func() {
		z := double.Call(x)
		require.False(t, z.RequiresGrad(), "an alias without gradient, as in Python")
		require.True(t, z.SharesMemory(x))
	})
	require.Equal(t, []float64{2, 4}, values(x))
}
