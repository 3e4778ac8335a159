// Package dtype is the one table of element types: libtorch's numbers, and what the file formats call them. It needs no
// libtorch, so that what reads files needs none either.
package dtype

import "fmt"

// DType is an element type, numbered as libtorch numbers it.
type DType int8

// The element types.
const (
	Uint8          DType = 0
	Int8           DType = 1
	Int16          DType = 2
	Int32          DType = 3
	Int64          DType = 4
	Float16        DType = 5
	Float32        DType = 6
	Float64        DType = 7
	Complex32      DType = 8
	Complex64      DType = 9
	Complex128     DType = 10
	Bool           DType = 11
	QInt8          DType = 12
	QUInt8         DType = 13
	QInt32         DType = 14
	BFloat16       DType = 15
	Float8E5M2     DType = 23
	Float8E4M3FN   DType = 24
	Float8E5M2FNUZ DType = 25
	Float8E4M3FNUZ DType = 26
	Uint16         DType = 27
	Uint32         DType = 28
	Uint64         DType = 29
	Float8E8M0FNU  DType = 44
	BComplex32     DType = 46
)

// Kind is what the elements stand for.
type Kind int8

// The kinds.
const (
	Boolean Kind = iota
	Integer
	Floating
	Complex
	Quantized // integers that stand for real numbers
)

// Info is a row of the table. A name that is empty says that the format lacks the type.
type Info struct {
	DType       DType
	Kind        Kind
	Size        int    // bytes of an element
	Since       int    // the minor version of libtorch 2 that brought it; 0 where 1.13 has it
	Name        string // PyTorch's, after "torch."
	Go          string // the constant's in package torch
	Safetensors string
	NumPy       string // without the byte order
	Storage     string // of a storage in files of torch.save; younger types lie in untyped ones
}

// table has the order in which the official safetensors library ranks types, from the first to the last: it stores
// tensors the other way round, so that all are aligned.
var table = []Info{
	{Bool, Boolean, 1, 0, "bool", "Bool", "BOOL", "b1", "BoolStorage"},
	{Uint8, Integer, 1, 0, "uint8", "Uint8", "U8", "u1", "ByteStorage"},
	{Int8, Integer, 1, 0, "int8", "Int8", "I8", "i1", "CharStorage"},
	{Float8E5M2, Floating, 1, 1, "float8_e5m2", "Float8E5M2", "F8_E5M2", "", ""},
	{Float8E4M3FN, Floating, 1, 1, "float8_e4m3fn", "Float8E4M3FN", "F8_E4M3", "", ""},
	{Float8E8M0FNU, Floating, 1, 7, "float8_e8m0fnu", "Float8E8M0FNU", "F8_E8M0", "", ""},
	{Float8E4M3FNUZ, Floating, 1, 2, "float8_e4m3fnuz", "Float8E4M3FNUZ", "F8_E4M3FNUZ", "", ""},
	{Float8E5M2FNUZ, Floating, 1, 2, "float8_e5m2fnuz", "Float8E5M2FNUZ", "F8_E5M2FNUZ", "", ""},
	{Int16, Integer, 2, 0, "int16", "Int16", "I16", "i2", "ShortStorage"},
	{Uint16, Integer, 2, 3, "uint16", "Uint16", "U16", "u2", ""},
	{Float16, Floating, 2, 0, "float16", "Float16", "F16", "f2", "HalfStorage"},
	{BFloat16, Floating, 2, 0, "bfloat16", "BFloat16", "BF16", "", "BFloat16Storage"},
	{Int32, Integer, 4, 0, "int32", "Int32", "I32", "i4", "IntStorage"},
	{Uint32, Integer, 4, 3, "uint32", "Uint32", "U32", "u4", ""},
	{Float32, Floating, 4, 0, "float32", "Float32", "F32", "f4", "FloatStorage"},
	{Complex64, Complex, 8, 0, "complex64", "Complex64", "C64", "c8", "ComplexFloatStorage"},
	{Float64, Floating, 8, 0, "float64", "Float64", "F64", "f8", "DoubleStorage"},
	{Int64, Integer, 8, 0, "int64", "Int64", "I64", "i8", "LongStorage"},
	{Uint64, Integer, 8, 3, "uint64", "Uint64", "U64", "u8", ""},
	{Complex32, Complex, 4, 0, "complex32", "Complex32", "", "", ""},
	{BComplex32, Complex, 4, 15, "bcomplex32", "BComplex32", "", "", ""},
	{Complex128, Complex, 16, 0, "complex128", "Complex128", "", "c16", "ComplexDoubleStorage"},
	{QInt8, Quantized, 1, 0, "qint8", "QInt8", "", "", "QInt8Storage"},
	{QUInt8, Quantized, 1, 0, "quint8", "QUInt8", "", "", "QUInt8Storage"},
	{QInt32, Quantized, 4, 0, "qint32", "QInt32", "", "", "QInt32Storage"},
}

var rows [BComplex32 + 1]int8 // one more than a type's row in the table

func init() {
	for row, t := range table {
		rows[t.DType] = int8(row) + 1
	}
}

// All is the table.
func All() []Info { return table }

// Rank is a type's place in the table, or -1.
func (d DType) Rank() int {
	if d < 0 || int(d) >= len(rows) {
		return -1
	}
	return int(rows[d]) - 1
}

// Info is a type's row, and whether there is one.
func (d DType) Info() (Info, bool) {
	if rank := d.Rank(); rank >= 0 {
		return table[rank], true
	}
	return Info{}, false
}

// Size is the number of bytes of one element; 0 for an unknown type.
func (d DType) Size() int {
	t, _ := d.Info()
	return t.Size
}

// Kind is what the elements stand for.
func (d DType) Kind() Kind {
	t, _ := d.Info()
	return t.Kind
}

// String is PyTorch's name.
func (d DType) String() string {
	if t, known := d.Info(); known {
		return t.Name
	}
	return fmt.Sprintf("dtype(%d)", int8(d))
}

// Untyped reports whether tensors of a type lie in untyped storages in files of torch.save.
func (d DType) Untyped() bool {
	t, _ := d.Info()
	return t.Storage == ""
}

// Plain is the type of the integers in the memory of a quantised tensor, and any other type itself.
func (d DType) Plain() DType {
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

// find is the type of which a column of the table has a name.
func find(name string, column func(Info) string) (DType, bool) {
	for _, t := range table {
		if name != "" && column(t) == name {
			return t.DType, true
		}
	}
	return 0, false
}

// FromSafetensors is the type that a safetensors file calls so.
func FromSafetensors(name string) (DType, bool) {
	return find(name, func(t Info) string { return t.Safetensors })
}

// FromNumPy is the type that NumPy calls so, without the byte order.
func FromNumPy(name string) (DType, bool) { return find(name, func(t Info) string { return t.NumPy }) }
