package torch

import "multitorch/internal/libtorch"

// The binary operators take a *Tensor or a Go number on the right, broadcast
// shapes and promote types as PyTorch does. Those named ...Inplace change x and
// return it, as PyTorch's add_ does.

// binaryOp is an operator in its overloads for a tensor and for a number. Python's
// add, sub, mul, div and floor_divide have the number made a tensor instead, one
// that does not count in type promotion, and so has the first overload do all: with
// another formula for the gradient than the second's, and other last bits.
type binaryOp struct {
	tensor *libtorch.Op
	scalar *libtorch.Op // nil where the number is made a tensor
}

func newBinary(name string) binaryOp {
	return binaryOp{libtorch.NewOp(name+".Tensor", "self", "other"), libtorch.NewOp(name+".Scalar", "self", "other")}
}

// newArithmetic is newBinary for operators that Python gives a number as a tensor.
func newArithmetic(name string) binaryOp {
	return binaryOp{tensor: libtorch.NewOp(name, "self", "other")}
}

func (b binaryOp) do(x *Tensor, other any) *Tensor {
	if y := asTensor(other); y != nil {
		return binary(b.tensor, x, y)
	}
	v := eitherNumber(b.tensor.Short, other)
	if b.scalar == nil {
		return withNumber(b.tensor, x, v)
	}
	return do(b.scalar, x, v)
}

func (b binaryOp) inplace(x *Tensor, other any) *Tensor {
	switch y := asTensor(other); {
	case y != nil:
		doVoid(b.tensor, x, y)
	case b.scalar == nil:
		doVoid(b.tensor, x, eitherNumber(b.tensor.Short, other))
	default:
		doVoid(b.scalar, x, eitherNumber(b.scalar.Short, other))
	}
	return x
}

// asTensor is the tensor that v is, or that it embeds as an nn.Parameter does;
// nil for anything else.
func asTensor(v any) *Tensor {
	if t, ok := v.(*Tensor); ok {
		return t
	}
	if e, ok := v.(interface{ itself() *Tensor }); ok {
		return e.itself()
	}
	return nil
}

func (x *Tensor) itself() *Tensor { return x }

// operand is a tensor or a number, for an operator that takes both in one place.
func operand(op string, v any) any {
	if t := asTensor(v); t != nil {
		return t
	}
	return eitherNumber(op, v)
}

var (
	opAdd, opAddInplace = newArithmetic("aten::add.Tensor"), newArithmetic("aten::add_.Tensor")
	opSub, opSubInplace = newArithmetic("aten::sub.Tensor"), newArithmetic("aten::sub_.Tensor")
	opMul, opMulInplace = newArithmetic("aten::mul.Tensor"), newArithmetic("aten::mul_.Tensor")
	opDiv, opDivInplace = newArithmetic("aten::div.Tensor"), newArithmetic("aten::div_.Tensor")
	opEq, opNe          = newBinary("aten::eq"), newBinary("aten::ne")
	opLt, opLe          = newBinary("aten::lt"), newBinary("aten::le")
	opGt, opGe          = newBinary("aten::gt"), newBinary("aten::ge")
	opPow               = binaryOp{
		libtorch.NewOp("aten::pow.Tensor_Tensor", "self", "exponent"),
		libtorch.NewOp("aten::pow.Tensor_Scalar", "self", "exponent"),
	}
	opFloorDiv  = newArithmetic("aten::floor_divide")
	opRemainder = newBinary("aten::remainder")
	opMaximum   = libtorch.NewOp("aten::maximum", "self", "other")
	opMinimum   = libtorch.NewOp("aten::minimum", "self", "other")
	opMatmul    = libtorch.NewOp("aten::matmul", "self", "other")
	opAnd       = libtorch.NewOp("aten::logical_and", "self", "other")
	opOr        = libtorch.NewOp("aten::logical_or", "self", "other")
	opNot       = libtorch.NewOp("aten::logical_not", "self")
	opAddcmul   = libtorch.NewOp("aten::addcmul_", "self", "tensor1", "tensor2", "value")
	opAddcdiv   = libtorch.NewOp("aten::addcdiv_", "self", "tensor1", "tensor2", "value")
	opAddAlpha  = libtorch.NewOp("aten::add.Tensor", "self", "other", "alpha")
	opAddAlpha_ = libtorch.NewOp("aten::add_.Tensor", "self", "other", "alpha")
	opZero      = libtorch.NewOp("aten::zero_", "self")
	opCopy      = libtorch.NewOp("aten::copy_", "self", "src", "non_blocking")
	opAllclose  = libtorch.NewOp("aten::allclose", "self", "other", "rtol", "atol")
	opEqual     = libtorch.NewOp("aten::equal", "self", "other")
)

// Add is x + other.
func (x *Tensor) Add(other any) *Tensor { return opAdd.do(x, other) }

// AddInplace is Add into x itself.
func (x *Tensor) AddInplace(other any) *Tensor { return opAddInplace.inplace(x, other) }

// Sub is x - other.
func (x *Tensor) Sub(other any) *Tensor { return opSub.do(x, other) }

// SubInplace is Sub into x itself.
func (x *Tensor) SubInplace(other any) *Tensor { return opSubInplace.inplace(x, other) }

// Mul is x * other.
func (x *Tensor) Mul(other any) *Tensor { return opMul.do(x, other) }

// MulInplace is Mul into x itself.
func (x *Tensor) MulInplace(other any) *Tensor { return opMulInplace.inplace(x, other) }

// Div is x / other: true division, as in Python.
func (x *Tensor) Div(other any) *Tensor { return opDiv.do(x, other) }

// DivInplace is Div into x itself.
func (x *Tensor) DivInplace(other any) *Tensor { return opDivInplace.inplace(x, other) }

// Pow is x to the power of other.
func (x *Tensor) Pow(other any) *Tensor { return opPow.do(x, other) }

// FloorDiv is x // other, rounded down.
func (x *Tensor) FloorDiv(other any) *Tensor { return opFloorDiv.do(x, other) }

// Remainder is x % other, with other's sign as in Python.
func (x *Tensor) Remainder(other any) *Tensor { return opRemainder.do(x, other) }

// Eq is x == other, elementwise.
func (x *Tensor) Eq(other any) *Tensor { return opEq.do(x, other) }

// Ne is x != other, elementwise.
func (x *Tensor) Ne(other any) *Tensor { return opNe.do(x, other) }

// Lt is x < other, elementwise.
func (x *Tensor) Lt(other any) *Tensor { return opLt.do(x, other) }

// Le is x <= other, elementwise.
func (x *Tensor) Le(other any) *Tensor { return opLe.do(x, other) }

// Gt is x > other, elementwise.
func (x *Tensor) Gt(other any) *Tensor { return opGt.do(x, other) }

// Ge is x >= other, elementwise.
func (x *Tensor) Ge(other any) *Tensor { return opGe.do(x, other) }

// Maximum is the larger of two tensors, elementwise.
func (x *Tensor) Maximum(other *Tensor) *Tensor { return binary(opMaximum, x, other) }

// Minimum is the smaller of two tensors, elementwise.
func (x *Tensor) Minimum(other *Tensor) *Tensor { return binary(opMinimum, x, other) }

// Matmul is the matrix product, with batches as torch.matmul has them.
func (x *Tensor) Matmul(other *Tensor) *Tensor { return binary(opMatmul, x, other) }

// And is x && other, elementwise.
func (x *Tensor) And(other *Tensor) *Tensor { return binary(opAnd, x, other) }

// Or is x || other, elementwise.
func (x *Tensor) Or(other *Tensor) *Tensor { return binary(opOr, x, other) }

// Not is !x, elementwise.
func (x *Tensor) Not() *Tensor { return do1(opNot, x) }

// AddScaled is x + alpha*other, alpha a number; for integers it must be an int.
func (x *Tensor) AddScaled(other, alpha any) *Tensor {
	return do(opAddAlpha, x, operand("add", other), number("add", alpha))
}

// AddScaledInplace is x += alpha*other, as AddScaled.
func (x *Tensor) AddScaledInplace(other, alpha any) *Tensor {
	doVoid(opAddAlpha_, x, operand("add_", other), number("add_", alpha))
	return x
}

// AddcmulInplace is x += value*a*b, value a number, 1 unless it is given; for integers it must be an int.
func (x *Tensor) AddcmulInplace(a, b *Tensor, value ...any) *Tensor {
	doVoid(opAddcmul, x, a, b, number("addcmul_", orDefault("addcmul_", value, 1)))
	return x
}

// AddcdivInplace is x += value*a/b, value a number, 1 unless it is given.
func (x *Tensor) AddcdivInplace(a, b *Tensor, value ...any) *Tensor {
	doVoid(opAddcdiv, x, a, b, number("addcdiv_", orDefault("addcdiv_", value, 1)))
	return x
}

// ZeroInplace sets all elements to 0.
func (x *Tensor) ZeroInplace() *Tensor {
	doVoid(opZero, x)
	return x
}

// CopyInplace copies src's elements into x, converting them and broadcasting.
func (x *Tensor) CopyInplace(src *Tensor) *Tensor {
	doVoid(opCopy, x, src, false)
	return x
}

// Allclose reports whether |x-y| <= atol + rtol*|y| everywhere.
func Allclose(x, y *Tensor, rtol, atol float64) bool {
	return doValue(opAllclose, x, y, rtol, atol).(bool)
}

// Equal reports whether shapes and elements are the same.
func Equal(x, y *Tensor) bool { return doValue(opEqual, x, y).(bool) }
