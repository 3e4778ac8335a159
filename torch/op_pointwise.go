package torch

import "multitorch/internal/libtorch"

var (
	opNeg        = libtorch.NewOp("aten::neg", "self")
	opAbs        = libtorch.NewOp("aten::abs", "self")
	opSqrt       = libtorch.NewOp("aten::sqrt", "self")
	opRsqrt      = libtorch.NewOp("aten::rsqrt", "self")
	opExp        = libtorch.NewOp("aten::exp", "self")
	opLog        = libtorch.NewOp("aten::log", "self")
	opLog1p      = libtorch.NewOp("aten::log1p", "self")
	opSin        = libtorch.NewOp("aten::sin", "self")
	opCos        = libtorch.NewOp("aten::cos", "self")
	opTanh       = libtorch.NewOp("aten::tanh", "self")
	opSigmoid    = libtorch.NewOp("aten::sigmoid", "self")
	opReLU       = libtorch.NewOp("aten::relu", "self")
	opFloor      = libtorch.NewOp("aten::floor", "self")
	opCeil       = libtorch.NewOp("aten::ceil", "self")
	opRound      = libtorch.NewOp("aten::round", "self")
	opReciprocal = libtorch.NewOp("aten::reciprocal", "self")
	opSign       = libtorch.NewOp("aten::sign", "self")
	opSquare     = libtorch.NewOp("aten::square", "self")
	opIsNaN      = libtorch.NewOp("aten::isnan", "self")
	opIsFinite   = libtorch.NewOp("aten::isfinite", "self")
)

// Neg is -x, elementwise.
func (x *Tensor) Neg() *Tensor { return do1(opNeg, x) }

// Abs is the absolute value, elementwise.
func (x *Tensor) Abs() *Tensor { return do1(opAbs, x) }

// Sqrt is the square root, elementwise.
func (x *Tensor) Sqrt() *Tensor { return do1(opSqrt, x) }

// Rsqrt is 1 / sqrt(x), elementwise.
func (x *Tensor) Rsqrt() *Tensor { return do1(opRsqrt, x) }

// Exp is e to the power of x, elementwise.
func (x *Tensor) Exp() *Tensor { return do1(opExp, x) }

// Log is the natural logarithm, elementwise.
func (x *Tensor) Log() *Tensor { return do1(opLog, x) }

// Log1p is log(1 + x), elementwise.
func (x *Tensor) Log1p() *Tensor { return do1(opLog1p, x) }

// Sin is the sine, elementwise.
func (x *Tensor) Sin() *Tensor { return do1(opSin, x) }

// Cos is the cosine, elementwise.
func (x *Tensor) Cos() *Tensor { return do1(opCos, x) }

// Tanh is the hyperbolic tangent, elementwise.
func (x *Tensor) Tanh() *Tensor { return do1(opTanh, x) }

// Sigmoid is 1 / (1 + exp(-x)), elementwise.
func (x *Tensor) Sigmoid() *Tensor { return do1(opSigmoid, x) }

// ReLU is max(x, 0), elementwise.
func (x *Tensor) ReLU() *Tensor { return do1(opReLU, x) }

// Floor is x rounded down, elementwise.
func (x *Tensor) Floor() *Tensor { return do1(opFloor, x) }

// Ceil is x rounded up, elementwise.
func (x *Tensor) Ceil() *Tensor { return do1(opCeil, x) }

// Round is x rounded to the nearest integer, halves to the even one, elementwise.
func (x *Tensor) Round() *Tensor { return do1(opRound, x) }

// Reciprocal is 1 / x, elementwise.
func (x *Tensor) Reciprocal() *Tensor { return do1(opReciprocal, x) }

// Sign is -1, 0 or 1, elementwise.
func (x *Tensor) Sign() *Tensor { return do1(opSign, x) }

// Square is x * x, elementwise.
func (x *Tensor) Square() *Tensor { return do1(opSquare, x) }

// IsNaN is true where x is not a number, elementwise.
func (x *Tensor) IsNaN() *Tensor { return do1(opIsNaN, x) }

// IsFinite is true where x is neither infinite nor NaN, elementwise.
func (x *Tensor) IsFinite() *Tensor { return do1(opIsFinite, x) }
