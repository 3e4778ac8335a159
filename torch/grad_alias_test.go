package torch_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/twin"
)

// A custom function may return an input or a view of one, and that may be changed in place,
// as may what it is a view of: each combination gives Python's gradient, or an error where
// Python has one.
func TestFunctionsThatReturnTheirInputsAsInPython(t *testing.T) {
	forwards := map[string]func(ctx *torch.Context, x T) []T{
		"x":                       func(_ *torch.Context, x T) []T { return []T{x} },
		"x.view(4)":               func(_ *torch.Context, x T) []T { return []T{x.View(4)} },
		"x[0]":                    func(_ *torch.Context, x T) []T { return []T{x.Index(0)} },
		"x.unbind(0)":             func(_ *torch.Context, x T) []T { return x.Unbind(0) },
		"(x, x * 2)":              func(_ *torch.Context, x T) []T { return []T{x, x.Mul(2)} },
		"(x * 2, x * 3)":          func(_ *torch.Context, x T) []T { return []T{x.Mul(2), x.Mul(3)} },
		"x * 2":                   func(_ *torch.Context, x T) []T { return []T{x.Mul(2)} },
		"dirty(ctx, x.mul_(2))":   func(ctx *torch.Context, x T) []T { ctx.MarkDirty(x.MulInplace(2)); return []T{x} },
		"nondiff(ctx, x)":         func(ctx *torch.Context, x T) []T { ctx.MarkNonDifferentiable(x); return []T{x} },
		"nondiff(ctx, x.view(4))": func(ctx *torch.Context, x T) []T { y := x.View(4); ctx.MarkNonDifferentiable(y); return []T{y} },
	}
	inputs := map[string]func(leaf T) T{
		"leaf": func(leaf T) T { return leaf }, "leaf * 1": func(leaf T) T { return leaf.Mul(1) },
		"(leaf * 1).view(2, 2)": func(leaf T) T { return leaf.Mul(1).View(2, 2) }, "leaf.detach()": T.Detach,
	}
	changes := map[string]func(x T, ys []T){
		"pass": func(T, []T) {}, "y[0].mul_(3)": func(_ T, ys []T) { ys[0].MulInplace(3) }, "x.mul_(3)": func(x T, _ []T) { x.MulInplace(3) },
		"no_grad: y[0].mul_(3)": func(_ T, ys []T) { torch.NoGrad(func() { ys[0].MulInplace(3) }) },
		"no_grad: x.mul_(3)":    func(x T, _ []T) { torch.NoGrad(func() { x.MulInplace(3) }) },
	}
	sums := map[string]func(x T, ys []T) T{
		"y": func(_ T, ys []T) T {
			sum := torch.Zeros(torch.Shape{})
			for _, y := range ys {
				sum = sum.Add(y.Square().Sum())
			}
			return sum
		},
		"x": func(x T, _ []T) T { return x.Square().Sum() },
	}
	var cases []string
	for f := range forwards {
		for i := range inputs {
			for c := range changes {
				for s := range sums {
					cases = append(cases, strings.Join([]string{f, i, c, s}, "|"))
				}
			}
		}
	}
	want := twin.Run(t, sweepTwin+`
def dirty(ctx, x):
    ctx.mark_dirty(x)
    return x
def nondiff(ctx, x):
    ctx.mark_non_differentiable(x)
    return x
def case(forward, given, change, which):
    class F(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return eval(forward, globals(), {"ctx": ctx, "x": x})
        @staticmethod
        def backward(ctx, *gs):
            return sum(g.sum() * (i + 2) for i, g in enumerate(gs)) * torch.tensor([[1., 2.], [3., 4.]])
    leaf = torch.tensor([[1., 2.], [3., 4.]], requires_grad=True)
    x = eval(given, {"leaf": leaf})
    y = F.apply(x)
    y = y if isinstance(y, tuple) else (y,)
    if change.startswith("no_grad: "):
        with torch.no_grad():
            exec(change[9:], {"x": x, "y": y})
    else:
        exec(change, {"x": x, "y": y})
    loss = sum((each ** 2).sum() for each in y) if which == "y" else (x ** 2).sum()
    if loss.requires_grad:
        loss.backward()
    return line(loss, leaf.grad)
lines = []
for c in text("cases").split("\n"):
    try:
        lines.append(case(*c.split("|")))
    except RuntimeError as e:
        lines.append("error")
send(lines)
`, map[string]T{"cases": textTensor(strings.Join(cases, "\n"))})
	got := make([]string, len(cases))
	for n, c := range cases {
		part := strings.Split(c, "|")
		f := &torch.Function{
			Name:    "F",
			Forward: func(ctx *torch.Context, xs ...T) []T { return forwards[part[0]](ctx, xs[0]) },
			Backward: func(_ *torch.Context, gs ...T) []T {
				sum := torch.Zeros(torch.Shape{})
				for i, g := range gs {
					sum = sum.Add(g.Sum().Mul(i + 2))
				}
				return []T{sum.Mul(torch.New([][]float32{{1, 2}, {3, 4}}))}
			},
		}
		err := torch.Try(func() error {
			leaf := torch.New([][]float32{{1, 2}, {3, 4}}, torch.RequiresGrad(true))
			x := inputs[part[1]](leaf)
			ys := f.Apply(x)
			changes[part[2]](x, ys)
			loss := sums[part[3]](x, ys)
			if loss.RequiresGrad() {
				loss.Backward()
			}
			got[n] = line(loss.Detach(), leaf.Grad())
			return nil
		})
		if err != nil {
			got[n] = "error"
		}
	}
	requireLines(t, want["lines"], cases, got)
}

// A checkpoint that returns a view of its input is no exception.
func TestCheckpointOfAViewCannotBeChanged(t *testing.T) {
	h := torch.FromSlice([]float32{1, 2}).SetRequiresGrad(true).Mul(1)
	y := torch.Checkpoint(func(xs ...T) T { return xs[0].View(2) }, h)
	require.ErrorContains(t, torch.Try(func() error { y.MulInplace(5); return nil }), "custom Function")
}

// libtorch 1.13's gradient of GELU left memory unwritten for a gradient of other strides.
func TestGELUTakesAGradientOfAnyStrides(t *testing.T) {
	gelu := torch.NewOperator("aten::gelu", "self", "approximate")
	x := torch.Randn(torch.Shape{6, 16, 32}, torch.RequiresGrad(true))
	for name, g := range map[string]T{
		"transposed": torch.Randn(torch.Shape{16, 6, 32}).Transpose(0, 1), "permuted": torch.Randn(torch.Shape{32, 6, 16}).Permute(1, 2, 0),
		"expanded": torch.Randn(torch.Shape{1, 16, 32}).Expand(6, 16, 32), "contiguous": torch.Randn(torch.Shape{6, 16, 32}),
	} {
		for _, from := range []T{x, x.Transpose(0, 1).Contiguous().Transpose(0, 1)} {
			want := torch.Grad([]T{gelu.Call(x, "none")}, []T{x}, torch.Gradient(g.Contiguous()))[0]
			for range 5 {
				torch.Full(torch.Shape{6 * 16 * 32}, 7e20).Free()
				got := torch.Grad([]T{gelu.Call(from, "none")}, []T{x}, torch.Gradient(g))[0]
				require.True(t, torch.Allclose(want, got, 1e-5, 1e-6), name)
			}
		}
	}
}
