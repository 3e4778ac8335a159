package torch

import "fmt"

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
	Complex64  DType = 9
	Complex128 DType = 10
	Bool       DType = 11
	BFloat16   DType = 15
)

var dtypes = map[DType]struct {
	name string
	size int
}{
	Uint8: {"uint8", 1}, Int8: {"int8", 1}, Int16: {"int16", 2}, Int32: {"int32", 4}, Int64: {"int64", 8},
	Float16: {"float16", 2}, Float32: {"float32", 4}, Float64: {"float64", 8},
	Complex64: {"complex64", 8}, Complex128: {"complex128", 16}, Bool: {"bool", 1}, BFloat16: {"bfloat16", 2},
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
	return d == Float16 || d == Float32 || d == Float64 || d == BFloat16
}

// IsComplex reports whether it is a complex type.
func (d DType) IsComplex() bool { return d == Complex64 || d == Complex128 }

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
