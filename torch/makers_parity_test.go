package torch_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/twin"
)

// Every maker gives a number the dtype that Python gives it, whatever the default dtype.
func TestMakersFollowPythonsDTypes(t *testing.T) {
	shape := torch.Shape{2}
	x := torch.FromSlice([]float64{1, 2})
	i := torch.New([]int{1, 2})
	makers := []beside{
		one("torch.tensor(1.1)", func() T { return torch.New(1.1) }),
		one("torch.tensor([[1.1, 2.0]])", func() T { return torch.New([][]float64{{1.1, 2}}) }),
		one("torch.tensor([1 + 2.5j])", func() T { return torch.New([]complex128{1 + 2.5i}) }),
		one("torch.tensor([1, 2 ** 62])", func() T { return torch.New([]int{1, 1 << 62}) }),
		one("torch.tensor(True)", func() T { return torch.New(true) }),
		one("torch.tensor([])", func() T { return torch.New([]float64{}) }),
		one("torch.tensor([1.1], dtype=torch.float64)", func() T { return torch.New([]float64{1.1}, torch.Float64) }),
		one("torch.tensor([1.1], dtype=torch.float16)", func() T { return torch.New([]float64{1.1}, torch.Float16) }),
		one("torch.tensor(torch.finfo(torch.float32).max * 8)", func() T { return torch.New(3.4028234663852886e+38 * 8) }),
		one("torch.tensor([nan, inf])", func() T { return torch.New([]float64{math.NaN(), math.Inf(1)}) }),
		one("torch.tensor([nan], dtype=torch.float64)", func() T { return torch.New([]float64{math.NaN()}, torch.Float64) }),
		one("torch.from_numpy(numpy.array([1.1]))", func() T { return torch.FromSlice([]float64{1.1}) }),
		one("torch.scalar_tensor(3)", func() T { return torch.ScalarTensor(3) }),
		one("torch.scalar_tensor(1.1)", func() T { return torch.ScalarTensor(1.1) }),
		one("torch.full((2,), 1.1)", func() T { return torch.Full(shape, 1.1) }),
		one("torch.full((2,), 3)", func() T { return torch.Full(shape, 3) }),
		one("torch.full((2,), True)", func() T { return torch.Full(shape, true) }),
		one("torch.full((2,), 1j)", func() T { return torch.Full(shape, 1i) }),
		one("torch.full_like(x, 3)", func() T { return torch.FullLike(x, 3) }),
		one("torch.full_like(i, 2.7)", func() T { return torch.FullLike(i, 2.7) }),
		one("torch.full_like(x, 3, dtype=torch.bool)", func() T { return torch.FullLike(x, 3, torch.Bool) }),
		one("x.new_full((2,), 1)", func() T { return x.NewFull(shape, 1) }), one("x.new_tensor(1.1)", func() T { return x.NewTensor(1.1) }),
		one("torch.arange(0, 2, 0.3)", func() T { return torch.Arange(0, 2, 0.3) }),
		one("torch.arange(0, 2, 1)", func() T { return torch.Arange(0, 2, 1) }),
		one("torch.arange(2 ** 62, 2 ** 62 + 2, 1)", func() T { return torch.Arange(1<<62, 1<<62+2, 1) }),
		one("torch.linspace(0, 1, 3)", func() T { return torch.Linspace(0, 1, 3) }),
		one("torch.linspace(0, 10, 4, dtype=torch.int64)", func() T { return torch.Linspace(0, 10, 4, torch.Int64) }),
		one("torch.logspace(0, 1, 3)", func() T { return torch.Logspace(0, 1, 3, 10) }),
		one("torch.zeros(2)", func() T { return torch.Zeros(shape) }), one("torch.ones(2)", func() T { return torch.Ones(shape) }),
		one("torch.eye(2)", func() T { return torch.Eye(2) }),
		one("torch.rand(2)", func() T { return torch.Rand(shape) }), one("torch.randn(2)", func() T { return torch.Randn(shape) }),
		one("i / 3", func() T { return i.Div(3) }), one("i * 1.5", func() T { return i.Mul(1.5) }),
		one("torch.hann_window(5)", func() T { return torch.HannWindow(5, true) }),
	}
	var expressions []string
	for _, m := range makers {
		expressions = append(expressions, m.python)
	}
	defaults := []torch.DType{torch.Float32, torch.Float64}
	want := twin.Run(t, sweepTwin+`
import numpy
lines = []
for default in torch.float32, torch.float64:
    torch.set_default_dtype(default)
    for e in text("expressions").split("\n"):
        torch.manual_seed(1)
        lines.append(line(eval(e, dict(globals(), x=inputs["x"], i=inputs["i"]))))
torch.set_default_dtype(torch.float32)
send(lines)
`, map[string]T{"x": x, "i": i, "expressions": textTensor(strings.Join(expressions, "\n"))})
	defer torch.SetDefaultDType(torch.DefaultDType())
	var about, got []string
	for _, d := range defaults {
		torch.SetDefaultDType(d)
		require.Equal(t, d, torch.DefaultDType())
		for _, m := range makers {
			torch.ManualSeed(1)
			about = append(about, fmt.Sprintf("%s, default %s", m.python, d))
			got = append(got, line(m.got().(T)))
		}
	}
	requireLines(t, want["lines"], about, got)
	for _, d := range []torch.DType{torch.Int64, torch.Complex64, torch.Bool} {
		require.ErrorContains(t, torch.Try(func() error { torch.SetDefaultDType(d); return nil }), "floating-point")
	}
}
