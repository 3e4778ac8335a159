package torch_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/twin"
)

// printed are tensors in Python and in Go: their texts are equal.
func printed() []beside {
	nan, inf := math.NaN(), math.Inf(1)
	negative := math.Copysign(0, -1)
	f := func(vs ...float64) T { return torch.New(vs, torch.Float32) }
	arange := func(n int, shape ...int) T { return torch.Arange(0, n, 1).View(shape...) }
	leaf := func() T { return torch.Ones(torch.Shape{2}, torch.RequiresGrad(true)) }
	table := []beside{
		one("torch.tensor(1.5)", func() T { return torch.New(float32(1.5)) }), one("torch.tensor(3.)", func() T { return torch.New(float32(3)) }),
		one("torch.tensor(7)", func() T { return torch.New(7) }), one("torch.tensor(True)", func() T { return torch.New(true) }),
		one("torch.tensor(-0.)", func() T { return f(negative).View() }), one("torch.tensor(nan)", func() T { return f(nan).View() }),
		one("torch.tensor(1e-20)", func() T { return f(1e-20).View() }),
		one("torch.tensor(2.5, dtype=torch.float64)", func() T { return torch.New(2.5, torch.Float64) }),
		one("torch.tensor(1+2j)", func() T { return torch.New(complex64(1 + 2i)) }),
		one("torch.tensor(complex(-1, -0.))", func() T { return torch.New(complex(float32(-1), float32(negative))) }),
		one("torch.tensor([])", func() T { return torch.Zeros(torch.Shape{0}) }),
		one("torch.zeros(2, 0)", func() T { return torch.Zeros(torch.Shape{2, 0}) }),
		one("torch.zeros(0, 3, dtype=torch.int64)", func() T { return torch.Zeros(torch.Shape{0, 3}, torch.Int64) }),
		one("torch.zeros(0, dtype=torch.bool)", func() T { return torch.Zeros(torch.Shape{0}, torch.Bool) }),
		one("torch.tensor([1., 2., -3.])", func() T { return f(1, 2, -3) }),
		one("torch.tensor([1., nan, inf])", func() T { return f(1, nan, inf) }),
		one("torch.tensor([nan, -inf, inf])", func() T { return f(nan, -inf, inf) }),
		one("torch.tensor([0., nan])", func() T { return f(0, nan) }),
		one("torch.tensor([0., -0., 0.])", func() T { return f(0, negative, 0) }),
		one("torch.tensor([0.1, 100.25, -7])", func() T { return f(0.1, 100.25, -7) }),
		one("torch.tensor([0.5, -inf, nan, 0])", func() T { return f(0.5, -inf, nan, 0) }),
		one("torch.tensor([1e-5, 1.])", func() T { return f(1e-5, 1) }),
		one("torch.tensor([1., 2000.])", func() T { return f(1, 2000) }),
		one("torch.tensor([1., 1001., 0, nan])", func() T { return f(1, 1001, 0, nan) }),
		one("torch.tensor([123456789., 1234567890.])", func() T { return f(123456789, 1234567890) }),
		one("torch.tensor([99999., 1e5])", func() T { return f(99999, 1e5) }),
		one("torch.tensor([0.00005, 0.00007])", func() T { return f(0.00005, 0.00007) }),
		one("torch.tensor([1.99999999, 0.99995])", func() T { return f(1.99999999, 0.99995) }),
		one("torch.tensor([1e20, -1e-20, 0])", func() T { return f(1e20, -1e-20, 0) }),
		one("torch.tensor([1e300, 1e-300, inf], dtype=torch.float64)", func() T { return torch.FromSlice([]float64{1e300, 1e-300, inf}) }),
		one("torch.tensor([1, -20, 300])", func() T { return torch.New([]int{1, -20, 300}) }),
		one("torch.tensor([[True, False], [False, True]])", func() T { return torch.New([][]bool{{true, false}, {false, true}}) }),
		one("torch.tensor([-9223372036854775808, 9223372036854775807])", func() T { return torch.New([]int{math.MinInt64, math.MaxInt64}) }),
		one("torch.tensor([1+2j, -0.5-3j, 0j])", func() T { return torch.New([]complex64{1 + 2i, -0.5 - 3i, 0}) }),
		one("torch.tensor([1+2j, 3-4j], dtype=torch.complex128)", func() T { return torch.FromSlice([]complex128{1 + 2i, 3 - 4i}) }),
		one("torch.tensor([complex(nan, inf), complex(1, -inf)])", func() T {
			return torch.New([]complex64{complex64(complex(nan, inf)), complex64(complex(1, -inf))})
		}),
		one("torch.tensor([1e6+0.001j, 1+1j])", func() T { return torch.New([]complex64{1e6 + 0.001i, 1 + 1i}) }),
		one("torch.tensor([1+2j, 3.25-4j]).conj()", func() T { return torch.New([]complex64{1 + 2i, 3.25 - 4i}).Conj() }),
		one("torch.tensor([1+2j, 3.25-4j]).conj().imag", func() T { return torch.New([]complex64{1 + 2i, 3.25 - 4i}).Conj().Imag() }),
		one("torch.arange(24).view(2, 3, 4)", func() T { return arange(24, 2, 3, 4) }),
		one("torch.arange(16).view(2, 2, 2, 2) * -1.5", func() T { return arange(16, 2, 2, 2, 2).Mul(-1.5) }),
		one("torch.arange(100)", func() T { return arange(100, 100) }),
		one("torch.arange(60).view(2, 30) * 0.37", func() T { return arange(60, 2, 30).Mul(0.37) }),
		one("torch.arange(1000)", func() T { return arange(1000, 1000) }), one("torch.arange(1001)", func() T { return arange(1001, 1001) }),
		one("torch.arange(2000).view(40, 50) / 7", func() T { return arange(2000, 40, 50).Div(7) }),
		one("torch.arange(2400).view(400, 6)", func() T { return arange(2400, 400, 6) }),
		one("torch.arange(2400).view(2, 6, 200) % 9 > 3", func() T { return arange(2400, 2, 6, 200).Remainder(9).Gt(3) }),
		one("torch.arange(4096).view(8, 8, 8, 8)", func() T { return arange(4096, 8, 8, 8, 8) }),
		one("torch.arange(7000).view(1000, 7).t()", func() T { return arange(7000, 1000, 7).T() }),
		one("torch.complex(torch.arange(1200.), torch.arange(1200.) / 3)", func() T {
			return torch.Complex(torch.Arange(0, 1200, 1, torch.Float32), torch.Arange(0, 1200, 1, torch.Float32).Div(3))
		}),
		one("torch.ones(2, requires_grad=True)", leaf), one("torch.ones(2, requires_grad=True).sin()", func() T { return leaf().Sin() }),
		one("torch.ones(2, requires_grad=True).sin().double()", func() T { return leaf().Sin().Double() }),
		one("torch.ones(2, requires_grad=True).sum()", func() T { return leaf().Sum() }),
		one("torch.zeros(9, dtype=torch.float64, requires_grad=True).exp().sqrt()", func() T {
			return torch.Zeros(torch.Shape{9}, torch.Float64, torch.RequiresGrad(true)).Exp().Sqrt()
		}),
		one("torch.zeros(0, 2, requires_grad=True)", func() T { return torch.Zeros(torch.Shape{0, 2}, torch.RequiresGrad(true)) }),
		one("torch.zeros(30, 0, 5, dtype=torch.float16)", func() T { return torch.Zeros(torch.Shape{30, 0, 5}, torch.Float16) }),
	}
	for _, d := range allDTypes {
		if d == torch.Complex128 || d == torch.Bool {
			continue
		}
		table = append(table,
			one("torch.tensor([[0, 1, 2], [3, 4, 5]]).to(torch."+d.String()+")", func() T { return arange(6, 2, 3).To(d) }),
			one("(torch.arange(5) / 3).to(torch."+d.String()+")", func() T { return arange(5, 5).Div(3).To(d) }))
	}
	return table
}

const printTwin = `
nan, inf = float("nan"), float("inf")
for mode in "default", "short":
    if mode == "short":
        torch.set_printoptions(precision=2, threshold=20, edgeitems=2, linewidth=40)
    for n, expression in enumerate(args):
        out["%s %d" % (mode, n)] = torch.tensor(list(str(eval(expression)).encode()), dtype=torch.uint8)
`

func TestPrintingAsInPython(t *testing.T) {
	table := printed()
	expressions := make([]string, len(table))
	for n, c := range table {
		expressions[n] = c.python
	}
	want := twin.Run(t, printTwin, nil, expressions...)
	compare := func(mode string) {
		for n, c := range table {
			text := string(torch.ToSlice[uint8](want[fmt.Sprintf("%s %d", mode, n)]))
			require.Equal(t, text, fmt.Sprint(c.got()), "%s, %s", c.python, mode)
		}
	}
	compare("default")
	before := torch.SetPrintOptions(torch.PrintOptions{Precision: 2, Threshold: 20, EdgeItems: 2, LineWidth: 40})
	require.Equal(t, torch.DefaultPrintOptions, before)
	defer torch.SetPrintOptions(before)
	compare("short")
}

func TestFormatVerbs(t *testing.T) {
	x := torch.New([][]float32{{1.25, 2}, {3, 4}})
	text := "tensor([[1.2500, 2.0000],\n        [3.0000, 4.0000]])"
	require.Equal(t, text, x.String())
	require.Equal(t, text, fmt.Sprintf("%v", x))
	require.Equal(t, text, fmt.Sprintf("%s", x))
	require.Equal(t, text+" shape=(2, 2) stride=(1, 2)", fmt.Sprintf("%+v", x.T().Contiguous().T()))
	require.Equal(t, "tensor([[1.2, 2.0],\n        [3.0, 4.0]])", fmt.Sprintf("%.1v", x))
	require.Equal(t, "float32[2, 2]", fmt.Sprintf("%#v", x))
	require.Equal(t, "%!d(torch.Tensor=float32[2, 2])", fmt.Sprintf("%d", x))
	require.Equal(t, "<nil tensor>", fmt.Sprintf("%+v", T(nil)))
	x.Free()
	require.Equal(t, "<freed tensor>", fmt.Sprintf("%+v", x))
	require.Equal(t, "a freed tensor", fmt.Sprintf("%#v", x))
	require.ErrorContains(t, torch.Try(func() error { torch.SetPrintOptions(torch.PrintOptions{}); return nil }), "edge item")
}

// Printing leaves nothing behind, and takes little of a large tensor.
func TestPrintingFreesWhatItMakes(t *testing.T) {
	scope := torch.OpenScope()
	defer scope.Close()
	for _, x := range []T{torch.Zeros(torch.Shape{300, 300}), torch.New([]complex64{1}), torch.New([]bool{true}), torch.New([]int{1})} {
		scope.Own(x)
		before := scope.Len()
		_ = x.String()
		require.Equal(t, before, scope.Len())
	}
}
