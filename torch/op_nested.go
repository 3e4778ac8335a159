package torch

import (
	"fmt"
	"reflect"
	"runtime"
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

// WithData gives f the memory of a contiguous CPU tensor as a slice, without a
// copy: what f writes is in the tensor. The memory stays while f runs, whoever
// frees the tensor meanwhile; f must not keep the slice. Autograd does not see
// what is written.
//
//	torch.WithData(x, func(data []float32) { data[0] = 1 })
func WithData[T Element](t *Tensor, f func(data []T)) {
	h := t.acquire("WithData")
	defer runtime.KeepAlive(t)
	defer t.release()
	info, err := h.Info()
	if err != nil {
		panic(newError("WithData", err, nil))
	}
	refuse := func(why string) {
		panic(&Error{Op: "WithData", Kind: TypeError, Operands: []string{t.describe()}, Message: why})
	}
	switch want := DTypeOf[T](); {
	case DType(info.DType) != want:
		refuse(fmt.Sprintf("expected a tensor of %s; convert it with To(torch.%s)", want, goName(want)))
	case deviceKind(info.DeviceType) != cpu:
		refuse("expected a tensor on the CPU; move it with CPU()")
	case info.IsContiguous == 0:
		refuse("expected a contiguous tensor; Contiguous() copies it into one")
	}
	if info.DType == int32(Complex64) || info.DType == int32(Complex128) {
		if t.IsConj() {
			refuse("its conjugation is pending; ResolveConj() does it")
		}
	}
	if t.IsNeg() {
		refuse("its negation is pending; ResolveNeg() does it")
	}
	if info.Numel == 0 {
		f([]T{})
		return
	}
	p, err := h.DataPtr()
	if err != nil {
		panic(newError("WithData", err, []string{t.describe()}))
	}
	f(unsafe.Slice((*T)(p), info.Numel))
}
