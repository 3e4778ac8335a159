package torch

import (
	"fmt"
	"reflect"
	"unsafe"
)

// ToNested copies the elements into Go slices nested as deep as the tensor has
// dimensions: [][]float32 for a matrix of Float32, a float32 for a tensor without
// dimensions. It is the way back from [New]; T must be exactly that type:
//
//	rows := torch.ToNested[[][]float32](x)
func ToNested[T any](t *Tensor) T {
	want := reflect.TypeFor[T]()
	elem, depth := want, 0
	for elem.Kind() == reflect.Slice {
		elem, depth = elem.Elem(), depth+1
	}
	dtype, known := dtypeOfKind(elem.Kind())
	if shape := t.Shape(); !known || depth != len(shape) || dtype != t.DType() {
		panic(&Error{
			Op: "ToNested", Kind: TypeError, Operands: []string{t.describe()},
			Message: fmt.Sprintf("a %s can't hold it: it takes %d dimensions of the dtype's own Go type", want, len(shape)),
		})
	}
	out := reflect.New(want).Elem()
	t.nest("ToNested", out)
	return out.Interface().(T)
}

// Tolist is ToNested for those who don't know the type: nested slices, or a
// number, as any. Float16 and BFloat16 come as float32.
func (t *Tensor) Tolist() any {
	if d := t.DType(); d == Float16 || d == BFloat16 {
		wide := t.To(Float32)
		defer wide.tryFree()
		return wide.Tolist()
	}
	typ := goTypes[t.DType()]
	if typ == nil {
		panic(&Error{Op: "Tolist", Kind: TypeError, Operands: []string{t.describe()}, Message: "there is no Go type for its elements"})
	}
	for range t.Dim() {
		typ = reflect.SliceOf(typ)
	}
	out := reflect.New(typ).Elem()
	t.nest("Tolist", out)
	return out.Interface()
}

var goTypes = map[DType]reflect.Type{
	Uint8: reflect.TypeFor[uint8](), Int8: reflect.TypeFor[int8](), Int16: reflect.TypeFor[int16](), Int32: reflect.TypeFor[int32](),
	Int64: reflect.TypeFor[int64](), Float32: reflect.TypeFor[float32](), Float64: reflect.TypeFor[float64](),
	Complex64: reflect.TypeFor[complex64](), Complex128: reflect.TypeFor[complex128](), Bool: reflect.TypeFor[bool](),
}

func dtypeOfKind(k reflect.Kind) (DType, bool) {
	if k == reflect.Int {
		return Int64, true
	}
	for d, typ := range goTypes {
		if typ.Kind() == k {
			return d, true
		}
	}
	return 0, false
}

func (t *Tensor) nest(op string, out reflect.Value) {
	info, shape := t.info(op), t.Shape()
	reserve(op, nestedBytes(shape, product(info.Numel, int64(info.ItemSize))))
	nest(out, t.Bytes(), shape)
}

// nest fills v with row-major elements and returns what is left of them.
func nest(v reflect.Value, data []byte, shape Shape) []byte {
	if len(shape) == 0 {
		size := v.Type().Size()
		copy(unsafe.Slice((*byte)(v.Addr().UnsafePointer()), size), data)
		return data[size:]
	}
	v.Set(reflect.MakeSlice(v.Type(), shape[0], shape[0]))
	for i := range shape[0] {
		data = nest(v.Index(i), data, shape[1:])
	}
	return data
}
