package torch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/torch/linalg"
)

// Where a number is wanted, a tensor without dimensions is one, and its kind counts as a number's does.
func TestTensorsAsNumbersAsInPython(t *testing.T) {
	in := map[string]T{
		"x": torch.New([]float32{2, 1, 0.5}), "m": torch.New([][]float32{{1, -2}, {3, 0.5}}), "l": torch.New([]int{1, 2, 3}),
		"n": torch.New(3), "f": torch.New(0.1), "d": torch.New(0.1, torch.Float64), "h": torch.New(0.1, torch.Float16),
		"c": torch.New(1 + 2i), "b": torch.New(true), "u": torch.New(uint8(3)), "i": torch.New([]int{1}),
		"big": torch.New(1<<60 + 1), "f1": torch.New([]float32{0.25}), "n11": torch.New([][]int{{7}}),
	}
	x, m, l, n, f, d, h := in["x"], in["m"], in["l"], in["n"], in["f"], in["d"], in["h"]
	c, b, u, i, big, f1, n11 := in["c"], in["b"], in["u"], in["i"], in["big"], in["f1"], in["n11"]
	shape := torch.Shape{2}
	numbers := []struct {
		name   string
		tensor T
	}{{"n", n}, {"f", f}, {"d", d}, {"h", h}, {"b", b}, {"u", u}}
	var table []beside
	for _, v := range numbers {
		name, v := v.name, v.tensor
		table = append(table,
			one("torch.full((2,), "+name+")", func() T { return torch.Full(shape, v) }),
			one("torch.full_like(x, "+name+")", func() T { return torch.FullLike(x, v) }),
			one("torch.full_like(l, "+name+")", func() T { return torch.FullLike(l, v) }),
			one("x.new_full((2,), "+name+")", func() T { return x.NewFull(shape, v) }),
			one("torch.scalar_tensor("+name+")", func() T { return torch.ScalarTensor(v) }),
			one("torch.arange(0, "+name+", 1)", func() T { return torch.Arange(0, v, 1) }),
			one("torch.arange("+name+", 4, 1)", func() T { return torch.Arange(v, 4, 1) }),
			one("torch.arange(0, 4, "+name+")", func() T { return torch.Arange(0, 4, v) }),
			one("torch.linspace("+name+", n, 3)", func() T { return torch.Linspace(v, n, 3) }),
			one("torch.logspace(0, "+name+", 3)", func() T { return torch.Logspace(0, v, 3, 10) }),
			one("torch.addcmul(x, x, x, value="+name+")", func() T { return x.Addcmul(x, x, v) }),
			one("x.clone().addcmul_(x, x, value="+name+")", func() T { return x.Clone().AddcmulInplace(x, x, v) }),
			one("torch.addcdiv(x, x, x, value="+name+")", func() T { return x.Addcdiv(x, x, v) }),
			one("x.clone().addcdiv_(x, x, value="+name+")", func() T { return x.Clone().AddcdivInplace(x, x, v) }),
			one("x.index_fill(0, i, "+name+")", func() T { return x.IndexFill(0, i, v) }),
			one("l.clone().index_fill_(0, i, "+name+")", func() T { return l.Clone().IndexFillInplace(0, i, v) }),
			one("m.clone().fill_diagonal_("+name+")", func() T { return m.Clone().FillDiagonalInplace(v, false) }),
			one("torch.linalg.norm(x, "+name+")", func() T { return linalg.Norm(x, v) }),
			one("torch.tensor(["+name+", "+name+"])", func() T { return torch.New([]T{v, v}) }),
			one("torch.tensor(["+name+", f])", func() T { return torch.New([]T{v, f}) }),
			one("torch.tensor(["+name+", n])", func() T { return torch.New([]T{v, n}) }),
			one("torch.tensor(["+name+"], dtype=torch.float64)", func() T { return torch.New([]T{v}, torch.Float64) }),
		)
		if name != "b" {
			table = append(table,
				one("torch.add(x, x, alpha="+name+")", func() T { return x.AddScaled(x, v) }),
				one("x.clone().add_(x, alpha="+name+")", func() T { return x.Clone().AddScaledInplace(x, v) }),
			)
		}
	}
	requireBeside(t, in, append(table,
		one("torch.full((2,), c)", func() T { return torch.Full(shape, c) }),
		one("torch.linspace(c, n, 3)", func() T { return torch.Linspace(c, n, 3) }),
		one("torch.full((2,), big)", func() T { return torch.Full(shape, big) }),
		one("torch.tensor([f, c])", func() T { return torch.New([]T{f, c}) }),
		one("torch.tensor([big, f])", func() T { return torch.New([]T{big, f}) }),
		one("torch.tensor([big, n])", func() T { return torch.New([]T{big, n}) }),
		one("torch.tensor([n, b], dtype=torch.bool)", func() T { return torch.New([]T{n, b}, torch.Bool) }),
		one("torch.tensor([-n], dtype=torch.uint8)", func() T { return torch.New([]T{n.Neg()}, torch.Uint8) }),
		one("torch.tensor([[f, f1], [n, n11]])", func() T { return torch.New([][]T{{f, f1}, {n, n11}}) }),
		one("torch.tensor([f1.requires_grad_()])", func() T { return torch.New([]*nn.Parameter{nn.NewParameter(f1)}) }),
		one("torch.tensor([])", func() T { return torch.New([]T{}) }),
		one("x.new_tensor([n, f])", func() T { return x.NewTensor([]T{n, f}) }),
		one("torch.tensor(m.t())", func() T { return torch.New(m.T()) }),
		one("torch.tensor(m, dtype=torch.float64)", func() T { return torch.New(m, torch.Float64) }),
		one("l.new_tensor(m)", func() T { return l.NewTensor(m) }),
	))
}

// A number that was a tensor has no gradient, but for IndexFill's, which stays a tensor.
func TestGradientsOfTensorsAsNumbers(t *testing.T) {
	v := torch.New(0.5, torch.RequiresGrad(true))
	torch.Zeros(torch.Shape{3}).IndexFill(0, torch.New([]int{0, 2}), v).Sum().Backward()
	require.InDelta(t, 2, v.Grad().Item(), 0)
	require.False(t, torch.New([]T{v, v}).RequiresGrad())
	require.False(t, torch.New(v).RequiresGrad())
	require.True(t, torch.New([]T{v}, torch.RequiresGrad(true)).RequiresGrad())
	for message, f := range map[string]func(){
		"full: expected a number, or a tensor without dimensions that needs no gradient; Item() is a tensor's number (with float32[])": func() {
			torch.Full(torch.Shape{2}, v)
		},
		"New: only tensors of one element can stand for numbers; Stack and Cat join others (with float32[2])": func() {
			torch.New([]T{torch.Ones(torch.Shape{2})})
		},
		"New: tensors of float32 can't be the numbers of a tensor of int64": func() { torch.New([]T{v}, torch.Int64) },
		"New: expected tensors of one element each, but number 1 is nil":    func() { torch.New([]T{v, nil}) },
		"New: the rows differ in shape: [1] and, at 1, [2]":                 func() { torch.New([][]T{{v}, {v, v}}) },
		"rsub: expected a number, but got a *torch.Tensor":                  func() { v.RSub(torch.New(1)) },
		"New: a number can't be converted to uint8 without overflow":        func() { torch.New([]T{torch.New(300)}, torch.Uint8) },
		"New: the complex number (0+1i) can't be a real one":                func() { torch.New([]T{torch.New(1i)}, torch.Float32) },
		"full_like: value cannot be converted to type float without overflow": func() {
			torch.FullLike(torch.Ones(torch.Shape{1}), torch.New(1i))
		},
	} {
		require.ErrorContains(t, torch.Try(func() error { f(); return nil }), message)
	}
}
