package torch

import (
	"multitorch/internal/libtorch"
	"multitorch/internal/version"
)

// The reversed operators have the number on the left, and are what Python's
// __rsub__ and its like call: not always what the name makes one expect. A tensor on the
// left is no number, whatever its shape: that is v.Sub(x).

var (
	opRsub       = libtorch.NewOp("aten::rsub.Scalar", "self", "other")
	opPowScalar  = libtorch.NewOp("aten::pow.Scalar", "self", "exponent")
	opModScalar  = libtorch.NewOp("aten::remainder.Scalar_Tensor", "self", "other")
	opLeftOf     = libtorch.NewOp("aten::bitwise_left_shift.Scalar_Tensor", "self", "other")
	opRightOf    = libtorch.NewOp("aten::bitwise_right_shift.Scalar_Tensor", "self", "other")
	opResultType = libtorch.NewOp("aten::result_type.Scalar_Tensor", "scalar", "tensor")
)

// RSub is v - x, v a number.
func (x *Tensor) RSub(v any) *Tensor { return do(opRsub, x, goNumber("rsub", v)) }

// RDiv is v / x, v a number: the reciprocal times v, as in Python.
func (x *Tensor) RDiv(v any) *Tensor { return x.Reciprocal().Mul(goNumber("rdiv", v)) }

// RFloorDiv is v // x, v a number, rounded down.
func (x *Tensor) RFloorDiv(v any) *Tensor {
	return do(opFloorDiv.tensor, goNumber("floor_divide", v), x)
}

// RRemainder is v % x, v a number, with x's sign as in Python.
func (x *Tensor) RRemainder(v any) *Tensor { return do(opModScalar, goNumber("remainder", v), x) }

// RPow is v to the power of x, v a number. As in Python, libtorch before 2.1 computes
// it with a tensor of v, of the result's dtype.
func (x *Tensor) RPow(v any) *Tensor {
	v = goNumber("rpow", v)
	if version.AtLeast(Version(), 2, 1) {
		return do(opPowScalar, v, x)
	}
	base := New(v, DType(doValue(opResultType, v, x).(int64)), x.Device())
	defer base.Free()
	return base.Pow(x)
}

// RBitwiseLeftShift is v << x, v an integer.
func (x *Tensor) RBitwiseLeftShift(v any) *Tensor { return do(opLeftOf, goNumber("lshift", v), x) }

// RBitwiseRightShift is v >> x, v an integer.
func (x *Tensor) RBitwiseRightShift(v any) *Tensor { return do(opRightOf, goNumber("rshift", v), x) }
