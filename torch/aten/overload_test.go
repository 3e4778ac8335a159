package aten_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/torch/aten"
	"multitorch/twin"
)

// A number may stand where Python's function takes one, whichever overload is named, and
// gives what it gives there: values, dtype and gradient.
func TestNumbersChooseTheOverloadAsInPython(t *testing.T) {
	in := map[string]*torch.Tensor{
		"x": torch.New([]float32{1.5, -2.25, 3}), "i": torch.New([]int{1, 2, 3}), "c": torch.New([]bool{true, false, true}), "z": torch.New([]int{0}),
		"s": torch.New([]float32{-1, 0.5, 2}), "h": torch.New([]float32{0.1, 3, -5}, torch.Float16),
	}
	type given = []any
	type call struct {
		python, name string
		args         given
	}
	var table []call
	add := func(python string, args given, names ...string) {
		for _, name := range names {
			table = append(table, call{python, name, args})
		}
	}
	x, i, c, z, s, h := in["x"], in["i"], in["c"], in["z"], in["s"], in["h"]
	add("torch.where(c, x, 0.0)", given{c, x, 0.0}, "where", "where.self", "where.ScalarOther", "where.ScalarSelf")
	add("torch.where(c, 0.5, x)", given{c, 0.5, x}, "where", "where.self")
	add("torch.where(c, 1, 2)", given{c, 1, 2}, "where", "where.self")
	add("torch.where(c, i, 0.5)", given{c, i, 0.5}, "where.self")
	add("torch.where(c, x, i)", given{c, x, i}, "where", "where.Scalar")
	add("torch.add(x, 2)", given{x, 2}, "add", "add.Tensor")
	add("torch.add(i, 2.5)", given{i, 2.5}, "add", "add.Tensor", "add.Scalar")
	add("torch.add(2, x)", given{2, x}, "add", "add.Tensor")
	add("torch.add(h, 2.5)", given{h, 2.5}, "add")
	add("torch.add(i, True)", given{i, true}, "add")
	add("torch.sub(x, 2, alpha=3)", given{x, 2, aten.Alpha(3)}, "sub", "sub.Tensor")
	add("torch.mul(x, 0.3)", given{x, 0.3}, "mul", "mul.Tensor")
	add("torch.mul(x, 1j)", given{x, 1i}, "mul")
	add("torch.div(x, 3)", given{x, 3}, "div", "div.Tensor")
	add("torch.div(x, 2, rounding_mode='floor')", given{x, 2, aten.Named("rounding_mode", "floor")}, "div", "div.Tensor_mode", "div.Tensor")
	add("torch.div(x, s, rounding_mode='trunc')", given{x, s, aten.Named("rounding_mode", "trunc")}, "div", "div.Scalar_mode")
	add("torch.floor_divide(x, 2)", given{x, 2}, "floor_divide")
	add("torch.rsub(x, 2)", given{x, 2}, "rsub", "rsub.Tensor")
	add("torch.clamp(x, 0)", given{x, 0}, "clamp", "clamp.Tensor")
	add("torch.clamp(x, max=0.5)", given{x, aten.Named("max", 0.5)}, "clamp", "clamp.Tensor")
	add("torch.clamp(x, s, s.detach() + 1)", given{x, s, s.Add(1)}, "clamp", "clamp.Tensor")
	add("torch.clamp_min(x, 1)", given{x, 1}, "clamp_min", "clamp_min.Tensor")
	add("torch.pow(x, 2)", given{x, 2}, "pow", "pow.Tensor_Tensor", "pow.Scalar")
	add("torch.pow(2, x)", given{2, x}, "pow", "pow.Tensor_Scalar", "pow.Tensor_Tensor")
	add("torch.float_power(2, x)", given{2, x}, "float_power")
	for _, name := range []string{"eq", "ne", "lt", "le", "gt", "ge", "fmod", "remainder", "copysign", "xlogy"} {
		add("torch."+name+"(x, 1.5)", given{x, 1.5}, name, name+".Tensor")
		add("torch."+name+"(x, s)", given{x, s}, name, name+".Tensor")
	}
	add("torch.remainder(5, x)", given{5, x}, "remainder", "remainder.Tensor")
	add("torch.xlogy(2, i)", given{2, i}, "xlogy", "xlogy.Tensor")
	add("torch.special.zeta(2, i)", given{2, i}, "special_zeta")
	for _, name := range []string{"bitwise_and", "bitwise_or", "bitwise_xor"} {
		add("torch."+name+"(i, 2)", given{i, 2}, name, name+".Tensor")
		add("torch."+name+"(2, i)", given{2, i}, name, name+".Tensor")
	}
	add("torch.lerp(x, s, 0.5)", given{x, s, 0.5}, "lerp", "lerp.Tensor")
	add("torch.lerp(x, s, s)", given{x, s, s}, "lerp", "lerp.Scalar")
	add("torch.masked_fill(x, c, 2)", given{x, c, 2}, "masked_fill", "masked_fill.Tensor")
	add("torch.fill(x, 2)", given{x, 2}, "fill", "fill.Tensor")
	add("torch.index_fill(x, 0, z, 5)", given{x, 0, z, 5}, "index_fill", "index_fill.int_Tensor")
	add("torch.scatter(x, 0, z, 2.0)", given{x, 0, z, 2.0}, "scatter", "scatter.src")
	add("torch.isin(i, 2)", given{i, 2}, "isin", "isin.Tensor_Tensor")
	add("torch.isin(2, i)", given{2, i}, "isin")
	add("torch.searchsorted(s, 0.25)", given{s, 0.25}, "searchsorted", "searchsorted.Tensor")
	add("torch.bucketize(0.25, s)", given{0.25, s}, "bucketize", "bucketize.Tensor")
	add("torch.max(x)", given{x}, "max")
	add("torch.max(x, s)", given{x, s}, "max", "max.other")
	add("torch.max(x, 0)", given{x, 0}, "max", "max.dim", "max.other")
	add("torch.sum(x)", given{x}, "sum")
	add("torch.sum(x, 0)", given{x, 0}, "sum")
	add("torch.sum(x, [0], True)", given{x, []int{0}, true}, "sum", "sum.dim_IntList")
	add("torch.mean(x, 0, True)", given{x, 0, true}, "mean")
	add("torch.unbind(x)", given{x}, "unbind")
	add("torch.split(x, 2)", given{x, 2}, "split", "split.Tensor")
	// What Python refuses is an error here too.
	for _, name := range []string{"maximum", "atan2", "hypot", "logical_and", "nextafter", "heaviside", "ldexp", "dist", "outer"} {
		add("torch."+name+"(x, 2.0)", given{x, 2.0}, name)
	}
	add("torch.lerp(x, 1.0, 0.5)", given{x, 1.0, 0.5}, "lerp", "lerp.Tensor")
	add("torch.bitwise_and(i, 2.5)", given{i, 2.5}, "bitwise_and")
	lines := make([]string, len(table))
	for n, row := range table {
		lines[n] = row.python
	}
	want := twin.Run(t, `
globals().update(inputs)
x.requires_grad_(); s.requires_grad_()
for n, line in enumerate(args):
    x.grad = s.grad = None
    try:
        ys = eval(line)
    except Exception:
        continue
    ys = [y for y in (ys if isinstance(ys, tuple) else (ys,))]
    out["n%d" % n] = torch.tensor(len(ys))
    for k, y in enumerate(ys):
        out["y%d %d" % (n, k)] = y.detach().clone()
        if y.requires_grad:
            try: (y * torch.conj(y.detach())).abs().sum().backward()
            except RuntimeError as e: assert "is not implemented" in str(e)
    for name, leaf in ("x", x), ("s", s):
        if leaf.grad is not None: out["%s%d" % (name, n)] = leaf.grad.clone()
`, in, lines...)
	x.SetRequiresGrad(true)
	s.SetRequiresGrad(true)
	for n, row := range table {
		about := fmt.Sprintf("%s as %s", row.python, row.name)
		x.SetGrad(nil)
		s.SetGrad(nil)
		var results []any
		err := torch.Try(func() error { results = aten.Call(row.name, row.args...); return nil })
		count := want[fmt.Sprint("n", n)]
		require.Equal(t, count == nil, err != nil, "%s: %v", about, err)
		if err != nil {
			continue
		}
		if list, ok := results[0].([]*torch.Tensor); ok {
			results = nil
			for _, y := range list {
				results = append(results, y)
			}
		}
		require.Len(t, results, int(count.ItemInt()), about)
		for k, result := range results {
			y := result.(*torch.Tensor)
			twin.RequireEqual(t, want[fmt.Sprintf("y%d %d", n, k)], y.Detach(), about)
			if !y.RequiresGrad() {
				continue
			}
			err := torch.Try(func() error { y.Mul(y.Detach().Conj()).Abs().Sum().Backward(); return nil })
			require.True(t, err == nil || strings.Contains(err.Error(), "is not implemented"), "%s: %v", about, err)
		}
		for name, leaf := range map[string]*torch.Tensor{"x": x, "s": s} {
			g := want[fmt.Sprint(name, n)]
			require.Equal(t, g == nil, leaf.Grad() == nil, about)
			if g != nil {
				twin.RequireEqual(t, g, leaf.Grad(), about, " gradient of ", name)
			}
		}
	}
}
