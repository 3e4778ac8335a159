package torch

import "multitorch/internal/libtorch"

var (
	opAngle               = libtorch.NewOp("aten::angle")
	opConjugate           = libtorch.NewOp("aten::conj")
	opConjPhysical        = libtorch.NewOp("aten::conj_physical")
	opConjPhysicalInplace = libtorch.NewOp("aten::conj_physical_")
	opConjResolved        = libtorch.NewOp("aten::resolve_conj")
	opNegResolved         = libtorch.NewOp("aten::resolve_neg")
	opImag                = libtorch.NewOp("aten::imag")
	opViewAsReal          = libtorch.NewOp("aten::view_as_real")
	opViewAsComplex       = libtorch.NewOp("aten::view_as_complex")
	opAdjoint             = libtorch.NewOp("aten::adjoint")
	opMH                  = libtorch.NewOp("aten::mH")
	opMT                  = libtorch.NewOp("aten::mT")
	opReal                = libtorch.NewOp("aten::real")
	opComplex             = libtorch.NewOp("aten::complex")
	opPolar               = libtorch.NewOp("aten::polar")
	opIsConj              = libtorch.NewOp("aten::is_conj")
	opIsNeg               = libtorch.NewOp("aten::is_neg")
	opIsSigned            = libtorch.NewOp("aten::is_signed")
)

// Angle is the angle of complex numbers in radians, elementwise.
func (x *Tensor) Angle() *Tensor { return do1(opAngle, x) }

// Conj is the complex conjugate; a view that is computed when it is read.
func (x *Tensor) Conj() *Tensor { return do1(opConjugate, x) }

// ConjPhysical is the complex conjugate, computed at once.
func (x *Tensor) ConjPhysical() *Tensor { return do1(opConjPhysical, x) }

// ConjPhysicalInplace is ConjPhysical into x itself.
func (x *Tensor) ConjPhysicalInplace() *Tensor { return inplace1(opConjPhysicalInplace, x) }

// ResolveConj is x with a pending conjugation done.
func (x *Tensor) ResolveConj() *Tensor { return do1(opConjResolved, x) }

// ResolveNeg is x with a pending negation done.
func (x *Tensor) ResolveNeg() *Tensor { return do1(opNegResolved, x) }

// Imag is the imaginary parts; a view.
func (x *Tensor) Imag() *Tensor { return do1(opImag, x) }

// ViewAsReal is a complex tensor as real numbers, with a last dimension of size 2; a view.
func (x *Tensor) ViewAsReal() *Tensor { return do1(opViewAsReal, x) }

// ViewAsComplex is real numbers with a last dimension of size 2 as a complex tensor; a view.
func (x *Tensor) ViewAsComplex() *Tensor { return do1(opViewAsComplex, x) }

// Adjoint is the conjugate transpose of the last two dimensions; a view.
func (x *Tensor) Adjoint() *Tensor { return do1(opAdjoint, x) }

// MH is Adjoint.
func (x *Tensor) MH() *Tensor { return do1(opMH, x) }

// MT is the last two dimensions swapped; a view.
func (x *Tensor) MT() *Tensor { return do1(opMT, x) }

// Real is the real parts: a view, and x itself where it is real.
func (x *Tensor) Real() *Tensor { return do1(opReal, x) }

// Complex puts complex numbers together from their real and imaginary parts.
func Complex(re, im *Tensor) *Tensor { return binary(opComplex, re, im) }

// Polar puts complex numbers together from their absolute values and angles.
func Polar(abs, angle *Tensor) *Tensor { return binary(opPolar, abs, angle) }

// IsConj reports whether a conjugation is pending.
func (x *Tensor) IsConj() bool { return doValue(opIsConj, x).(bool) }

// IsNeg reports whether a negation is pending.
func (x *Tensor) IsNeg() bool { return doValue(opIsNeg, x).(bool) }

// IsComplex reports whether the elements are complex numbers.
func (x *Tensor) IsComplex() bool { return x.DType().IsComplex() }

// IsFloatingPoint reports whether the elements are real floating-point numbers.
func (x *Tensor) IsFloatingPoint() bool { return x.DType().IsFloatingPoint() }

// IsSigned reports whether the elements can be negative.
func (x *Tensor) IsSigned() bool { return doValue(opIsSigned, x).(bool) }
