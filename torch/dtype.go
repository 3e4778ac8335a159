package torch

import (
	"fmt"

	"multitorch/internal/version"
)

// DType is the type of a tensor's elements. As an [Option] it asks for it.
type DType int8

// The element types, numbered as libtorch numbers them.
const (
	Uint8      DType = 0
	Int8       DType = 1
	Int16      DType = 2
	Int32      DType = 3
	Int64      DType = 4
	Float16    DType = 5
	Float32    DType = 6
	Float64    DType = 7
	Complex32  DType = 8 // two Float16
	Complex64  DType = 9
	Complex128 DType = 10
	Bool       DType = 11
	BFloat16   DType = 15
)

// Element types of quantised tensors: see [QuantizePerTensor].
const (
	QInt8  DType = 12
	QUInt8 DType = 13
	QInt32 DType = 14
)

// Element types that came with libtorch 2.1 (the first two), 2.2, 2.3 (unsigned
// integers) and 2.7 (E8M0). An older one can't make such tensors: an [*Error] says
// so. Few operators know them; convert with To to compute.
const (
	Float8E5M2     DType = 23
	Float8E4M3FN   DType = 24
	Float8E5M2FNUZ DType = 25
	Float8E4M3FNUZ DType = 26
	Uint16         DType = 27
	Uint32         DType = 28
	Uint64         DType = 29
	Float8E8M0FNU  DType = 44
)

type dtypeInfo struct {
	name  string
	size  int
	since int // the minor version of libtorch 2 that brought it
}

var dtypes = map[DType]dtypeInfo{
	Uint8: {"uint8", 1, 0}, Int8: {"int8", 1, 0}, Int16: {"int16", 2, 0}, Int32: {"int32", 4, 0}, Int64: {"int64", 8, 0},
	Float16: {"float16", 2, 0}, Float32: {"float32", 4, 0}, Float64: {"float64", 8, 0}, BFloat16: {"bfloat16", 2, 0},
	Complex32: {"complex32", 4, 0}, Complex64: {"complex64", 8, 0}, Complex128: {"complex128", 16, 0}, Bool: {"bool", 1, 0},
	QInt8: {"qint8", 1, 0}, QUInt8: {"quint8", 1, 0}, QInt32: {"qint32", 4, 0},
	Float8E5M2: {"float8_e5m2", 1, 1}, Float8E4M3FN: {"float8_e4m3fn", 1, 1},
	Float8E5M2FNUZ: {"float8_e5m2fnuz", 1, 2}, Float8E4M3FNUZ: {"float8_e4m3fnuz", 1, 2}, Float8E8M0FNU: {"float8_e8m0fnu", 1, 7},
	Uint16: {"uint16", 2, 3}, Uint32: {"uint32", 4, 3}, Uint64: {"uint64", 8, 3},
}

// String is the name that PyTorch prints after "torch.".
func (d DType) String() string {
	if t, ok := dtypes[d]; ok {
		return t.name
	}
	return fmt.Sprintf("dtype(%d)", int8(d))
}

// Size is the number of bytes of one element; 0 for a type unknown here.
func (d DType) Size() int { return dtypes[d].size }

// IsFloatingPoint reports whether it is one of the real floating-point types.
func (d DType) IsFloatingPoint() bool {
	return d == Float16 || d == Float32 || d == Float64 || d == BFloat16 || d.isFloat8()
}

func (d DType) isFloat8() bool { return d >= Float8E5M2 && d <= Float8E4M3FNUZ || d == Float8E8M0FNU }

// IsComplex reports whether it is a complex type.
func (d DType) IsComplex() bool { return d == Complex32 || d == Complex64 || d == Complex128 }

// IsQuantized reports whether its elements are integers that stand for real
// numbers by a scale and a zero point.
func (d DType) IsQuantized() bool { return d == QInt8 || d == QUInt8 || d == QInt32 }

// newestOfAll is the last element type that every supported libtorch has.
const newestOfAll DType = 17

// available is an error for an element type that the running libtorch lacks: it
// believes any number.
func (d DType) available() error {
	if d >= 0 && d <= newestOfAll {
		return nil
	}
	t, known := dtypes[d]
	if !known {
		return fmt.Errorf("the element type %s is unknown here; expected one that package torch names", d)
	}
	if !version.AtLeast(Version(), 2, t.since) {
		return fmt.Errorf("elements of type %s need libtorch 2.%d or newer, but this is %s", d, t.since, Version())
	}
	return nil
}

// plain is the type of the integers in the memory of a quantised tensor.
func (d DType) plain() DType {
	switch d {
	case QInt8:
		return Int8
	case QUInt8:
		return Uint8
	case QInt32:
		return Int32
	}
	return d
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
