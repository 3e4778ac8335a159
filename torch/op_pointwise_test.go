package torch_test

import (
	"math"
	"strings"
	"testing"

	"multitorch/torch"
)

func pointwiseInputs() map[string]T {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	return map[string]T{
		"x": torch.New([]float32{-2.5, -1, -0.75, float32(math.Copysign(0, -1)), 0, 0.3, 0.9, 1, 2.5, 7}), // and y beside it
		"y": torch.New([]float32{0.5, -1, 3, 2, -0.1, 0.3, 2, 4, -1.5, 0.25}),
		"u": torch.New([]float32{0.05, 0.1, 0.25, 0.5, 0.75, 0.95, 1, 1.5, 2.5, 4}), // positive
		"o": torch.New([]float32{nan, inf, -inf, 1.5, -2, 0}),
		"i": torch.New([]int{12, -7, 0, 5, 30, -18}), "j": torch.New([]int{8, 3, 2, -5, 12, 4}), "k": torch.New([]int{1, 0, 3, 2, 5, 1}),
		"p": torch.New([]bool{true, false, true}), "q": torch.New([]bool{true, true, false}),
		"c": torch.New([]complex64{1 + 2i, -0.5i, -3 + 0.25i}), "r": torch.New([]float32{1, 2.5, 0.5}), "a": torch.New([]float32{0, 1, -2}),
		"d": torch.FromSlice([]float64{1.5, -2, 1e-9}),
	}
}

type unary = func(T) T

// Functions of one tensor, by PyTorch's names: of x, and of u where they need
// positive numbers; then in place.
var unaries = map[string][2]unary{
	"abs": {T.Abs, T.AbsInplace}, "acos": {T.Acos, T.AcosInplace}, "acosh": {T.Acosh, T.AcoshInplace},
	"asin": {T.Asin, T.AsinInplace}, "asinh": {T.Asinh, T.AsinhInplace}, "atan": {T.Atan, T.AtanInplace},
	"atanh": {T.Atanh, T.AtanhInplace}, "ceil": {T.Ceil, T.CeilInplace}, "cos": {T.Cos, T.CosInplace},
	"cosh": {T.Cosh, T.CoshInplace}, "deg2rad": {T.Deg2Rad, T.Deg2RadInplace}, "digamma": {T.Digamma, T.DigammaInplace},
	"erf": {T.Erf, T.ErfInplace}, "erfc": {T.Erfc, T.ErfcInplace}, "erfinv": {T.Erfinv, T.ErfinvInplace},
	"exp": {T.Exp, T.ExpInplace}, "exp2": {T.Exp2, T.Exp2Inplace}, "expm1": {T.Expm1, T.Expm1Inplace},
	"floor": {T.Floor, T.FloorInplace}, "frac": {T.Frac, T.FracInplace}, "i0": {T.I0, T.I0Inplace},
	"lgamma": {T.Lgamma, T.LgammaInplace}, "log": {T.Log, T.LogInplace}, "log10": {T.Log10, T.Log10Inplace},
	"log1p": {T.Log1p, T.Log1pInplace}, "log2": {T.Log2, T.Log2Inplace}, "neg": {T.Neg, T.NegInplace},
	"rad2deg": {T.Rad2Deg, T.Rad2DegInplace}, "reciprocal": {T.Reciprocal, T.ReciprocalInplace}, "relu": {T.ReLU, T.ReLUInplace},
	"round": {T.Round, T.RoundInplace}, "rsqrt": {T.Rsqrt, T.RsqrtInplace}, "sgn": {T.Sgn, T.SgnInplace},
	"sigmoid": {T.Sigmoid, T.SigmoidInplace}, "sign": {T.Sign, T.SignInplace}, "sin": {T.Sin, T.SinInplace},
	"sinc": {T.Sinc, T.SincInplace}, "sinh": {T.Sinh, T.SinhInplace}, "sqrt": {T.Sqrt, T.SqrtInplace},
	"square": {T.Square, T.SquareInplace}, "tan": {T.Tan, T.TanInplace}, "tanh": {T.Tanh, T.TanhInplace},
	"trunc": {T.Trunc, T.TruncInplace}, "conj_physical": {T.ConjPhysical, T.ConjPhysicalInplace},
	"isinf": {T.IsInf, nil}, "isposinf": {T.IsPosInf, nil}, "isneginf": {T.IsNegInf, nil}, "isreal": {T.IsReal, nil},
	"signbit": {T.Signbit, nil}, "positive": {T.Positive, nil}, "isnan": {T.IsNaN, nil}, "isfinite": {T.IsFinite, nil},
}

// Functions of two tensors, or of a tensor and a number, and in place; of which
// inputs.
var pairwise = map[string]struct {
	of         string
	do, change func(x T, other any) T
}{
	"add": {"x y", T.Add, T.AddInplace}, "pow": {"u y", T.Pow, T.PowInplace}, "float_power": {"d d", T.FloatPower, T.FloatPowerInplace},
	"floor_divide": {"x u", T.FloorDiv, T.FloorDivInplace}, "remainder": {"x y", T.Remainder, T.RemainderInplace},
	"fmod": {"x y", T.Fmod, T.FmodInplace}, "copysign": {"x y", T.Copysign, T.CopysignInplace}, "xlogy": {"u u", T.Xlogy, T.XlogyInplace},
	"eq": {"x y", T.Eq, T.EqInplace}, "ne": {"x y", T.Ne, T.NeInplace}, "lt": {"x y", T.Lt, T.LtInplace},
	"le": {"x y", T.Le, T.LeInplace}, "gt": {"x y", T.Gt, T.GtInplace}, "ge": {"x y", T.Ge, T.GeInplace},
	"bitwise_and": {"i j", T.BitwiseAnd, T.BitwiseAndInplace}, "bitwise_or": {"i j", T.BitwiseOr, T.BitwiseOrInplace},
	"bitwise_xor": {"i j", T.BitwiseXor, T.BitwiseXorInplace}, "bitwise_left_shift": {"i k", T.BitwiseLeftShift, T.BitwiseLeftShiftInplace},
	"bitwise_right_shift": {"i k", T.BitwiseRightShift, T.BitwiseRightShiftInplace},
}

// Functions of two tensors only.
var tensorPairs = map[string]struct {
	of         string
	do, change func(x, other T) T
}{
	"atan2": {"x y", T.Atan2, T.Atan2Inplace}, "hypot": {"x y", T.Hypot, T.HypotInplace}, "igamma": {"u u", T.Igamma, T.IgammaInplace},
	"igammac": {"u u", T.Igammac, T.IgammacInplace}, "logaddexp": {"x y", T.Logaddexp, nil}, "logaddexp2": {"x y", T.Logaddexp2, nil},
	"ldexp": {"x y", T.Ldexp, T.LdexpInplace}, "nextafter": {"x y", T.Nextafter, T.NextafterInplace}, "gcd": {"i j", T.Gcd, T.GcdInplace},
	"lcm": {"i j", T.Lcm, T.LcmInplace}, "heaviside": {"x y", T.Heaviside, T.HeavisideInplace}, "fmax": {"x y", T.Fmax, nil},
	"fmin": {"x y", T.Fmin, nil}, "logical_and": {"p q", T.And, T.AndInplace}, "logical_or": {"p q", T.Or, T.OrInplace},
	"logical_xor": {"p q", T.Xor, T.XorInplace}, "maximum": {"x y", T.Maximum, nil},
}

func TestPointwiseAsInPython(t *testing.T) {
	in := pointwiseInputs()
	var table []beside
	for name, f := range unaries {
		for _, of := range []string{"x", "u"} {
			table = append(table, one("torch."+name+"("+of+")", func() T { return f[0](in[of]) }))
			if f[1] != nil {
				table = append(table, one(of+".clone()."+name+"_()", func() T { return f[1](in[of].Clone()) }))
			}
		}
	}
	for name, f := range pairwise {
		a, b, _ := strings.Cut(f.of, " ")
		table = append(table,
			one("torch."+name+"("+a+", "+b+")", func() T { return f.do(in[a], in[b]) }),
			one("torch."+name+"("+a+", 2)", func() T { return f.do(in[a], 2) }),
			one(a+".clone()."+name+"_("+b+")", func() T { return f.change(in[a].Clone(), in[b]) }),
			one(a+".clone()."+name+"_(3)", func() T { return f.change(in[a].Clone(), 3) }))
	}
	for name, f := range tensorPairs {
		a, b, _ := strings.Cut(f.of, " ")
		table = append(table, one("torch."+name+"("+a+", "+b+")", func() T { return f.do(in[a], in[b]) }))
		if f.change != nil {
			table = append(table, one(a+".clone()."+name+"_("+b+")", func() T { return f.change(in[a].Clone(), in[b]) }))
		}
	}
	x, y, u, o, i, p, c := in["x"], in["y"], in["u"], in["o"], in["i"], in["p"], in["c"]
	table = append(
		table,
		one("torch.polygamma(2, u)", func() T { return u.Polygamma(2) }),
		one("u.clone().polygamma_(1)", func() T { return u.Clone().PolygammaInplace(1) }),
		one("torch.mvlgamma(u + 2, 3)", func() T { return u.Add(2).Mvlgamma(3) }),
		one("(u + 2).mvlgamma_(2)", func() T { return u.Add(2).MvlgammaInplace(2) }),
		one("torch.logit(u)", func() T { return u.Logit() }),
		one("torch.logit(u, 0.2)", func() T { return u.Logit(0.2) }),
		one("u.clone().logit_(0.2)", func() T { return u.Clone().LogitInplace(0.2) }),
		one("torch.round(x * 1.237, decimals=1)", func() T { return x.Mul(1.237).RoundTo(1) }),
		one("(x * 123.7).round_(decimals=-1)", func() T { return x.Mul(123.7).RoundToInplace(-1) }),
		one("torch.nan_to_num(o)", func() T { return o.NanToNum() }),
		one("torch.nan_to_num(o, 1, 2, 3)", func() T { return o.NanToNum(1, 2, 3) }),
		one("o.clone().nan_to_num_(4)", func() T { return o.Clone().NanToNumInplace(4) }),
		one("o.isinf()", func() T { return o.IsInf() }), one("o.isposinf()", func() T { return o.IsPosInf() }),
		one("o.isneginf()", func() T { return o.IsNegInf() }), one("o.fmax(o.flip(0))", func() T { return o.Fmax(o.Flip(0)) }),
		one("x.clone().clamp_(-1, 2)", func() T { return x.Clone().ClampInplace(-1, 2) }),
		one("x.clone().clamp_(max=0.5)", func() T { return x.Clone().ClampInplace(nil, 0.5) }),
		one("x.clone().clamp_(y, u)", func() T { return x.Clone().ClampInplace(y, u) }),
		two("torch.frexp(x)", func() (T, T) { return x.Frexp() }),
		one("torch.div(x, y, rounding_mode='trunc')", func() T { return x.TruncDiv(y) }),
		one("torch.div(i, 4, rounding_mode='trunc')", func() T { return i.TruncDiv(4) }),
		one("torch.lerp(x, y, 0.3)", func() T { return x.Lerp(y, 0.3) }), one("torch.lerp(x, y, u)", func() T { return x.Lerp(y, u) }),
		one("torch.addcmul(x, y, u, value=0.3)", func() T { return x.Addcmul(y, u, 0.3) }),
		one("torch.addcdiv(x, y, u, value=0.3)", func() T { return x.Addcdiv(y, u, 0.3) }),
		one("torch.isclose(x, x + 1e-6)", func() T { return x.Isclose(x.Add(1e-6), 1e-5, 1e-8, false) }),
		one("torch.isclose(o, o, equal_nan=True)", func() T { return o.Isclose(o, 1e-5, 1e-8, true) }),
		one("torch.isin(i, torch.tensor([5, 12]))", func() T { return i.IsIn(torch.New([]int{5, 12})) }),
		one("torch.isin(i, 30)", func() T { return i.IsIn(30) }),
		plain("x[0].is_nonzero()", func() any { return x.Index(0).IsNonzero() }),
		plain("x.is_same_size(o)", func() any { return x.IsSameSize(o) }),
		several("torch.where(p)", func() []T { return p.WhereIndices() }),
		one("~i", func() T { return i.BitwiseNot() }), one("i.clone().bitwise_not_()", func() T { return i.Clone().BitwiseNotInplace() }),
		one("p.clone().logical_not_()", func() T { return p.Clone().NotInplace() }),
		one("torch.angle(c)", func() T { return c.Angle() }), one("c.conj()", func() T { return c.Conj() }),
		plain("c.conj().is_conj()", func() any { return c.Conj().IsConj() }),
		plain("c.conj().resolve_conj().is_conj()", func() any { return c.Conj().ResolveConj().IsConj() }),
		plain("c.conj().imag.is_neg()", func() any { return c.Conj().Imag().IsNeg() }),
		plain("c.conj().imag.resolve_neg().is_neg()", func() any { return c.Conj().Imag().ResolveNeg().IsNeg() }),
		one("c.imag", func() T { return c.Imag() }), one("c.real", func() T { return c.Real() }), one("x.real", func() T { return x.Real() }),
		one("torch.view_as_real(c)", func() T { return c.ViewAsReal() }),
		one("torch.view_as_complex(x.view(5, 2))", func() T { return x.View(5, 2).ViewAsComplex() }),
		one("torch.complex(r, a)", func() T { return torch.Complex(in["r"], in["a"]) }),
		one("torch.polar(r, a)", func() T { return torch.Polar(in["r"], in["a"]) }),
		one("c.view(1, 3).adjoint()", func() T { return c.View(1, 3).Adjoint() }), one("c.view(1, 3).mH", func() T { return c.View(1, 3).MH() }),
		one("c.view(1, 3).mT", func() T { return c.View(1, 3).MT() }), one("c.conj_physical()", func() T { return c.ConjPhysical() }),
		one("c.sgn()", func() T { return c.Sgn() }), plain("c.is_complex()", func() any { return c.IsComplex() }),
		plain("c.is_floating_point()", func() any { return c.IsFloatingPoint() }), plain("p.is_signed()", func() any { return p.IsSigned() }),
		plain("i.is_signed()", func() any { return i.IsSigned() }),
	)
	requireBeside(t, in, table)
}
