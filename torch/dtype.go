package torch

import (
	"fmt"

	"multitorch/internal/dtype"
	"multitorch/internal/version"
)

// DType is the type of a tensor's elements. As an [Option] it asks for it.
type DType int8

// The element types, numbered as libtorch numbers them.
const (
	Uint8      = DType(dtype.Uint8)
	Int8       = DType(dtype.Int8)
	Int16      = DType(dtype.Int16)
	Int32      = DType(dtype.Int32)
	Int64      = DType(dtype.Int64)
	Float16    = DType(dtype.Float16)
	Float32    = DType(dtype.Float32)
	Float64    = DType(dtype.Float64)
	Complex32  = DType(dtype.Complex32) // two Float16
	Complex64  = DType(dtype.Complex64)
	Complex128 = DType(dtype.Complex128)
	Bool       = DType(dtype.Bool)
	BFloat16   = DType(dtype.BFloat16)
)

// Element types of quantised tensors: see [QuantizePerTensor].
const (
	QInt8  = DType(dtype.QInt8)
	QUInt8 = DType(dtype.QUInt8)
	QInt32 = DType(dtype.QInt32)
)

// Element types that came with libtorch 2.1 (the first two), 2.2, 2.3 (unsigned
// integers), 2.7 (E8M0) and 2.15 (two BFloat16). An older one can't make such tensors: an [*Error] says
// so. Few operators know them; convert with To to compute.
const (
	Float8E5M2     = DType(dtype.Float8E5M2)
	Float8E4M3FN   = DType(dtype.Float8E4M3FN)
	Float8E5M2FNUZ = DType(dtype.Float8E5M2FNUZ)
	Float8E4M3FNUZ = DType(dtype.Float8E4M3FNUZ)
	Uint16         = DType(dtype.Uint16)
	Uint32         = DType(dtype.Uint32)
	Uint64         = DType(dtype.Uint64)
	Float8E8M0FNU  = DType(dtype.Float8E8M0FNU)
	BComplex32     = DType(dtype.BComplex32)
)

// String is the name that PyTorch prints after "torch.".
func (d DType) String() string { return dtype.DType(d).String() }

// Size is the number of bytes of one element; 0 for a type unknown here.
func (d DType) Size() int { return dtype.DType(d).Size() }

// IsFloatingPoint reports whether it is one of the real floating-point types.
func (d DType) IsFloatingPoint() bool { return dtype.DType(d).Kind() == dtype.Floating }

// IsComplex reports whether it is a complex type.
func (d DType) IsComplex() bool { return dtype.DType(d).Kind() == dtype.Complex }

// IsQuantized reports whether its elements are integers that stand for real
// numbers by a scale and a zero point.
func (d DType) IsQuantized() bool { return dtype.DType(d).Kind() == dtype.Quantized }

// newestOfAll is the last element type that every supported libtorch has.
const newestOfAll DType = 17

// available is an error for an element type that the running libtorch lacks: it
// believes any number.
func (d DType) available() error {
	if d >= 0 && d <= newestOfAll {
		return nil
	}
	t, known := dtype.DType(d).Info()
	if !known {
		return fmt.Errorf("the element type %s is unknown here; expected one that package torch names", d)
	}
	if !version.AtLeast(Version(), 2, t.Since) {
		return fmt.Errorf("elements of type %s need libtorch 2.%d or newer, but this is %s", d, t.Since, Version())
	}
	return nil
}

// plain is the type of the integers in the memory of a quantised tensor.
func (d DType) plain() DType { return DType(dtype.DType(d).Plain()) }

// goName is the constant's name.
func goName(d DType) string {
	if t, known := dtype.DType(d).Info(); known {
		return t.Go
	}
	return d.String()
}

// Element is a Go type that has an element type of its own.
type Element interface {
	uint8 | int8 | int16 | int32 | int64 | int | float32 | float64 | complex64 | complex128 | bool
}

// DTypeOf is the element type of a Go type; int is Int64.
func DTypeOf[T Element]() DType {
	var v T
	return dtypeOf(v)
}

func dtypeOf(v any) DType {
	switch v.(type) {
	case uint8:
		return Uint8
	case int8:
		return Int8
	case int16:
		return Int16
	case int32:
		return Int32
	case int64, int:
		return Int64
	case float32:
		return Float32
	case float64:
		return Float64
	case complex64:
		return Complex64
	case complex128:
		return Complex128
	default:
		return Bool
	}
}
