package torch

import "multitorch/internal/libtorch"

// Angles are in radians.

var (
	opTan            = libtorch.NewOp("aten::tan")
	opTanInplace     = libtorch.NewOp("aten::tan_")
	opAsin           = libtorch.NewOp("aten::asin")
	opAsinInplace    = libtorch.NewOp("aten::asin_")
	opAcos           = libtorch.NewOp("aten::acos")
	opAcosInplace    = libtorch.NewOp("aten::acos_")
	opAtan           = libtorch.NewOp("aten::atan")
	opAtanInplace    = libtorch.NewOp("aten::atan_")
	opSinh           = libtorch.NewOp("aten::sinh")
	opSinhInplace    = libtorch.NewOp("aten::sinh_")
	opCosh           = libtorch.NewOp("aten::cosh")
	opCoshInplace    = libtorch.NewOp("aten::cosh_")
	opAsinh          = libtorch.NewOp("aten::asinh")
	opAsinhInplace   = libtorch.NewOp("aten::asinh_")
	opAcosh          = libtorch.NewOp("aten::acosh")
	opAcoshInplace   = libtorch.NewOp("aten::acosh_")
	opAtanh          = libtorch.NewOp("aten::atanh")
	opAtanhInplace   = libtorch.NewOp("aten::atanh_")
	opSinc           = libtorch.NewOp("aten::sinc")
	opSincInplace    = libtorch.NewOp("aten::sinc_")
	opDeg2rad        = libtorch.NewOp("aten::deg2rad")
	opDeg2radInplace = libtorch.NewOp("aten::deg2rad_")
	opRad2deg        = libtorch.NewOp("aten::rad2deg")
	opRad2degInplace = libtorch.NewOp("aten::rad2deg_")
	opSinInplace     = libtorch.NewOp("aten::sin_")
	opCosInplace     = libtorch.NewOp("aten::cos_")
	opTanhInplace    = libtorch.NewOp("aten::tanh_")
	opAtan2          = libtorch.NewOp("aten::atan2")
	opAtan2Inplace   = libtorch.NewOp("aten::atan2_")
	opHypot          = libtorch.NewOp("aten::hypot")
	opHypotInplace   = libtorch.NewOp("aten::hypot_")
)

// Tan is the tangent, elementwise.
func (x *Tensor) Tan() *Tensor { return do1(opTan, x) }

// TanInplace is Tan into x itself.
func (x *Tensor) TanInplace() *Tensor { return inplace1(opTanInplace, x) }

// Asin is the angle whose sine is x, elementwise.
func (x *Tensor) Asin() *Tensor { return do1(opAsin, x) }

// AsinInplace is Asin into x itself.
func (x *Tensor) AsinInplace() *Tensor { return inplace1(opAsinInplace, x) }

// Acos is the angle whose cosine is x, elementwise.
func (x *Tensor) Acos() *Tensor { return do1(opAcos, x) }

// AcosInplace is Acos into x itself.
func (x *Tensor) AcosInplace() *Tensor { return inplace1(opAcosInplace, x) }

// Atan is the angle whose tangent is x, elementwise.
func (x *Tensor) Atan() *Tensor { return do1(opAtan, x) }

// AtanInplace is Atan into x itself.
func (x *Tensor) AtanInplace() *Tensor { return inplace1(opAtanInplace, x) }

// Sinh is the hyperbolic sine, elementwise.
func (x *Tensor) Sinh() *Tensor { return do1(opSinh, x) }

// SinhInplace is Sinh into x itself.
func (x *Tensor) SinhInplace() *Tensor { return inplace1(opSinhInplace, x) }

// Cosh is the hyperbolic cosine, elementwise.
func (x *Tensor) Cosh() *Tensor { return do1(opCosh, x) }

// CoshInplace is Cosh into x itself.
func (x *Tensor) CoshInplace() *Tensor { return inplace1(opCoshInplace, x) }

// Asinh is the inverse of Sinh, elementwise.
func (x *Tensor) Asinh() *Tensor { return do1(opAsinh, x) }

// AsinhInplace is Asinh into x itself.
func (x *Tensor) AsinhInplace() *Tensor { return inplace1(opAsinhInplace, x) }

// Acosh is the inverse of Cosh, elementwise.
func (x *Tensor) Acosh() *Tensor { return do1(opAcosh, x) }

// AcoshInplace is Acosh into x itself.
func (x *Tensor) AcoshInplace() *Tensor { return inplace1(opAcoshInplace, x) }

// Atanh is the inverse of Tanh, elementwise.
func (x *Tensor) Atanh() *Tensor { return do1(opAtanh, x) }

// AtanhInplace is Atanh into x itself.
func (x *Tensor) AtanhInplace() *Tensor { return inplace1(opAtanhInplace, x) }

// Sinc is sin(pi*x) / (pi*x), and 1 at 0, elementwise.
func (x *Tensor) Sinc() *Tensor { return do1(opSinc, x) }

// SincInplace is Sinc into x itself.
func (x *Tensor) SincInplace() *Tensor { return inplace1(opSincInplace, x) }

// Deg2Rad is x degrees in radians, elementwise.
func (x *Tensor) Deg2Rad() *Tensor { return do1(opDeg2rad, x) }

// Deg2RadInplace is Deg2Rad into x itself.
func (x *Tensor) Deg2RadInplace() *Tensor { return inplace1(opDeg2radInplace, x) }

// Rad2Deg is x radians in degrees, elementwise.
func (x *Tensor) Rad2Deg() *Tensor { return do1(opRad2deg, x) }

// Rad2DegInplace is Rad2Deg into x itself.
func (x *Tensor) Rad2DegInplace() *Tensor { return inplace1(opRad2degInplace, x) }

// SinInplace is Sin into x itself.
func (x *Tensor) SinInplace() *Tensor { return inplace1(opSinInplace, x) }

// CosInplace is Cos into x itself.
func (x *Tensor) CosInplace() *Tensor { return inplace1(opCosInplace, x) }

// TanhInplace is Tanh into x itself.
func (x *Tensor) TanhInplace() *Tensor { return inplace1(opTanhInplace, x) }

// Atan2 is the angle of the point (other, x), elementwise.
func (x *Tensor) Atan2(other *Tensor) *Tensor { return binary(opAtan2, x, other) }

// Atan2Inplace is Atan2 into x itself.
func (x *Tensor) Atan2Inplace(other *Tensor) *Tensor { return inplace2(opAtan2Inplace, x, other) }

// Hypot is sqrt(x*x + other*other), elementwise.
func (x *Tensor) Hypot(other *Tensor) *Tensor { return binary(opHypot, x, other) }

// HypotInplace is Hypot into x itself.
func (x *Tensor) HypotInplace(other *Tensor) *Tensor { return inplace2(opHypotInplace, x, other) }

// inplace1 calls an operator that changes x, and returns x.
func inplace1(op *libtorch.Op, x *Tensor) *Tensor {
	doVoid(op, x)
	return x
}

// inplace2 is inplace1 with another tensor.
func inplace2(op *libtorch.Op, x, other *Tensor) *Tensor {
	doVoid(op, x, other)
	return x
}
