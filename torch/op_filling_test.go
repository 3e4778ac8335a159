package torch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/twin"
)

// Where Python takes a number or a tensor, so does Go, for every sort of dtype.
func TestNumbersOrTensorsAsInPython(t *testing.T) {
	x := torch.New([][]float32{{-1.5, 0, 2.25}, {3, -0.5, 7}})
	i := torch.New([][]int{{1, 2, 3}, {4, 5, 6}})
	low, high := torch.New([]float32{-1, 0, 1}), torch.New([][]float32{{2}, {5}})
	zero := func() T { return torch.New(float32(0.5)) }
	positive := func() T { return x.Gt(0) }
	requireBeside(t, map[string]T{"x": x, "i": i, "low": low, "high": high}, []beside{
		one("torch.where(x > 0, x, 0.5)", func() T { return torch.Where(positive(), x, 0.5) }),
		one("torch.where(x > 0, 1, x)", func() T { return torch.Where(positive(), 1, x) }),
		one("torch.where(x > 0, i, 2)", func() T { return torch.Where(positive(), i, 2) }),
		one("torch.where(x > 0, 2.5, i)", func() T { return torch.Where(positive(), 2.5, i) }),
		one("torch.where(x > 0, 1.5, 2.5)", func() T { return torch.Where(positive(), 1.5, 2.5) }),
		one("torch.where(x > 0, 1, 0)", func() T { return torch.Where(positive(), 1, 0) }),
		one("torch.where(x > 0, x, i)", func() T { return torch.Where(positive(), x, i) }),
		one("x.clamp(low, high)", func() T { return x.Clamp(low, high) }),
		one("x.clamp(min=low)", func() T { return x.Clamp(low, nil) }),
		one("x.clamp(max=high)", func() T { return x.Clamp(nil, high) }),
		one("x.clone().clamp_(low, high)", func() T { return x.Clone().ClampInplace(low, high) }),
		one("x.clamp(torch.tensor(0.5), 2)", func() T { return x.Clamp(zero(), 2) }),
		one("i.clamp(2, torch.tensor(4.5))", func() T { return i.Clamp(2, torch.New(4.5)) }),
		one("x.clone().clamp_(torch.tensor(True), 2.5)", func() T { return x.Clone().ClampInplace(torch.New(true), 2.5) }),
		one("i.clamp(2, 4.5)", func() T { return i.Clamp(2, 4.5) }),
		one("x.masked_fill(x > 0, torch.tensor(0.5))", func() T { return x.MaskedFill(positive(), zero()) }),
		one("x.clone().masked_fill_(x > 0, torch.tensor(0.5))", func() T { return x.Clone().MaskedFillInplace(positive(), zero()) }),
		one("i.masked_fill(x > 0, -1)", func() T { return i.MaskedFill(positive(), -1) }),
		one("x.clone().fill_(torch.tensor(0.5))", func() T { return x.Clone().FillInplace(zero()) }),
		one("i.clone().fill_(3)", func() T { return i.Clone().FillInplace(3) }),
		one("2 / x", func() T { return x.RDiv(2) }), one("2 / i", func() T { return i.RDiv(2) }),
		one("2 ** x", func() T { return x.RPow(2) }), one("2.5 ** i", func() T { return i.RPow(2.5) }),
		one("3 ** i", func() T { return i.RPow(3) }),
		one("2.5 - i", func() T { return i.RSub(2.5) }), one("(1+2j) / x.abs().add(1)", func() T { return x.Abs().Add(1).RDiv(1 + 2i) }),
		one("torch.add(i, i, alpha=2)", func() T { return i.AddScaled(i, 2) }),
		one("i.clone().sub_(i, alpha=3)", func() T { return i.Clone().AddScaledInplace(i, -3) }),
		one("torch.add(x, i, alpha=0.1)", func() T { return x.AddScaled(i, 0.1) }),
		one("torch.add(x, x + 0j, alpha=2j)", func() T { return x.AddScaled(x.Add(0i), 2i) }),
		one("torch.addr(i[:, :2], i[:, 0], i[0, :2], alpha=2)", func() T {
			return i.Index(torch.Colon, torch.R(nil, 2)).Addr(i.Select(1, 0), i.Index(0, torch.R(nil, 2)), 1, 2)
		}),
		one("torch.addmm(i[:, :2], i, i.t(), beta=2)", func() T { return i.Index(torch.Colon, torch.R(nil, 2)).Addmm(i, i.T(), 2, 1) }),
	})
	leaf := torch.New(float32(0.5), torch.RequiresGrad(true))
	for _, f := range []func(){func() { x.Clamp(leaf, 3) }, func() { x.Clamp(low, 3) }, func() { x.Clamp(0, high) }, func() { x.Clone().ClampInplace(low, 3) }} {
		var e *torch.Error
		require.ErrorAs(t, torch.Try(func() error { f(); return nil }), &e)
		require.Equal(t, torch.TypeError, e.Kind)
		require.Contains(t, e.Error(), "one limit is a tensor and the other a number")
	}
}

// What made a tensor has Python's name, also where Python passes a number as a
// tensor.
func TestGradFnsAsInPython(t *testing.T) {
	table := []struct {
		python string
		got    func(x T) T
	}{
		{"x + 2", func(x T) T { return x.Add(2) }},
		{"x - 2", func(x T) T { return x.Sub(2) }},
		{"2 - x", func(x T) T { return x.RSub(2) }},
		{"x * 2", func(x T) T { return x.Mul(2) }},
		{"x / 2", func(x T) T { return x.Div(2) }},
		{"2 / x", func(x T) T { return x.RDiv(2) }},
		{"x % 2", func(x T) T { return x.Remainder(2) }},
		{"x ** 2", func(x T) T { return x.Pow(2) }},
		{"2 ** x", func(x T) T { return x.RPow(2) }},
		{"x ** x", func(x T) T { return x.Pow(x) }},
		{"torch.div(x, 2, rounding_mode='trunc')", func(x T) T { return x.TruncDiv(2) }},
		{"x.clone().add_(2)", func(x T) T { return x.Clone().AddInplace(2) }},
		{"x.clone().sub_(2)", func(x T) T { return x.Clone().SubInplace(2) }},
		{"x.clone().mul_(2)", func(x T) T { return x.Clone().MulInplace(2) }},
		{"x.clone().div_(2)", func(x T) T { return x.Clone().DivInplace(2) }},
		{"x.clone().copy_(x)", func(x T) T { return x.Clone().CopyInplace(x) }},
		{"x.clone().fill_(2)", func(x T) T { return x.Clone().FillInplace(2) }},
		{"torch.where(x > 0, x, 0.5)", func(x T) T { return torch.Where(x.Gt(0), x, 0.5) }},
		{"x.clamp(0, 1)", func(x T) T { return x.Clamp(0, 1) }},
		{"x.masked_fill(x > 0, 2)", func(x T) T { return x.MaskedFill(x.Gt(0), 2) }},
		{"x.lerp(x, 0.5)", func(x T) T { return x.Lerp(x, 0.5) }},
		{"x[0]", func(x T) T { return x.Index(0) }},
		{"x[1:]", func(x T) T { return x.Index(torch.R(1, nil)) }},
		{"x[x > 0]", func(x T) T { return x.Index(x.Gt(0)) }},
		{"x.sum(0)", func(x T) T { return x.Sum(0) }},
		{"x.max()", func(x T) T { return x.Max() }},
		{"x @ x", func(x T) T { return x.Matmul(x) }},
		{"x.reshape(3, 1)", func(x T) T { return x.Reshape(3, 1) }},
		{"x.double()", func(x T) T { return x.Double() }},
	}
	var expressions []string
	for _, c := range table {
		expressions = append(expressions, c.python)
	}
	in := torch.New([]float32{0.25, 0.5, 0.75}, torch.RequiresGrad(true))
	want := twin.Run(t, `
for e in args:
    x = inputs["x"].clone().requires_grad_()
    out[e] = torch.tensor(list(str(eval(e)).encode()), dtype=torch.uint8)
`, map[string]T{"x": in.Detach()}, expressions...)
	for _, c := range table {
		require.Equal(t, string(torch.ToSlice[uint8](want[c.python])), c.got(in).String(), c.python)
	}
}
