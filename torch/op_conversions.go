package torch

import "multitorch/internal/libtorch"

var (
	opResultTypeTensor = libtorch.NewOp("aten::result_type.Tensor")
	opResultTypeScalar = libtorch.NewOp("aten::result_type.Scalar")
	opPromoteTypes     = libtorch.NewOp("aten::promote_types")
	opCanCast          = libtorch.NewOp("aten::can_cast")
)

// Float is x as Float32.
func (x *Tensor) Float() *Tensor { return x.To(Float32) }

// Double is x as Float64.
func (x *Tensor) Double() *Tensor { return x.To(Float64) }

// Half is x as Float16.
func (x *Tensor) Half() *Tensor { return x.To(Float16) }

// BFloat16 is x as BFloat16.
func (x *Tensor) BFloat16() *Tensor { return x.To(BFloat16) }

// Long is x as Int64.
func (x *Tensor) Long() *Tensor { return x.To(Int64) }

// Int is x as Int32.
func (x *Tensor) Int() *Tensor { return x.To(Int32) }

// Short is x as Int16.
func (x *Tensor) Short() *Tensor { return x.To(Int16) }

// Char is x as Int8.
func (x *Tensor) Char() *Tensor { return x.To(Int8) }

// Byte is x as Uint8.
func (x *Tensor) Byte() *Tensor { return x.To(Uint8) }

// Bool is x as Bool: true where it is not zero.
func (x *Tensor) Bool() *Tensor { return x.To(Bool) }

// CFloat is x as Complex64.
func (x *Tensor) CFloat() *Tensor { return x.To(Complex64) }

// CDouble is x as Complex128.
func (x *Tensor) CDouble() *Tensor { return x.To(Complex128) }

// CPU is x on the CPU.
func (x *Tensor) CPU() *Tensor { return x.To(CPU) }

// CUDA is x on the current GPU.
func (x *Tensor) CUDA() *Tensor { return x.To(CUDA) }

// TypeAs is x in other's dtype and on its device.
func (x *Tensor) TypeAs(other *Tensor) *Tensor { return x.To(other.DType(), other.Device()) }

// ResultType is the dtype of arithmetic between x and another tensor or a number.
func ResultType(x *Tensor, other any) DType {
	if t := asTensor(other); t != nil {
		return DType(doValue(opResultTypeTensor, x, t).(int64))
	}
	return DType(doValue(opResultTypeScalar, x, eitherNumber("result_type", other)).(int64))
}

// PromoteTypes is the smallest dtype that holds both.
func PromoteTypes(a, b DType) DType { return DType(doValue(opPromoteTypes, a, b).(int64)) }

// CanCast reports whether PyTorch's rules let an in-place result of one dtype go
// into a tensor of another.
func CanCast(from, to DType) bool { return doValue(opCanCast, from, to).(bool) }
