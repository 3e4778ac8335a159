package torch

import "multitorch/internal/libtorch"

var (
	opWhere             = libtorch.NewOp("aten::where.self", "condition", "self", "other")
	opWhereScalarX      = libtorch.NewOp("aten::where.ScalarSelf", "condition", "self", "other")
	opWhereScalarY      = libtorch.NewOp("aten::where.ScalarOther", "condition", "self", "other")
	opWhereScalars      = libtorch.NewOp("aten::where.Scalar", "condition", "self", "other")
	opClamp             = libtorch.NewOp("aten::clamp", "self", "min", "max")
	opClampTensor       = libtorch.NewOp("aten::clamp.Tensor", "self", "min", "max")
	opClampInplace      = libtorch.NewOp("aten::clamp_", "self", "min", "max")
	opClampTensorI      = libtorch.NewOp("aten::clamp_.Tensor", "self", "min", "max")
	opMaskedFillScalar  = libtorch.NewOp("aten::masked_fill.Scalar", "self", "mask", "value")
	opMaskedFillTensor  = libtorch.NewOp("aten::masked_fill.Tensor", "self", "mask", "value")
	opMaskedFillScalarI = libtorch.NewOp("aten::masked_fill_.Scalar", "self", "mask", "value")
	opMaskedFillTensorI = libtorch.NewOp("aten::masked_fill_.Tensor", "self", "mask", "value")
	opFill              = libtorch.NewOp("aten::fill_.Scalar", "self", "value")
)

// Where takes elements of x where condition holds, and of y elsewhere. x and y are
// tensors or numbers.
func Where(condition *Tensor, x, y any) *Tensor {
	a, b := asTensor(x), asTensor(y)
	switch {
	case a != nil && b != nil:
		return do(opWhere, condition, a, b)
	case a != nil:
		return do(opWhereScalarY, condition, a, eitherNumber("where", y))
	case b != nil:
		return do(opWhereScalarX, condition, eitherNumber("where", x), b)
	}
	return do(opWhereScalars, condition, eitherNumber("where", x), eitherNumber("where", y))
}

// Clamp limits the elements to [low, high], two numbers or two tensors; nil leaves
// a side open. A tensor without dimensions that needs no gradient may stand beside a
// number, and is one.
func (x *Tensor) Clamp(low, high any) *Tensor {
	low, high = alike(low, high)
	if a, b, ok := tensorLimits("clamp", low, high); ok {
		return do(opClampTensor, x, a, b)
	}
	return do(opClamp, x, numberOrNil("clamp", low), numberOrNil("clamp", high))
}

// ClampInplace is Clamp into x itself.
func (x *Tensor) ClampInplace(low, high any) *Tensor {
	low, high = alike(low, high)
	if a, b, ok := tensorLimits("clamp_", low, high); ok {
		doVoid(opClampTensorI, x, a, b)
	} else {
		doVoid(opClampInplace, x, numberOrNil("clamp_", low), numberOrNil("clamp_", high))
	}
	return x
}

// alike makes a number of a limit that can be one, where the other is a number.
func alike(low, high any) (any, any) {
	a, b := asTensor(low), asTensor(high)
	switch {
	case a != nil && b == nil && high != nil:
		low = itemOf(a)
	case b != nil && a == nil && low != nil:
		high = itemOf(b)
	}
	return low, high
}

// itemOf is a tensor that Python takes for a number, as that, or else the tensor.
func itemOf(t *Tensor) any {
	if t.Dim() == 0 && !t.RequiresGrad() {
		return doValue(opItem, t)
	}
	return t
}

// tensorLimits reports whether the limits are tensors.
func tensorLimits(op string, low, high any) (a, b *Tensor, ok bool) {
	a, b = asTensor(low), asTensor(high)
	if a != nil && b == nil && high != nil || b != nil && a == nil && low != nil {
		panic(&Error{Op: op, Kind: TypeError, Message: "one limit is a tensor and the other a number: both must be the same"})
	}
	return a, b, a != nil || b != nil
}

func numberOrNil(op string, v any) any {
	if v == nil {
		return nil
	}
	return eitherNumber(op, v)
}

// MaskedFill is x with value where mask holds; the value is a number or a tensor
// without dimensions.
func (x *Tensor) MaskedFill(mask *Tensor, value any) *Tensor {
	if t := asTensor(value); t != nil {
		return do(opMaskedFillTensor, x, mask, t)
	}
	return do(opMaskedFillScalar, x, mask, eitherNumber("masked_fill", value))
}

// MaskedFillInplace is MaskedFill into x itself.
func (x *Tensor) MaskedFillInplace(mask *Tensor, value any) *Tensor {
	if t := asTensor(value); t != nil {
		doVoid(opMaskedFillTensorI, x, mask, t)
	} else {
		doVoid(opMaskedFillScalarI, x, mask, eitherNumber("masked_fill_", value))
	}
	return x
}

// FillInplace sets all elements to value, a number or a tensor without dimensions.
func (x *Tensor) FillInplace(value any) *Tensor {
	if t := asTensor(value); t != nil {
		doVoid(opFillTensor, x, t)
	} else {
		doVoid(opFill, x, eitherNumber("fill_", value))
	}
	return x
}
