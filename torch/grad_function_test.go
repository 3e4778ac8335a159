package torch_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

// expFunction saves its output.
var expFunction = &torch.Function{
	Name: "Exp",
	Forward: func(ctx *torch.Context, xs ...*torch.Tensor) []*torch.Tensor {
		y := xs[0].Exp()
		ctx.SaveForBackward(y)
		return []*torch.Tensor{y}
	},
	Backward: func(ctx *torch.Context, grads ...*torch.Tensor) []*torch.Tensor {
		return []*torch.Tensor{grads[0].Mul(ctx.SavedTensors()[0])}
	},
}

// functionOf is a function of one tensor.
func functionOf(forward func(ctx *torch.Context, x *torch.Tensor) *torch.Tensor,
	backward func(ctx *torch.Context, g *torch.Tensor) *torch.Tensor,
) *torch.Function {
	return &torch.Function{
		Name: "Unary",
		Forward: func(ctx *torch.Context, xs ...*torch.Tensor) []*torch.Tensor {
			return []*torch.Tensor{forward(ctx, xs[0])}
		},
		Backward: func(ctx *torch.Context, grads ...*torch.Tensor) []*torch.Tensor {
			return []*torch.Tensor{backward(ctx, grads[0])}
		},
	}
}

func TestFunctionLeavesNothingBehind(t *testing.T) {
	x := leaf(1, 2)
	requireBalance(t, func() {
		for range 100 {
			torch.Scoped(func(s *torch.Scope) {
				s.Own(x.Mul(1))
				y := expFunction.Call(s.Own(x.Mul(2)))
				y = expFunction.Call(y)
				y.Sum().Backward()
			})
			expFunction.Call(x) // never used
		}
	})
}

func TestFunctionsInGoroutines(t *testing.T) {
	x := leaf(0, 1)
	want := values(torch.Grad([]*torch.Tensor{x.Exp().Exp().Sum()}, []*torch.Tensor{x})[0])
	requireBalance(t, func() {
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				for range 50 {
					g := torch.Grad([]*torch.Tensor{expFunction.Call(expFunction.Call(x)).Sum()}, []*torch.Tensor{x})[0]
					if got := values(g); got[0] != want[0] || got[1] != want[1] {
						t.Errorf("gradient %v", got)
					}
				}
			})
		}
		group.Wait()
	})
}

func TestSavedTensorsOutliveTheirScope(t *testing.T) {
	x := leaf(0, 1)
	var y *torch.Tensor
	torch.Scoped(func(s *torch.Scope) {
		y = expFunction.Call(s.Own(x.Mul(1))).Keep()
	})
	y.Sum().Backward()
	require.Equal(t, values(y), values(x.Grad()))
}

func TestContext(t *testing.T) {
	x, w := leaf(1, 2), torch.FromSlice([]float64{3, 4})
	var forward, backward []bool
	mul := torch.Function{
		Name: "Mul",
		Forward: func(ctx *torch.Context, in ...*torch.Tensor) []*torch.Tensor {
			forward = []bool{ctx.NeedsInputGrad(0), ctx.NeedsInputGrad(1), ctx.NeedsInputGrad(2), ctx.NeedsInputGrad(-1)}
			require.False(t, torch.IsGradEnabled())
			ctx.SaveForBackward(in...)
			ctx.Data = "from forward"
			product, sign, index := in[0].Mul(in[1]), in[0].Sign(), in[0].Argmax()
			ctx.MarkNonDifferentiable(sign)
			return []*torch.Tensor{product, sign, index, product.Mul(2)}
		},
		Backward: func(ctx *torch.Context, grads ...*torch.Tensor) []*torch.Tensor {
			backward = []bool{ctx.NeedsInputGrad(0), ctx.NeedsInputGrad(1)}
			require.Equal(t, "from forward", ctx.Data)
			require.Len(t, grads, 4)
			require.Equal(t, []float64{0, 0}, values(grads[3]), "a gradient that is not there comes as zeros")
			s := ctx.SavedTensors()
			return []*torch.Tensor{grads[0].Mul(s[1]), grads[0].Mul(s[0])}
		},
	}
	out := mul.Apply(x, w)
	require.Equal(t, []bool{true, false, false, false}, forward)
	require.True(t, out[0].RequiresGrad())
	require.False(t, out[1].RequiresGrad())
	require.False(t, out[2].RequiresGrad())
	out[0].Sum().Backward()
	require.Equal(t, []bool{true, false}, backward)
	require.Equal(t, []float64{3, 4}, values(x.Grad()))
	require.Nil(t, w.Grad())

	torch.NoGrad(func() { require.False(t, mul.Apply(x, w)[0].RequiresGrad()) })
	require.Equal(t, []bool{false, false, false, false}, forward)
}

func TestAbsentGradients(t *testing.T) {
	x := leaf(1, 2)
	f := torch.Function{
		Name: "Two",
		Forward: func(ctx *torch.Context, in ...*torch.Tensor) []*torch.Tensor {
			ctx.SetMaterializeGrads(false)
			return []*torch.Tensor{in[0].Mul(2), in[0].Mul(3)}
		},
		Backward: func(_ *torch.Context, grads ...*torch.Tensor) []*torch.Tensor {
			require.Nil(t, grads[0])
			return []*torch.Tensor{grads[1].Mul(3)}
		},
	}
	f.Apply(x)[1].Sum().Backward()
	require.Equal(t, []float64{3, 3}, values(x.Grad()))
	f.Backward = func(*torch.Context, ...*torch.Tensor) []*torch.Tensor { return []*torch.Tensor{nil} }
	x.SetGrad(nil)
	f.Apply(x)[1].Sum().Backward()
	require.Nil(t, x.Grad())
}

// An output that is an input, or a view of one, is a tensor of its own.
func TestOutputsThatAreInputs(t *testing.T) {
	for name, forward := range map[string]func(_ *torch.Context, x *torch.Tensor) *torch.Tensor{
		"input":  func(_ *torch.Context, x *torch.Tensor) *torch.Tensor { return x },
		"view":   func(_ *torch.Context, x *torch.Tensor) *torch.Tensor { return x.View(2) },
		"saved":  func(ctx *torch.Context, x *torch.Tensor) *torch.Tensor { ctx.SaveForBackward(x); return x },
		"result": func(_ *torch.Context, x *torch.Tensor) *torch.Tensor { return x.Mul(1) },
	} {
		t.Run(name, func(t *testing.T) {
			double := functionOf(forward, func(ctx *torch.Context, g *torch.Tensor) *torch.Tensor {
				ctx.SavedTensors()
				return g.Mul(2)
			})
			requireBalance(t, func() {
				x := leaf(1, 2)
				y := double.Call(x)
				require.True(t, x.IsLeaf())
				require.Equal(t, "UnaryBackward", y.GradFn())
				y.Mul(3).Sum().Backward()
				require.Equal(t, []float64{6, 6}, values(x.Grad()))
			})
		})
	}
}

func TestMisusedFunctions(t *testing.T) {
	ones := func(_ *torch.Context, g *torch.Tensor) *torch.Tensor { return g }
	twice := func(_ *torch.Context, x *torch.Tensor) *torch.Tensor { return x.Mul(2) }
	saving := functionOf(func(ctx *torch.Context, x *torch.Tensor) *torch.Tensor {
		y := x.Exp()
		ctx.SaveForBackward(x, y)
		return y
	}, func(ctx *torch.Context, g *torch.Tensor) *torch.Tensor { return g.Mul(ctx.SavedTensors()[1]) })
	for name, c := range map[string]struct {
		do   func(x *torch.Tensor)
		want string
	}{
		"no output": {func(x *torch.Tensor) {
			(&torch.Function{Name: "F", Forward: func(*torch.Context, ...*torch.Tensor) []*torch.Tensor { return nil }}).Call(x)
		}, "no output"},
		"nil output": {func(x *torch.Tensor) {
			functionOf(func(*torch.Context, *torch.Tensor) *torch.Tensor { return nil }, ones).Call(x)
		}, "nil"},
		"nil input":   {func(*torch.Tensor) { functionOf(twice, ones).Call(nil) }, "nil"},
		"no backward": {func(x *torch.Tensor) { f := *functionOf(twice, ones); f.Backward = nil; f.Call(x).Sum().Backward() }, "no Backward"},
		"forward fails": {func(x *torch.Tensor) {
			functionOf(func(_ *torch.Context, x *torch.Tensor) *torch.Tensor { return x.View(7) }, ones).Call(x)
		}, "view"},
		"number of gradients": {func(x *torch.Tensor) {
			f := *functionOf(twice, ones)
			f.Backward = func(_ *torch.Context, g ...*torch.Tensor) []*torch.Tensor { return append(g, g...) }
			f.Call(x).Sum().Backward()
		}, "for each input: 1, but got 2"},
		"shape of gradient": {func(x *torch.Tensor) {
			functionOf(twice, func(_ *torch.Context, g *torch.Tensor) *torch.Tensor { return torch.Ones(torch.Shape{3}) }).Call(x).Sum().Backward()
		}, "invalid gradient"},
		"second backward": {func(x *torch.Tensor) {
			y := saving.Call(x)
			y.Backward(torch.Gradient(x.Detach()))
			y.Backward(torch.Gradient(x.Detach()))
		}, "second time"},
		"output changed": {
			func(x *torch.Tensor) { y := saving.Call(x); y.MulInplace(2); y.Sum().Backward() },
			"modified by an inplace operation",
		},
		"input changed": {func(x *torch.Tensor) {
			v := x.Mul(1)
			y := saving.Call(v)
			v.MulInplace(2)
			y.Sum().Backward()
		}, "modified by an inplace operation"},
		"once differentiable": {func(x *torch.Tensor) {
			once := *saving
			once.OnceDifferentiable = true
			g := torch.Grad([]*torch.Tensor{once.Call(x).Sum()}, []*torch.Tensor{x}, torch.CreateGraph(true))[0]
			require.Equal(t, values(x.Detach().Exp()), values(g))
			g.Sum().Backward()
		}, "differentiate twice"},
	} {
		t.Run(name, func(t *testing.T) {
			requireBalance(t, func() {
				require.ErrorContains(t, torch.Try(func() error { c.do(leaf(1, 2)); return nil }), c.want)
			})
		})
	}
}

func TestBackwardInBackward(t *testing.T) {
	// Each level computes its gradient by a Backward of its own; the engine moves to
	// threads that Go does not know when that gets deep.
	f := func(x *torch.Tensor) *torch.Tensor { return x.Mul(2) }
	for range 80 {
		inside := f
		f = func(x *torch.Tensor) *torch.Tensor { return torch.Checkpoint(ofOne(inside), x) }
	}
	requireBalance(t, func() {
		x := leaf(1, 2)
		f(x).Sum().Backward()
		require.Equal(t, []float64{2, 2}, values(x.Grad()))
	})
}

func ofOne(f func(x *torch.Tensor) *torch.Tensor) func(xs ...*torch.Tensor) *torch.Tensor {
	return func(xs ...*torch.Tensor) *torch.Tensor { return f(xs[0]) }
}
