package torch_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/twin"
)

func TestFunctionsTakeNil(t *testing.T) {
	f := &torch.Function{
		Name: "F",
		Forward: func(ctx *torch.Context, xs ...T) []T {
			require.Nil(t, xs[1])
			ctx.SaveForBackward(xs...)
			return []T{xs[0].Mul(2)}
		},
		Backward: func(ctx *torch.Context, gs ...T) []T {
			require.Nil(t, ctx.SavedTensors()[1])
			require.False(t, ctx.NeedsInputGrad(1))
			return []T{gs[0].Mul(2), nil}
		},
	}
	x := leaf(1, 2)
	f.Call(x, nil).Sum().Backward()
	require.Equal(t, []float64{2, 2}, values(x.Grad()))
}

func TestBackwardRefusesOtherGradients(t *testing.T) {
	w := torch.FromSlice([]float32{1, 1}, 2, 1).SetRequiresGrad(true)
	y := torch.New([][]float32{{1, 2}, {3, 4}, {5, 6}}).Matmul(w)
	for want, f := range map[string]func(){
		"Mismatch in shape": func() { y.Backward(torch.Gradient(torch.Ones(torch.Shape{3, 3}))) },
		"shape [2]":         func() { w.Sum().Backward(torch.Gradient(torch.Ones(torch.Shape{2}))) },
		"complex":           func() { w.Sum().Backward(torch.Gradient(torch.New(1i))) },
		"can't be empty":    func() { w.Sum().Backward(torch.Inputs()) },
		"its own gradient":  func() { w.SetGrad(w) },
	} {
		require.ErrorContains(t, torch.Try(func() error { f(); return nil }), want)
		require.Nil(t, w.Grad())
	}
	y.Backward(torch.Gradient(torch.Ones(torch.Shape{3, 1}, torch.Float64))) // is converted, as in Python
	require.Equal(t, []float32{9, 12}, torch.ToSlice[float32](w.Grad()))
}

// A view's history is settled when it is asked for: its base may have been changed since.
func TestIsLeafOfAViewWhoseBaseChanged(t *testing.T) {
	x := torch.Zeros(torch.Shape{2})
	v := x.Narrow(0, 0, 1)
	require.True(t, v.IsLeaf())
	x.MulInplace(torch.New(2.0, torch.RequiresGrad(true)))
	require.False(t, v.IsLeaf())
	require.True(t, v.RequiresGrad())
}

func TestItemLosesNothing(t *testing.T) {
	item := func(f func() any) error { return torch.Try(func() error { f(); return nil }) }
	big := torch.New(1<<53 + 1)
	require.ErrorContains(t, item(func() any { return big.Item() }), "ItemInt")
	require.Equal(t, int64(1<<53+1), big.ItemInt())
	require.Equal(t, float64(1<<60), torch.New(1<<60).Item())
	require.ErrorContains(t, item(func() any { return torch.New(math.MaxInt64).Item() }), "ItemInt")
	require.Equal(t, float64(math.MinInt64), torch.New(math.MinInt64).Item())
	require.ErrorContains(t, item(func() any { return torch.New(1 - 2i).Item() }), "ItemComplex")
	require.Equal(t, 1-2i, torch.New(1-2i).ItemComplex())
	require.Equal(t, 3+0i, torch.New(3).ItemComplex())
	require.True(t, torch.New(true).ItemBool())
	require.ErrorContains(t, item(func() any { return torch.New(1).ItemBool() }), "truth values")
	require.ErrorContains(t, item(func() any { return torch.New(1.5).ItemInt() }), "integers")
	require.Equal(t, 1.0, torch.New(true).Item())
}

func TestNormOfNothing(t *testing.T) {
	x := torch.Zeros(torch.Shape{0, 3})
	ps := map[string]float64{"inf": math.Inf(1), "-inf": math.Inf(-1), "2": 2, "0": 0}
	var names, got []string
	for text, p := range ps {
		for dims, f := range map[string]func() T{"": func() T { return x.NormP(p) }, ", 0": func() T { return x.NormP(p, 0) }, ", 1": func() T { return x.NormP(p, 1) }} {
			names = append(names, fmt.Sprintf("torch.norm(x, %s%s)", text, dims))
			y := try(t, f)
			if y == nil {
				got = append(got, "error")
				continue
			}
			got = append(got, line(y))
		}
	}
	want := twin.Run(t, sweepTwin+`
lines = []
for e in args:
    try:
        lines.append(line(eval(e, dict(globals(), x=inputs["x"]))))
    except (RuntimeError, IndexError):
        lines.append("error")
send(lines)
`, map[string]T{"x": x}, names...)
	requireLines(t, want["lines"], names, got)
}
