package torch_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/twin"
)

// Python can't send complex128 in a safetensors file: it goes as pairs of float64.
const asPairs = `
def pairs(x):
    return torch.view_as_real(x.resolve_conj()) if x.dtype == torch.complex128 else x
`

func pairs(x *torch.Tensor) *torch.Tensor {
	if x.DType() != torch.Complex128 {
		return x
	}
	return torch.FromBytes(x.Bytes(), append(x.Shape(), 2), torch.Float64)
}

// try is the result of f, or nil where it panics with an Error.
func try(t *testing.T, f func() *torch.Tensor) (y *torch.Tensor) {
	err := torch.Try(func() error { y = f(); return nil })
	if err != nil {
		var e *torch.Error
		require.ErrorAs(t, err, &e)
	}
	return y
}

var allDTypes = append(append([]torch.DType{}, storable...), torch.Complex128)

type arithmetic struct {
	name string
	do   func(x *torch.Tensor, other any) *torch.Tensor
}

var binaries = []arithmetic{
	{"add", (*torch.Tensor).Add},
	{"sub", (*torch.Tensor).Sub},
	{"mul", (*torch.Tensor).Mul},
	{"div", (*torch.Tensor).Div},
	{"pow", (*torch.Tensor).Pow},
	{"floor_divide", (*torch.Tensor).FloorDiv},
	{"remainder", (*torch.Tensor).Remainder},
	{"eq", (*torch.Tensor).Eq},
	{"lt", (*torch.Tensor).Lt},
	{"fmod", (*torch.Tensor).Fmod},
	{"copysign", (*torch.Tensor).Copysign},
	{"xlogy", (*torch.Tensor).Xlogy},
	{"bitwise_and", (*torch.Tensor).BitwiseAnd},
	{"bitwise_left_shift", (*torch.Tensor).BitwiseLeftShift},
	{"where", func(x *torch.Tensor, other any) *torch.Tensor {
		return torch.Where(torch.New([]bool{true, false, true, false, true}), x, other)
	}},
}

// Every dtype meets every other, and every sort of number: the result has Python's
// dtype and bits, and what Python refuses is an Error.
func TestPromotionAsInPython(t *testing.T) {
	numbers := map[string]any{"int": 3, "negative": -2, "float": 2.5, "bool": true, "complex": complex(1.5, -2)}
	want := twin.Run(t, asPairs+`
names = args
numbers = {"int": 3, "negative": -2, "float": 2.5, "bool": True, "complex": 1.5 - 2j}
ops = dict(add=torch.add, sub=torch.sub, mul=torch.mul, div=torch.div, pow=torch.pow,
           floor_divide=torch.floor_divide, remainder=torch.remainder, eq=torch.eq, lt=torch.lt,
           fmod=torch.fmod, copysign=torch.copysign, xlogy=torch.xlogy, bitwise_and=torch.bitwise_and,
           bitwise_left_shift=torch.bitwise_left_shift,
           where=lambda x, y: torch.where(torch.tensor([True, False, True, False, True]), x, y))
import warnings
warnings.simplefilter("ignore")
x, y = inputs["x"], inputs["y"]
def one(key, f):
    try:
        result = f()
    except RuntimeError:
        return
    if not str(result.dtype).endswith("complex32"):  # which a safetensors file can't hold
        out[key] = pairs(result)
for op, f in ops.items():
    for a in names:
        ta = x.to(getattr(torch, a))
        for b in names:
            tb = y.to(getattr(torch, b))
            one("%s %s %s" % (op, a, b), lambda: f(ta, tb))
            one("%s %s 0-d %s" % (op, a, b), lambda: f(ta, tb[0]))
        for n, v in numbers.items():
            one("%s %s number %s" % (op, a, n), lambda: f(ta, v))
`, promotionInputs(), dtypeNames()...)
	require.Greater(t, len(want), 3000)

	got := map[string]*torch.Tensor{}
	one := func(key string, f func() *torch.Tensor) {
		if y := try(t, f); y != nil && y.DType() != torch.Complex32 && y.DType() != torch.BComplex32 && y.DType().Size() > 0 {
			got[key] = pairs(y)
		}
	}
	x, y := promotionInputs()["x"], promotionInputs()["y"]
	for _, op := range binaries {
		for _, a := range allDTypes {
			xa := x.To(a)
			for _, b := range allDTypes {
				yb := y.To(b)
				one(fmt.Sprintf("%s %s %s", op.name, a, b), func() *torch.Tensor { return op.do(xa, yb) })
				one(fmt.Sprintf("%s %s 0-d %s", op.name, a, b), func() *torch.Tensor { return op.do(xa, yb.Select(0, 0)) })
			}
			for n, v := range numbers {
				one(fmt.Sprintf("%s %s number %s", op.name, a, n), func() *torch.Tensor { return op.do(xa, v) })
			}
		}
	}
	requireAll(t, want, got)
}

func promotionInputs() map[string]*torch.Tensor {
	return map[string]*torch.Tensor{"x": torch.New([]float32{3, 1, 7, 2.5, 0}), "y": torch.New([]float32{2, 5, 3, 1.25, 1})}
}

func dtypeNames() (names []string) {
	for _, d := range allDTypes {
		names = append(names, d.String())
	}
	return names
}

// requireAll compares all results by name.
func requireAll(t *testing.T, want, got map[string]*torch.Tensor) {
	t.Helper()
	for name, w := range want {
		twin.RequireEqual(t, w, got[name], name)
	}
	for name := range got {
		require.Contains(t, want, name)
	}
}

// Each method beside the Python that it stands for.
func TestOperatorsAsInPython(t *testing.T) {
	cases := []struct {
		python string
		do     func(x, m, i *torch.Tensor) *torch.Tensor
	}{
		{"x.sum()", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Sum() }},
		{"x.sum((0, 2))", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Sum(0, 2) }},
		{"x.mean()", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Mean() }},
		{"x.mean((-1, 1))", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Mean(-1, 1) }},
		{"x.var()", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Var() }},
		{"x.var(1)", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Var(1) }},
		{"x.std()", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Std() }},
		{"x.std((0, 1))", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Std(0, 1) }},
		{"x.max()", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Max() }},
		{"x.min()", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Min() }},
		{"x.max(1)[0]", func(x, _, _ *torch.Tensor) *torch.Tensor { v, _ := x.MaxDim(1); return v }},
		{"x.max(1)[1]", func(x, _, _ *torch.Tensor) *torch.Tensor { _, i := x.MaxDim(1); return i }},
		{"x.amax((0, 1))", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Amax(0, 1) }},
		{"x.amin(2)", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Amin(2) }},
		{"x.argmax()", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Argmax() }},
		{"x.argmin(0)", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Argmin(0) }},
		{"(x > 0).all()", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Gt(0).All() }},
		{"(x > 0).any()", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Gt(0).Any() }},
		{"x.softmax(-1)", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Softmax(-1) }},
		{"x.log_softmax(1)", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.LogSoftmax(1) }},
		{"x.topk(3, 1)[0]", func(x, _, _ *torch.Tensor) *torch.Tensor { v, _ := x.Topk(3, 1); return v }},
		{"x.topk(3, 1)[1]", func(x, _, _ *torch.Tensor) *torch.Tensor { _, i := x.Topk(3, 1); return i }},
		{"x.sort(2, True)[0]", func(x, _, _ *torch.Tensor) *torch.Tensor { v, _ := x.Sort(2, true); return v }},
		{"x.argsort(0)", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Argsort(0, false) }},
		{"x.norm()", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Norm() }},
		{"x.cumsum(1)", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Cumsum(1) }},
		{"i.bincount(minlength=9)", func(_, _, i *torch.Tensor) *torch.Tensor { return i.Bincount(9) }},
		{"x.reshape(4, -1)", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Reshape(4, -1) }},
		{"x.view(-1)", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.View(-1) }},
		{"x.flatten(1)", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Flatten(1, -1) }},
		{"x.transpose(0, 2)", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Transpose(0, 2) }},
		{"x.permute(2, 0, 1)", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Permute(2, 0, 1) }},
		{"m.t()", func(_, m, _ *torch.Tensor) *torch.Tensor { return m.T() }},
		{"x[:, :1].squeeze()", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Narrow(1, 0, 1).Squeeze() }},
		{"x[:, :1].squeeze(1)", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Narrow(1, 0, 1).Squeeze(1) }},
		{"x.unsqueeze(-1)", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Unsqueeze(-1) }},
		{"m.unsqueeze(0).expand(3, -1, -1)", func(_, m, _ *torch.Tensor) *torch.Tensor { return m.Unsqueeze(0).Expand(3, -1, -1) }},
		{"torch.cat([x, x * 2], 1)", func(x, _, _ *torch.Tensor) *torch.Tensor { return torch.Cat([]*torch.Tensor{x, x.Mul(2)}, 1) }},
		{"torch.stack([m, m], -1)", func(_, m, _ *torch.Tensor) *torch.Tensor { return torch.Stack([]*torch.Tensor{m, m}, -1) }},
		{"x.split(4, 1)[1]", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Split(4, 1)[1] }},
		{"x.chunk(3, 2)[2]", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Chunk(3, 2)[2] }},
		{"x.unbind(1)[3]", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Unbind(1)[3] }},
		{"x[:, -1]", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Select(1, -1) }},
		{"x[:, 1:-1:2]", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Slice(1, 1, -1, 2) }},
		{"x.index_select(1, i)", func(x, _, i *torch.Tensor) *torch.Tensor { return x.IndexSelect(1, i) }},
		{"m.gather(1, i.expand(6, -1))", func(_, m, i *torch.Tensor) *torch.Tensor { return m.Gather(1, i.Expand(6, -1)) }},
		{"m.triu(1)", func(_, m, _ *torch.Tensor) *torch.Tensor { return m.Triu(1) }},
		{"m.tril(-1)", func(_, m, _ *torch.Tensor) *torch.Tensor { return m.Tril(-1) }},
		{"x @ m", func(x, m, _ *torch.Tensor) *torch.Tensor { return x.Matmul(m) }},
		{"x.clamp(-1, 0.5)", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Clamp(-1, 0.5) }},
		{"x.clamp(max=0)", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Clamp(nil, 0) }},
		{"x.masked_fill(x < 0, -7)", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.MaskedFill(x.Lt(0), -7) }},
		{"torch.where(x > 0, x, x * 3)", func(x, _, _ *torch.Tensor) *torch.Tensor { return torch.Where(x.Gt(0), x, x.Mul(3)) }},
		{"2 - x", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.RSub(2) }},
		{"torch.add(x, x, alpha=0.1)", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.AddScaled(x, 0.1) }},
		{"x.clone().add_(x, alpha=-0.3)", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Clone().AddScaledInplace(x, -0.3) }},
		{"x.clone().addcmul_(x, x, value=0.7)", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Clone().AddcmulInplace(x, x, 0.7) }},
		{"x.clone().addcdiv_(x, x.abs() + 1, value=0.7)", func(x, _, _ *torch.Tensor) *torch.Tensor {
			return x.Clone().AddcdivInplace(x, x.Abs().Add(1), 0.7)
		}},
		{"x.clone().lerp_(x * 2, 0.3)", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Clone().LerpInplace(x.Mul(2), 0.3) }},
		{"torch.maximum(x, -x)", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Maximum(x.Neg()) }},
		{"torch.minimum(x, -x)", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.Minimum(x.Neg()) }},
		{"x.to(torch.float16)", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.To(torch.Float16) }},
		{"x.to(torch.int32)", func(x, _, _ *torch.Tensor) *torch.Tensor { return x.To(torch.Int32) }},
		{"torch.arange(0, 5, 0.5)", func(_, _, _ *torch.Tensor) *torch.Tensor { return torch.Arange(0, 5, 0.5) }},
		{"torch.arange(3, 12, 2)", func(_, _, _ *torch.Tensor) *torch.Tensor { return torch.Arange(3, 12, 2) }},
		{"torch.linspace(-1, 1, 7)", func(_, _, _ *torch.Tensor) *torch.Tensor { return torch.Linspace(-1, 1, 7) }},
		{"torch.full((2, 2), 7)", func(_, _, _ *torch.Tensor) *torch.Tensor { return torch.Full(torch.Shape{2, 2}, 7) }},
		{"torch.full((2,), 0.1)", func(_, _, _ *torch.Tensor) *torch.Tensor { return torch.Full(torch.Shape{2}, 0.1) }},
		{"torch.eye(3, dtype=torch.int64)", func(_, _, _ *torch.Tensor) *torch.Tensor { return torch.Eye(3, torch.Int64) }},
	}
	for name, f := range map[string]func(*torch.Tensor) *torch.Tensor{
		"x.neg()": (*torch.Tensor).Neg, "x.abs()": (*torch.Tensor).Abs, "x.sqrt()": (*torch.Tensor).Sqrt, "x.rsqrt()": (*torch.Tensor).Rsqrt,
		"x.exp()": (*torch.Tensor).Exp, "x.log()": (*torch.Tensor).Log, "x.log1p()": (*torch.Tensor).Log1p, "x.sin()": (*torch.Tensor).Sin,
		"x.cos()": (*torch.Tensor).Cos, "x.tanh()": (*torch.Tensor).Tanh, "x.sigmoid()": (*torch.Tensor).Sigmoid,
		"x.relu()":  (*torch.Tensor).ReLU,
		"x.floor()": (*torch.Tensor).Floor, "x.ceil()": (*torch.Tensor).Ceil, "x.round()": (*torch.Tensor).Round,
		"x.reciprocal()": (*torch.Tensor).Reciprocal, "x.sign()": (*torch.Tensor).Sign, "x.square()": (*torch.Tensor).Square,
		"x.log().isnan()":                    func(x *torch.Tensor) *torch.Tensor { return x.Log().IsNaN() },
		"x.log().isfinite()":                 func(x *torch.Tensor) *torch.Tensor { return x.Log().IsFinite() },
		"torch.logical_and(x > 0, x)":        func(x *torch.Tensor) *torch.Tensor { return x.Gt(0).And(x) },
		"torch.logical_or(x > 1, x < 0)":     func(x *torch.Tensor) *torch.Tensor { return x.Gt(1).Or(x.Lt(0)) },
		"torch.logical_not(x > 0)":           func(x *torch.Tensor) *torch.Tensor { return x.Gt(0).Not() },
		"x.detach().clone().fill_(2).add(1)": func(x *torch.Tensor) *torch.Tensor { return x.Detach().Clone().FillInplace(2).Add(1) },
	} {
		cases = append(cases, struct {
			python string
			do     func(x, m, i *torch.Tensor) *torch.Tensor
		}{name, func(x, _, _ *torch.Tensor) *torch.Tensor { return f(x) }})
	}
	torch.ManualSeed(1)
	inputs := map[string]*torch.Tensor{
		"x": torch.Randn(torch.Shape{8, 6, 6}).Mul(2), "m": torch.Randn(torch.Shape{6, 6}), "i": torch.New([]int{5, 0, 3, 3}),
	}
	var expressions []string
	for _, c := range cases {
		expressions = append(expressions, c.python)
	}
	want := twin.Run(t, `
		x, m, i = inputs["x"], inputs["m"], inputs["i"]
		for expression in args:
			out[expression] = eval(expression)
	`, inputs, expressions...)
	for _, c := range cases {
		twin.RequireEqual(t, want[c.python], c.do(inputs["x"], inputs["m"], inputs["i"]), c.python)
	}
}

func TestRandomNumbersAsInPython(t *testing.T) {
	want := twin.Run(t, `
		def draw(prefix, g):
			out[prefix + "rand"] = torch.rand(5, 3, generator=g)
			out[prefix + "randn"] = torch.randn(20, generator=g)  # from 16 on another algorithm
			out[prefix + "few"] = torch.randn(3, generator=g)
			out[prefix + "double"] = torch.randn(17, dtype=torch.float64, generator=g)
			out[prefix + "half"] = torch.rand(5, dtype=torch.float16, generator=g)
			out[prefix + "randint"] = torch.randint(-5, 1000, (7,), generator=g)
			out[prefix + "bytes"] = torch.randint(0, 256, (7,), dtype=torch.uint8, generator=g)
			out[prefix + "randperm"] = torch.randperm(50, generator=g)
			out[prefix + "uniform"] = torch.empty(4).uniform_(-1, 2, generator=g)
			out[prefix + "normal"] = torch.empty(4).normal_(1, 3, generator=g)
			out[prefix + "bernoulli"] = torch.empty(40).bernoulli_(0.3, generator=g)
			out[prefix + "random"] = torch.empty(4, dtype=torch.int64).random_(generator=g)
		for seed in 0, 1, -3, 2 ** 40:
			torch.manual_seed(seed)
			draw("%d " % seed, None)
			out["%d like" % seed] = torch.cat([torch.rand_like(torch.zeros(3)), torch.randn_like(torch.zeros(3))])
			out["%d state" % seed] = torch.get_rng_state()
			draw("own %d " % seed, torch.Generator().manual_seed(seed))
	`, nil)
	got := map[string]*torch.Tensor{}
	draw := func(prefix string, g *torch.Generator) {
		got[prefix+"rand"] = torch.Rand(torch.Shape{5, 3}, g)
		got[prefix+"randn"] = torch.Randn(torch.Shape{20}, g)
		got[prefix+"few"] = torch.Randn(torch.Shape{3}, g)
		got[prefix+"double"] = torch.Randn(torch.Shape{17}, torch.Float64, g)
		got[prefix+"half"] = torch.Rand(torch.Shape{5}, torch.Float16, g)
		got[prefix+"randint"] = torch.Randint(-5, 1000, torch.Shape{7}, g)
		got[prefix+"bytes"] = torch.Randint(0, 256, torch.Shape{7}, torch.Uint8, g)
		got[prefix+"randperm"] = torch.Randperm(50, g)
		got[prefix+"uniform"] = torch.Empty(torch.Shape{4}).UniformInplace(-1, 2, g)
		got[prefix+"normal"] = torch.Empty(torch.Shape{4}).NormalInplace(1, 3, g)
		got[prefix+"bernoulli"] = torch.Empty(torch.Shape{40}).BernoulliInplace(0.3, g)
		got[prefix+"random"] = torch.Empty(torch.Shape{4}, torch.Int64).RandomInplace(g)
	}
	for _, seed := range []int64{0, 1, -3, 1 << 40} {
		torch.ManualSeed(seed)
		require.Equal(t, seed, torch.InitialSeed())
		draw(fmt.Sprint(seed, " "), nil)
		zeros := torch.Zeros(torch.Shape{3})
		got[fmt.Sprint(seed, " like")] = torch.Cat([]*torch.Tensor{torch.RandLike(zeros), torch.RandnLike(zeros)}, 0)
		got[fmt.Sprint(seed, " state")] = torch.RNGState()
		draw(fmt.Sprintf("own %d ", seed), torch.NewGenerator(seed))
	}
	requireAll(t, want, got)
}
