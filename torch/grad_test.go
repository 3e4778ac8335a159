package torch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/twin"
)

func leaf(values ...float64) *torch.Tensor {
	return torch.FromSlice(values).SetRequiresGrad(true)
}

func values(x *torch.Tensor) []float64 { return torch.ToSlice[float64](x) }

// Python's own results of the same lines.
func TestAutogradAsInPython(t *testing.T) {
	torch.ManualSeed(1)
	x, w := torch.Randn(torch.Shape{3, 4}), torch.Randn(torch.Shape{4, 2})
	want := twin.Run(t, `
x, w = inputs["x"].requires_grad_(), inputs["w"].requires_grad_()
y = (x @ w).tanh()
gx, gw = torch.autograd.grad(y, (x, w), torch.ones_like(y) * 2, create_graph=True)
save(gx=gx, gw=gw)
ggx, ggw = torch.autograd.grad((gx ** 2).sum() + gw.exp().sum(), (x, w), retain_graph=True)
save(ggx=ggx, ggw=ggw)
torch.autograd.backward([y.sum(), (y * y).sum()], inputs=[w], retain_graph=True)
save(only=w.grad, none=float(x.grad is None))

log = []
def hook(k):
    def f(g):
        log.append(k)
        return g * k + 1
    return f
h = x * 1
h.retain_grad()
for k in 2, 3, 5:
    h.register_hook(hook(k))
x.register_hook(hook(7))
x.register_hook(lambda g: log.append(11))
z = (h @ w).tanh().sum()
w.grad = None
z.backward()
save(hx=x.grad, hw=w.grad, order=torch.tensor(log))

class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x)
        return x ** 3, w * 2
    @staticmethod
    def backward(ctx, g, gw):
        x, = ctx.saved_tensors
        return 3 * g * x * x, 2 * gw
x.grad = w.grad = None
x = inputs["x"].detach().clone().requires_grad_()
a, b = Cube.apply(x, w)
g, = torch.autograd.grad((a @ b).sum(), x, create_graph=True)
(g * g).sum().backward()
save(cube=a, cubegrad=g, cubex=x.grad, cubew=w.grad)
`, map[string]*torch.Tensor{"x": x, "w": w})

	x.SetRequiresGrad(true)
	w.SetRequiresGrad(true)
	got := map[string]*torch.Tensor{}
	y := x.Matmul(w).Tanh()
	both := []*torch.Tensor{x, w}
	g := torch.Grad([]*torch.Tensor{y}, both, torch.Gradient(torch.OnesLike(y).Mul(2)), torch.CreateGraph(true))
	gg := torch.Grad([]*torch.Tensor{g[0].Pow(2).Sum().Add(g[1].Exp().Sum())}, both, torch.RetainGraph(true))
	got["gx"], got["gw"], got["ggx"], got["ggw"] = g[0], g[1], gg[0], gg[1]
	torch.Backward([]*torch.Tensor{y.Sum(), y.Mul(y).Sum()}, torch.Inputs(w), torch.RetainGraph(true))
	got["only"] = w.Grad()
	require.Nil(t, x.Grad())

	var log []int64
	hook := func(k int64) func(*torch.Tensor) *torch.Tensor {
		return func(g *torch.Tensor) *torch.Tensor {
			log = append(log, k)
			return g.Mul(int(k)).Add(1)
		}
	}
	h := x.Mul(1)
	h.RetainGrad()
	require.True(t, h.RetainsGrad())
	for _, k := range []int64{2, 3, 5} {
		h.RegisterHook(hook(k))
	}
	x.RegisterHook(hook(7))
	x.RegisterHook(func(*torch.Tensor) *torch.Tensor { log = append(log, 11); return nil })
	w.SetGrad(nil)
	h.Matmul(w).Tanh().Sum().Backward()
	got["hx"], got["hw"], got["order"] = x.Grad(), w.Grad(), torch.FromSlice(log)

	w.SetGrad(nil)
	x = x.Detach().Clone().SetRequiresGrad(true)
	cube := torch.Function{
		Name: "Cube",
		Forward: func(ctx *torch.Context, in ...*torch.Tensor) []*torch.Tensor {
			ctx.SaveForBackward(in[0])
			return []*torch.Tensor{in[0].Pow(3), in[1].Mul(2)}
		},
		Backward: func(ctx *torch.Context, grads ...*torch.Tensor) []*torch.Tensor {
			x := ctx.SavedTensors()[0]
			return []*torch.Tensor{grads[0].Mul(3).Mul(x).Mul(x), grads[1].Mul(2)}
		},
	}
	ab := cube.Apply(x, w)
	require.Equal(t, "CubeBackward", ab[0].GradFn())
	d := torch.Grad([]*torch.Tensor{ab[0].Matmul(ab[1]).Sum()}, []*torch.Tensor{x}, torch.CreateGraph(true))[0]
	d.Mul(d).Sum().Backward()
	got["cube"], got["cubegrad"], got["cubex"], got["cubew"] = ab[0], d, x.Grad(), w.Grad()

	require.Equal(t, 1.0, want["none"].Item())
	delete(want, "none")
	requireAll(t, want, got)
}

func TestGradSaysWhatIsMissing(t *testing.T) {
	x, unused := leaf(1, 2), leaf(3)
	one := func(ts ...*torch.Tensor) []*torch.Tensor { return ts }
	y := x.Mul(x)
	for name, c := range map[string]struct {
		do   func()
		want string
	}{
		"unused input":        {func() { torch.Grad(one(y.Sum()), one(unused)) }, "not have been used"},
		"no inputs":           {func() { torch.Grad(one(y.Sum()), nil) }, "as inputs"},
		"no outputs":          {func() { torch.Grad(nil, one(x)) }, "got none"},
		"vector":              {func() { torch.Grad(one(y), one(x)) }, "scalar"},
		"gradients":           {func() { torch.Grad(one(y), one(x), torch.Gradient(x, x)) }, "expected a gradient for each tensor: 1, but got 2"},
		"shape of gradient":   {func() { torch.Grad(one(y), one(x), torch.Gradient(leaf(1))) }, "shape"},
		"nil output":          {func() { torch.Grad(one(nil), one(x)) }, "nil"},
		"input does not want": {func() { torch.Grad(one(y.Sum()), one(torch.Ones(torch.Shape{1}))) }, "require"},
	} {
		t.Run(name, func(t *testing.T) {
			err := torch.Try(func() error { c.do(); return nil })
			require.ErrorContains(t, err, c.want)
		})
	}
	y = x.Mul(x)
	grads := torch.Grad(one(y.Sum()), one(x, unused), torch.AllowUnused(true))
	require.Equal(t, []float64{2, 4}, values(grads[0]))
	require.Nil(t, grads[1])
	require.Nil(t, x.Grad())
	require.Error(t, torch.Try(func() error { y.Sum().Backward(); return nil }), "the graph is gone")
}

func TestGradJoinsTheInnermostScope(t *testing.T) {
	x := leaf(1, 2)
	var g *torch.Tensor
	torch.Scoped(func(s *torch.Scope) {
		y := s.Own(x.Mul(x))
		g = torch.Grad([]*torch.Tensor{y.Sum()}, []*torch.Tensor{x})[0]
		require.Equal(t, []float64{2, 4}, values(g))
	})
	require.ErrorContains(t, torch.Try(func() error { g.Sum(); return nil }), "freed with its scope")
}

func TestDetachInplace(t *testing.T) {
	x := leaf(1, 2)
	y := x.Mul(2)
	require.False(t, y.IsLeaf())
	require.Same(t, y, y.DetachInplace())
	require.True(t, y.IsLeaf())
	require.False(t, y.RequiresGrad())
	require.Error(t, torch.Try(func() error { x.Mul(2).Select(0, 0).DetachInplace(); return nil }))
}

func TestInferenceMode(t *testing.T) {
	x := leaf(1, 2)
	var y *torch.Tensor
	torch.InferenceMode(func() {
		require.True(t, torch.IsInferenceModeEnabled())
		require.False(t, torch.IsGradEnabled())
		y = x.Mul(2)
		torch.EnableGrad(func() { require.False(t, x.Mul(2).RequiresGrad()) })
	})
	require.False(t, torch.IsInferenceModeEnabled())
	require.True(t, torch.IsGradEnabled())
	require.True(t, y.IsInference())
	require.False(t, x.IsInference())
	require.False(t, y.RequiresGrad())
	require.ErrorContains(t, torch.Try(func() error { x.Mul(y).Sum().Backward(); return nil }), "nference")
	torch.GradMode(false, func() { require.False(t, x.Mul(2).RequiresGrad()) })
	torch.GradMode(true, func() { require.True(t, x.Mul(2).RequiresGrad()) })
}
