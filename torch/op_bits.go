package torch

import "multitorch/internal/libtorch"

// The bit operators work on integers and truth values.

var (
	opBitwiseLeftShiftTensor         = libtorch.NewOp("aten::bitwise_left_shift.Tensor")
	opBitwiseLeftShiftTensorScalar   = libtorch.NewOp("aten::bitwise_left_shift.Tensor_Scalar")
	opBitwiseLeftShiftTensorI        = libtorch.NewOp("aten::bitwise_left_shift_.Tensor")
	opBitwiseLeftShiftTensorScalarI  = libtorch.NewOp("aten::bitwise_left_shift_.Tensor_Scalar")
	opBitwiseRightShiftTensor        = libtorch.NewOp("aten::bitwise_right_shift.Tensor")
	opBitwiseRightShiftTensorScalar  = libtorch.NewOp("aten::bitwise_right_shift.Tensor_Scalar")
	opBitwiseRightShiftTensorI       = libtorch.NewOp("aten::bitwise_right_shift_.Tensor")
	opBitwiseRightShiftTensorScalarI = libtorch.NewOp("aten::bitwise_right_shift_.Tensor_Scalar")
	opBitwiseNot                     = libtorch.NewOp("aten::bitwise_not")
	opBitwiseNotInplace              = libtorch.NewOp("aten::bitwise_not_")
)

var (
	opBitAnd, opBitAndInplace = newBinary("aten::bitwise_and"), newBinary("aten::bitwise_and_")
	opBitOr, opBitOrInplace   = newBinary("aten::bitwise_or"), newBinary("aten::bitwise_or_")
	opBitXor, opBitXorInplace = newBinary("aten::bitwise_xor"), newBinary("aten::bitwise_xor_")
	opShiftLeft               = binaryOp{opBitwiseLeftShiftTensor, opBitwiseLeftShiftTensorScalar}
	opShiftLeftInplace        = binaryOp{opBitwiseLeftShiftTensorI, opBitwiseLeftShiftTensorScalarI}
	opShiftRight              = binaryOp{opBitwiseRightShiftTensor, opBitwiseRightShiftTensorScalar}
	opShiftRightInplace       = binaryOp{opBitwiseRightShiftTensorI, opBitwiseRightShiftTensorScalarI}
)

// BitwiseNot is ^x, elementwise.
func (x *Tensor) BitwiseNot() *Tensor { return do1(opBitwiseNot, x) }

// BitwiseNotInplace is BitwiseNot into x itself.
func (x *Tensor) BitwiseNotInplace() *Tensor { return inplace1(opBitwiseNotInplace, x) }

// BitwiseAnd is x & other, elementwise.
func (x *Tensor) BitwiseAnd(other any) *Tensor { return opBitAnd.do(x, other) }

// BitwiseAndInplace is BitwiseAnd into x itself.
func (x *Tensor) BitwiseAndInplace(other any) *Tensor { return opBitAndInplace.inplace(x, other) }

// BitwiseOr is x | other, elementwise.
func (x *Tensor) BitwiseOr(other any) *Tensor { return opBitOr.do(x, other) }

// BitwiseOrInplace is BitwiseOr into x itself.
func (x *Tensor) BitwiseOrInplace(other any) *Tensor { return opBitOrInplace.inplace(x, other) }

// BitwiseXor is x ^ other, elementwise.
func (x *Tensor) BitwiseXor(other any) *Tensor { return opBitXor.do(x, other) }

// BitwiseXorInplace is BitwiseXor into x itself.
func (x *Tensor) BitwiseXorInplace(other any) *Tensor { return opBitXorInplace.inplace(x, other) }

// BitwiseLeftShift is x << other, elementwise.
func (x *Tensor) BitwiseLeftShift(other any) *Tensor { return opShiftLeft.do(x, other) }

// BitwiseLeftShiftInplace is BitwiseLeftShift into x itself.
func (x *Tensor) BitwiseLeftShiftInplace(other any) *Tensor {
	return opShiftLeftInplace.inplace(x, other)
}

// BitwiseRightShift is x >> other, elementwise; the sign stays.
func (x *Tensor) BitwiseRightShift(other any) *Tensor { return opShiftRight.do(x, other) }

// BitwiseRightShiftInplace is BitwiseRightShift into x itself.
func (x *Tensor) BitwiseRightShiftInplace(other any) *Tensor {
	return opShiftRightInplace.inplace(x, other)
}
