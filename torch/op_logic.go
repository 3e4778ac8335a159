package torch

import "multitorch/internal/libtorch"

var (
	opIsinf             = libtorch.NewOp("aten::isinf")
	opIsposinf          = libtorch.NewOp("aten::isposinf")
	opIsneginf          = libtorch.NewOp("aten::isneginf")
	opIsreal            = libtorch.NewOp("aten::isreal")
	opLogicalXor        = libtorch.NewOp("aten::logical_xor")
	opLogicalAndInplace = libtorch.NewOp("aten::logical_and_")
	opLogicalOrInplace  = libtorch.NewOp("aten::logical_or_")
	opLogicalXorInplace = libtorch.NewOp("aten::logical_xor_")
	opLogicalNotInplace = libtorch.NewOp("aten::logical_not_")
	opIsclose           = libtorch.NewOp("aten::isclose")
	opIsinTensorTensor  = libtorch.NewOp("aten::isin.Tensor_Tensor")
	opIsinTensorScalar  = libtorch.NewOp("aten::isin.Tensor_Scalar")
	opIsSameSize        = libtorch.NewOp("aten::is_same_size")
	opWhereX            = libtorch.NewOp("aten::where")
)

// IsInf is true where x is infinite, elementwise.
func (x *Tensor) IsInf() *Tensor { return do1(opIsinf, x) }

// IsPosInf is true where x is +infinity, elementwise.
func (x *Tensor) IsPosInf() *Tensor { return do1(opIsposinf, x) }

// IsNegInf is true where x is -infinity, elementwise.
func (x *Tensor) IsNegInf() *Tensor { return do1(opIsneginf, x) }

// IsReal is true where x has no imaginary part, elementwise.
func (x *Tensor) IsReal() *Tensor { return do1(opIsreal, x) }

// Xor is true where one of x and other is, and not both.
func (x *Tensor) Xor(other *Tensor) *Tensor { return binary(opLogicalXor, x, other) }

// AndInplace is And into x itself.
func (x *Tensor) AndInplace(other *Tensor) *Tensor { return inplace2(opLogicalAndInplace, x, other) }

// OrInplace is Or into x itself.
func (x *Tensor) OrInplace(other *Tensor) *Tensor { return inplace2(opLogicalOrInplace, x, other) }

// XorInplace is Xor into x itself.
func (x *Tensor) XorInplace(other *Tensor) *Tensor { return inplace2(opLogicalXorInplace, x, other) }

// NotInplace is Not into x itself.
func (x *Tensor) NotInplace() *Tensor { return inplace1(opLogicalNotInplace, x) }

// Isclose is true where |x-other| <= atol + rtol*|other|. PyTorch's defaults are
// 1e-5 and 1e-8. NaN is close to NaN only with equalNaN.
func (x *Tensor) Isclose(other *Tensor, rtol, atol float64, equalNaN bool) *Tensor {
	return do(opIsclose, x, other, rtol, atol, equalNaN)
}

// IsIn is true where an element is one of those of another tensor, or a number.
func (x *Tensor) IsIn(elements any) *Tensor {
	if t := asTensor(elements); t != nil {
		return do(opIsinTensorTensor, x, t)
	}
	return do(opIsinTensorScalar, x, eitherNumber("isin", elements))
}

// IsNonzero reports whether the only element is not zero.
func (x *Tensor) IsNonzero() bool { return x.one("IsNonzero").Item() != 0 }

// IsSameSize reports whether the shapes are the same.
func (x *Tensor) IsSameSize(other *Tensor) bool { return doValue(opIsSameSize, x, other).(bool) }

// WhereIndices is the indices where x is not zero, one tensor a dimension: what
// torch.where does with a condition alone.
func (x *Tensor) WhereIndices() []*Tensor { return doList(opWhereX, x) }
