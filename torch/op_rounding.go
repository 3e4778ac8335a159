package torch

import "multitorch/internal/libtorch"

var (
	opTrunc            = libtorch.NewOp("aten::trunc")
	opTruncInplace     = libtorch.NewOp("aten::trunc_")
	opFrac             = libtorch.NewOp("aten::frac")
	opFracInplace      = libtorch.NewOp("aten::frac_")
	opSignbit          = libtorch.NewOp("aten::signbit")
	opSgn              = libtorch.NewOp("aten::sgn")
	opSgnInplace       = libtorch.NewOp("aten::sgn_")
	opFloorInplace     = libtorch.NewOp("aten::floor_")
	opCeilInplace      = libtorch.NewOp("aten::ceil_")
	opRoundInplace     = libtorch.NewOp("aten::round_")
	opSignInplace      = libtorch.NewOp("aten::sign_")
	opNegInplace       = libtorch.NewOp("aten::neg_")
	opAbsInplace       = libtorch.NewOp("aten::abs_")
	opRoundDecimals    = libtorch.NewOp("aten::round.decimals")
	opRoundDecimalsI   = libtorch.NewOp("aten::round_.decimals")
	opPositive         = libtorch.NewOp("aten::positive")
	opNanToNum         = libtorch.NewOp("aten::nan_to_num")
	opNanToNumInplace  = libtorch.NewOp("aten::nan_to_num_")
	opFrexpTensor      = libtorch.NewOp("aten::frexp.Tensor")
	opLdexpTensor      = libtorch.NewOp("aten::ldexp.Tensor")
	opLdexpInplace     = libtorch.NewOp("aten::ldexp_")
	opNextafter        = libtorch.NewOp("aten::nextafter")
	opNextafterInplace = libtorch.NewOp("aten::nextafter_")
)

// Trunc is x without its fraction, elementwise.
func (x *Tensor) Trunc() *Tensor { return do1(opTrunc, x) }

// TruncInplace is Trunc into x itself.
func (x *Tensor) TruncInplace() *Tensor { return inplace1(opTruncInplace, x) }

// Frac is x - Trunc(x), elementwise.
func (x *Tensor) Frac() *Tensor { return do1(opFrac, x) }

// FracInplace is Frac into x itself.
func (x *Tensor) FracInplace() *Tensor { return inplace1(opFracInplace, x) }

// Signbit is true where the sign bit is set, on -0 too, elementwise.
func (x *Tensor) Signbit() *Tensor { return do1(opSignbit, x) }

// Sgn is Sign, and for complex numbers x / |x|, elementwise.
func (x *Tensor) Sgn() *Tensor { return do1(opSgn, x) }

// SgnInplace is Sgn into x itself.
func (x *Tensor) SgnInplace() *Tensor { return inplace1(opSgnInplace, x) }

// FloorInplace is Floor into x itself.
func (x *Tensor) FloorInplace() *Tensor { return inplace1(opFloorInplace, x) }

// CeilInplace is Ceil into x itself.
func (x *Tensor) CeilInplace() *Tensor { return inplace1(opCeilInplace, x) }

// RoundInplace is Round into x itself.
func (x *Tensor) RoundInplace() *Tensor { return inplace1(opRoundInplace, x) }

// SignInplace is Sign into x itself.
func (x *Tensor) SignInplace() *Tensor { return inplace1(opSignInplace, x) }

// NegInplace is Neg into x itself.
func (x *Tensor) NegInplace() *Tensor { return inplace1(opNegInplace, x) }

// AbsInplace is Abs into x itself.
func (x *Tensor) AbsInplace() *Tensor { return inplace1(opAbsInplace, x) }

// RoundTo is x rounded to a number of decimals; negative ones are places before
// the point. Halves go to the even side, elementwise.
func (x *Tensor) RoundTo(decimals int) *Tensor { return do(opRoundDecimals, x, decimals) }

// RoundToInplace is RoundTo into x itself.
func (x *Tensor) RoundToInplace(decimals int) *Tensor {
	doVoid(opRoundDecimalsI, x, decimals)
	return x
}

// Positive is x itself; of truth values it is an error.
func (x *Tensor) Positive() *Tensor { return do1(opPositive, x) }

// NanToNum replaces what is not finite: NaN by the first value, which is 0 where
// none is given, infinity by the second and -infinity by the third, which are the
// dtype's largest and smallest numbers.
func (x *Tensor) NanToNum(values ...float64) *Tensor {
	nan, high, low := threeFloats(values)
	return do(opNanToNum, x, nan, high, low)
}

// NanToNumInplace is NanToNum into x itself.
func (x *Tensor) NanToNumInplace(values ...float64) *Tensor {
	nan, high, low := threeFloats(values)
	doVoid(opNanToNumInplace, x, nan, high, low)
	return x
}

func threeFloats(vs []float64) (a, b, c any) {
	out := [3]any{}
	for i, v := range vs[:min(3, len(vs))] {
		out[i] = v
	}
	return out[0], out[1], out[2]
}

// Frexp splits x into a fraction of absolute value in [0.5, 1) and an exponent of
// 2, elementwise.
func (x *Tensor) Frexp() (mantissa, exponent *Tensor) { return do2(opFrexpTensor, x) }

// Ldexp is x * 2**other, elementwise.
func (x *Tensor) Ldexp(other *Tensor) *Tensor { return binary(opLdexpTensor, x, other) }

// LdexpInplace is Ldexp into x itself.
func (x *Tensor) LdexpInplace(other *Tensor) *Tensor { return inplace2(opLdexpInplace, x, other) }

// Nextafter is the number next to x in the direction of other, elementwise.
func (x *Tensor) Nextafter(other *Tensor) *Tensor { return binary(opNextafter, x, other) }

// NextafterInplace is Nextafter into x itself.
func (x *Tensor) NextafterInplace(other *Tensor) *Tensor {
	return inplace2(opNextafterInplace, x, other)
}
