package torch

import "multitorch/internal/libtorch"

var (
	opFloatPowerTensorTensor = libtorch.NewOp("aten::float_power.Tensor_Tensor")
	opFloatPowerTensorScalar = libtorch.NewOp("aten::float_power.Tensor_Scalar")
	opFloatPowerTensorI      = libtorch.NewOp("aten::float_power_.Tensor")
	opFloatPowerScalarI      = libtorch.NewOp("aten::float_power_.Scalar")
	opPowTensorI             = libtorch.NewOp("aten::pow_.Tensor")
	opPowScalarI             = libtorch.NewOp("aten::pow_.Scalar")
	opDivMode                = libtorch.NewOp("aten::div.Tensor_mode", "self", "other", "rounding_mode")
	opGcd                    = libtorch.NewOp("aten::gcd")
	opGcdInplace             = libtorch.NewOp("aten::gcd_")
	opLcm                    = libtorch.NewOp("aten::lcm")
	opLcmInplace             = libtorch.NewOp("aten::lcm_")
	opHeaviside              = libtorch.NewOp("aten::heaviside")
	opHeavisideInplace       = libtorch.NewOp("aten::heaviside_")
	opLerpTensor             = libtorch.NewOp("aten::lerp.Tensor")
	opLerpScalar             = libtorch.NewOp("aten::lerp.Scalar")
	opLerpTensorI            = libtorch.NewOp("aten::lerp_.Tensor")
	opLerpScalarI            = libtorch.NewOp("aten::lerp_.Scalar")
	opAddcmulX               = libtorch.NewOp("aten::addcmul", "self", "tensor1", "tensor2", "value")
	opAddcdivX               = libtorch.NewOp("aten::addcdiv", "self", "tensor1", "tensor2", "value")
	opFmax                   = libtorch.NewOp("aten::fmax")
	opFmin                   = libtorch.NewOp("aten::fmin")
)

var (
	opFmod, opFmodInplace         = newBinary("aten::fmod"), newBinary("aten::fmod_")
	opRemainderInplace            = newBinary("aten::remainder_")
	opFloatPow                    = binaryOp{opFloatPowerTensorTensor, opFloatPowerTensorScalar}
	opFloatPowInplace             = binaryOp{opFloatPowerTensorI, opFloatPowerScalarI}
	opPowInplace                  = binaryOp{opPowTensorI, opPowScalarI}
	opFloorDivInplace             = newArithmetic("aten::floor_divide_.Tensor")
	opCopysign, opCopysignInplace = newBinary("aten::copysign"), newBinary("aten::copysign_")
	opEqInplace, opNeInplace      = newBinary("aten::eq_"), newBinary("aten::ne_")
	opLtInplace, opLeInplace      = newBinary("aten::lt_"), newBinary("aten::le_")
	opGtInplace, opGeInplace      = newBinary("aten::gt_"), newBinary("aten::ge_")
)

// PowInplace is Pow into x itself.
func (x *Tensor) PowInplace(other any) *Tensor { return opPowInplace.inplace(x, other) }

// FloatPower is Pow in double precision.
func (x *Tensor) FloatPower(other any) *Tensor { return opFloatPow.do(x, other) }

// FloatPowerInplace is FloatPower into x itself, which must be double.
func (x *Tensor) FloatPowerInplace(other any) *Tensor { return opFloatPowInplace.inplace(x, other) }

// FloorDivInplace is FloorDiv into x itself.
func (x *Tensor) FloorDivInplace(other any) *Tensor { return opFloorDivInplace.inplace(x, other) }

// TruncDiv is x / other, rounded to zero: div with rounding_mode="trunc".
func (x *Tensor) TruncDiv(other any) *Tensor { return do(opDivMode, x, operand("div", other), "trunc") }

// RemainderInplace is Remainder into x itself.
func (x *Tensor) RemainderInplace(other any) *Tensor { return opRemainderInplace.inplace(x, other) }

// Fmod is the remainder of x / other with x's sign, as in C and Go.
func (x *Tensor) Fmod(other any) *Tensor { return opFmod.do(x, other) }

// FmodInplace is Fmod into x itself.
func (x *Tensor) FmodInplace(other any) *Tensor { return opFmodInplace.inplace(x, other) }

// Copysign is |x| with other's sign, elementwise.
func (x *Tensor) Copysign(other any) *Tensor { return opCopysign.do(x, other) }

// CopysignInplace is Copysign into x itself.
func (x *Tensor) CopysignInplace(other any) *Tensor { return opCopysignInplace.inplace(x, other) }

// Gcd is the greatest common divisor, elementwise.
func (x *Tensor) Gcd(other *Tensor) *Tensor { return binary(opGcd, x, other) }

// GcdInplace is Gcd into x itself.
func (x *Tensor) GcdInplace(other *Tensor) *Tensor { return inplace2(opGcdInplace, x, other) }

// Lcm is the least common multiple, elementwise.
func (x *Tensor) Lcm(other *Tensor) *Tensor { return binary(opLcm, x, other) }

// LcmInplace is Lcm into x itself.
func (x *Tensor) LcmInplace(other *Tensor) *Tensor { return inplace2(opLcmInplace, x, other) }

// Heaviside is 0 where x < 0, 1 where x > 0, and values where x is 0.
func (x *Tensor) Heaviside(values *Tensor) *Tensor { return binary(opHeaviside, x, values) }

// HeavisideInplace is Heaviside into x itself.
func (x *Tensor) HeavisideInplace(values *Tensor) *Tensor {
	return inplace2(opHeavisideInplace, x, values)
}

// Lerp is x + weight*(end-x); the weight is a number or a tensor.
func (x *Tensor) Lerp(end *Tensor, weight any) *Tensor {
	if w := asTensor(weight); w != nil {
		return do(opLerpTensor, x, end, w)
	}
	return do(opLerpScalar, x, end, eitherNumber("lerp", weight))
}

// LerpInplace is Lerp into x itself.
func (x *Tensor) LerpInplace(end *Tensor, weight any) *Tensor {
	if w := asTensor(weight); w != nil {
		doVoid(opLerpTensorI, x, end, w)
	} else {
		doVoid(opLerpScalarI, x, end, eitherNumber("lerp_", weight))
	}
	return x
}

// Addcmul is x + value*a*b, value a number, 1 unless it is given; for integers it must be an int.
func (x *Tensor) Addcmul(a, b *Tensor, value ...any) *Tensor {
	return do(opAddcmulX, x, a, b, number("addcmul", orDefault("addcmul", value, 1)))
}

// Addcdiv is x + value*a/b, value a number, 1 unless it is given.
func (x *Tensor) Addcdiv(a, b *Tensor, value ...any) *Tensor {
	return do(opAddcdivX, x, a, b, number("addcdiv", orDefault("addcdiv", value, 1)))
}

// Fmax is Maximum that prefers numbers to NaN.
func (x *Tensor) Fmax(other *Tensor) *Tensor { return binary(opFmax, x, other) }

// Fmin is Minimum that prefers numbers to NaN.
func (x *Tensor) Fmin(other *Tensor) *Tensor { return binary(opFmin, x, other) }

// EqInplace is Eq into x itself, whose dtype stays.
func (x *Tensor) EqInplace(other any) *Tensor { return opEqInplace.inplace(x, other) }

// NeInplace is Ne into x itself, whose dtype stays.
func (x *Tensor) NeInplace(other any) *Tensor { return opNeInplace.inplace(x, other) }

// LtInplace is Lt into x itself, whose dtype stays.
func (x *Tensor) LtInplace(other any) *Tensor { return opLtInplace.inplace(x, other) }

// LeInplace is Le into x itself, whose dtype stays.
func (x *Tensor) LeInplace(other any) *Tensor { return opLeInplace.inplace(x, other) }

// GtInplace is Gt into x itself, whose dtype stays.
func (x *Tensor) GtInplace(other any) *Tensor { return opGtInplace.inplace(x, other) }

// GeInplace is Ge into x itself, whose dtype stays.
func (x *Tensor) GeInplace(other any) *Tensor { return opGeInplace.inplace(x, other) }
