package torch_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"multitorch/torch"
	"multitorch/twin"
)

// numberOp is an operator of a tensor and a number, in Python and in Go. x is no leaf.
type numberOp struct {
	python string
	do     func(x T, v any) T
}

var numberOps = []numberOp{
	{"x + v", T.Add},
	{"x - v", T.Sub},
	{"x * v", T.Mul},
	{"x / v", T.Div},
	{"x ** v", T.Pow},
	{"x // v", T.FloorDiv},
	{"x % v", T.Remainder},
	{"v + x", T.Add},
	{"v * x", T.Mul},
	{"v - x", T.RSub},
	{"v / x", T.RDiv},
	{"v ** x", T.RPow},
	{"v // x", T.RFloorDiv},
	{"v % x", T.RRemainder},
	{"x == v", T.Eq},
	{"x != v", T.Ne},
	{"x < v", T.Lt},
	{"x <= v", T.Le},
	{"x > v", T.Gt},
	{"x >= v", T.Ge},
	{"x.add_(v)", T.AddInplace},
	{"x.sub_(v)", T.SubInplace},
	{"x.mul_(v)", T.MulInplace},
	{"x.div_(v)", T.DivInplace},
	{"x.pow_(v)", T.PowInplace},
	{"x.floor_divide_(v)", T.FloorDivInplace},
	{"x.remainder_(v)", T.RemainderInplace},
	{"x.eq_(v)", T.EqInplace},
	{"x.lt_(v)", T.LtInplace},
	{"x.ge_(v)", T.GeInplace},
	{"x.fmod(v)", T.Fmod},
	{"x.fmod_(v)", T.FmodInplace},
	{"x.copysign(v)", T.Copysign},
	{"x.copysign_(v)", T.CopysignInplace},
	{"torch.xlogy(x, v)", T.Xlogy},
	{"x.xlogy_(v)", T.XlogyInplace},
	{"x.float_power(v)", T.FloatPower},
	{"x.float_power_(v)", T.FloatPowerInplace},
	{"torch.div(x, v, rounding_mode='trunc')", T.TruncDiv},
	{"torch.add(x, v, alpha=2)", func(x T, v any) T { return x.AddScaled(v, 2) }},
	{"torch.add(x, x, alpha=v)", func(x T, v any) T { return x.AddScaled(x, v) }},
	{"x.add_(v, alpha=0.3)", func(x T, v any) T { return x.AddScaledInplace(v, 0.3) }},
	{"torch.bitwise_and(x, v)", T.BitwiseAnd},
	{"torch.bitwise_or(x, v)", T.BitwiseOr},
	{"torch.bitwise_xor(x, v)", T.BitwiseXor},
	{"x.bitwise_and_(v)", T.BitwiseAndInplace},
	{"torch.where(x == x, x, v)", func(x T, v any) T { return torch.Where(x.Eq(x), x, v) }},
	{"torch.where(x != x, v, x)", func(x T, v any) T { return torch.Where(x.Ne(x), v, x) }},
	{"x.masked_fill(x == x, v)", func(x T, v any) T { return x.MaskedFill(x.Eq(x), v) }},
	{"x.clamp(v)", func(x T, v any) T { return x.Clamp(v, nil) }},
	{"x.clamp(None, v)", func(x T, v any) T { return x.Clamp(nil, v) }},
	{"x.clamp_(v, 2)", func(x T, v any) T { return x.ClampInplace(v, 2) }},
	{"x.fill_(v)", T.FillInplace},
	{"x.lerp(x * 2, v)", func(x T, v any) T { return x.Lerp(x.Mul(2), v) }},
	{"x.lerp_(x * 2, v)", func(x T, v any) T { return x.LerpInplace(x.Mul(2), v) }},
	{"x.addcmul(x, x, value=v)", func(x T, v any) T { return x.Addcmul(x, x, v) }},
	{"x.addcmul_(x * 2, x * 2, value=v)", func(x T, v any) T { return x.AddcmulInplace(x.Mul(2), x.Mul(2), v) }},
	{"x.addcdiv(x, x, value=v)", func(x T, v any) T { return x.Addcdiv(x, x, v) }},
	{"torch.isin(x, v)", func(x T, v any) T { return x.IsIn(v) }},
	{"torch.full_like(x, v)", func(x T, v any) T { return torch.FullLike(x, v) }},
	{"x.new_full((2,), v)", func(x T, v any) T { return x.NewFull(torch.Shape{2}, v) }},
	{"put(x, v)", func(x T, v any) T { return x.IndexPut(v, torch.Ellipsis) }},
}

// literals are numbers of Python's, and the same of Go's.
var literals = []struct {
	python string
	v      any
}{
	{"0.3", 0.3},
	{"3", 3},
	{"-2", -2},
	{"True", true},
	{"(1.5-2j)", 1.5 - 2i},
	{"2.0", 2.0},
	{"0.5", 0.5},
	{"-1.25", -1.25},
	{"0", 0},
	{"1e-3", 1e-3},
	{"100000", 100000},
	{"nan", math.NaN()},
	{"-inf", math.Inf(-1)},
}

const numbersTwin = `
def put(x, v):
    x[...] = v
    return x
expressions, numbers = text("expressions").split("\n"), text("numbers").split("\n")
lines = []
for dtype in text("dtypes").split("\n"):
    base = inputs["x"].to(getattr(torch, dtype))
    weight = inputs["w"]
    for x0 in base, base[0]:
        for e in expressions:
            code = compile(e, e, "eval")
            for n in numbers:
                leaf = x0.clone()
                if leaf.is_floating_point() or leaf.is_complex():
                    leaf.requires_grad_()
                v = eval(n)
                try:
                    y = eval(code, globals(), {"x": leaf.clone(), "v": v})
                    if y.requires_grad:
                        (y * weight[:y.numel()].reshape(y.shape)).sum().abs().backward()
                    lines.append(line(y, leaf.grad))
                except (RuntimeError, TypeError, ValueError, OverflowError, ZeroDivisionError):
                    lines.append("error")
send(lines)
`

// Every operator that takes a number gives Python's values and gradients, whatever the
// dtypes and with dimensions or without.
func TestNumbersAsInPython(t *testing.T) {
	rng, seed, whole := sweep(t)
	ops, vs, dtypes := numberOps, literals, allDTypes
	if !whole {
		vs, dtypes = literals[:6], []torch.DType{torch.Float32, torch.BFloat16, torch.Int64, torch.Complex64}
	}
	data := make([]float64, 5)
	for i := range data {
		data[i] = math.Round(rng.NormFloat64()*300) / 100
	}
	x, w := torch.FromSlice(data), torch.FromSlice([]float32{0.7, -1.3, 0.9, 1.1, -0.2})
	var expressions, values, names []string
	for _, o := range ops {
		expressions = append(expressions, o.python)
	}
	for _, n := range vs {
		values = append(values, n.python)
	}
	for _, d := range dtypes {
		names = append(names, d.String())
	}
	want := twin.Run(t, sweepTwin+numbersTwin, map[string]T{
		"x": x, "w": w, "expressions": textTensor(strings.Join(expressions, "\n")),
		"numbers": textTensor(strings.Join(values, "\n")), "dtypes": textTensor(strings.Join(names, "\n")),
	})
	var about, got []string
	torch.Pinned(func() {
		for _, d := range dtypes {
			base := x.To(d)
			for _, x0 := range []T{base, base.Select(0, 0)} {
				for _, o := range ops {
					for _, n := range vs {
						about = append(about, fmt.Sprintf("seed %d: %s, x = %v, v = %s", seed, o.python, x0, n.python))
						got = append(got, withGradient(x0, func(x T) T { return o.do(x, n.v) }, w))
					}
				}
			}
		}
	})
	requireLines(t, want["lines"], about, got)
}

// withGradient is the line of f's value and gradient.
func withGradient(x0 T, f func(x T) T, w T) string {
	leaf := x0.Clone()
	if leaf.IsFloatingPoint() || leaf.IsComplex() {
		leaf.SetRequiresGrad(true)
	}
	var y T
	err := torch.Try(func() error {
		y = f(leaf.Clone())
		if y.RequiresGrad() {
			y.Mul(w.Narrow(0, 0, y.Numel()).Reshape(y.Shape()...)).Sum().Abs().Backward()
		}
		return nil
	})
	if err != nil {
		return "error"
	}
	return line(y.Detach(), leaf.Grad())
}
