package torch

import (
	native "encoding/binary"
	"fmt"
	"math"
	"reflect"
	"unsafe"

	"multitorch/internal/libtorch"
)

// Option is a keyword argument of the functions that make tensors: a [DType], a
// [Device], a [*Generator], [RequiresGrad] or, where Python takes it, a [MemoryFormat].
type Option interface{ applyTo(o *options) }

type options struct {
	dtype        any
	device       any
	generator    *Generator
	format       any
	requiresGrad bool
	nonBlocking  bool // of To alone
}

func (d DType) applyTo(o *options)      { o.dtype = d }
func (d Device) applyTo(o *options)     { o.device = d }
func (g *Generator) applyTo(o *options) { o.generator = g }

// RequiresGrad asks for gradients of the new tensor.
type RequiresGrad bool

func (r RequiresGrad) applyTo(o *options) { o.requiresGrad = bool(r) }

func settle(opts []Option) options {
	var o options
	for _, opt := range opts {
		opt.applyTo(&o)
	}
	return o
}

func (o options) finish(t *Tensor) *Tensor {
	if o.requiresGrad {
		t.SetRequiresGrad(true)
	}
	return t
}

// make calls an operator whose last arguments are dtype and device, and maybe memory_format.
func (o options) make(op *libtorch.Op, args ...any) *Tensor {
	args = append(args, o.dtype, o.device)
	if op.Args[len(op.Args)-1] == "memory_format" {
		args = append(args, o.format)
	} else {
		o.refuseFormat(op.Short)
	}
	return o.finish(do(op, args...))
}

// refuseFormat is for functions that have but one order of elements.
func (o options) refuseFormat(op string) {
	if o.format != nil {
		panic(&Error{Op: op, Kind: TypeError, Message: fmt.Sprintf("%v has no meaning here: ask To for that order", o.format)})
	}
}

// randomLike is a tensor like t that fill draws. (The operators that do this at once
// take a generator in newer versions only.)
func (o options) randomLike(t *Tensor, fill func(x *Tensor, g *Generator)) *Tensor {
	x := do(opEmptyL, t, o.dtype, o.device, o.format)
	fill(x, o.generator)
	return o.finish(x)
}

// random is make for operators that take a generator too.
func (o options) random(op *libtorch.Op, args ...any) *Tensor {
	return o.make(op, append(args, o.generator)...)
}

var (
	opEmpty    = libtorch.NewOp("aten::empty.memory_format", "size", "dtype", "device", "memory_format")
	opZeros    = libtorch.NewOp("aten::zeros", "size", "dtype", "device")
	opOnes     = libtorch.NewOp("aten::ones", "size", "dtype", "device")
	opFull     = libtorch.NewOp("aten::full", "size", "fill_value", "dtype", "device")
	opEye      = libtorch.NewOp("aten::eye.m", "n", "m", "dtype", "device")
	opArange   = libtorch.NewOp("aten::arange.start_step", "start", "end", "step", "dtype", "device")
	opLinspace = libtorch.NewOp("aten::linspace", "start", "end", "steps", "dtype", "device")
	opRand     = libtorch.NewOp("aten::rand.generator", "size", "generator", "dtype", "device")
	opRandn    = libtorch.NewOp("aten::randn.generator", "size", "generator", "dtype", "device")
	opRandint  = libtorch.NewOp("aten::randint.low_generator", "low", "high", "size", "generator", "dtype", "device")
	opRandperm = libtorch.NewOp("aten::randperm.generator", "n", "generator", "dtype", "device")
	opZerosL   = libtorch.NewOp("aten::zeros_like", "self", "dtype", "device", "memory_format")
	opOnesL    = libtorch.NewOp("aten::ones_like", "self", "dtype", "device", "memory_format")
	opEmptyL   = libtorch.NewOp("aten::empty_like", "self", "dtype", "device", "memory_format")
	opFullL    = libtorch.NewOp("aten::full_like", "self", "fill_value", "dtype", "device", "memory_format")
)

// Empty is a tensor whose elements are whatever was in memory.
func Empty(shape Shape, opts ...Option) *Tensor { return settle(opts).make(opEmpty, shape) }

// Zeros is a tensor of zeros.
func Zeros(shape Shape, opts ...Option) *Tensor { return settle(opts).make(opZeros, shape) }

// Ones is a tensor of ones.
func Ones(shape Shape, opts ...Option) *Tensor { return settle(opts).make(opOnes, shape) }

// Full is a tensor of one value; its dtype, unless given, follows the value's.
func Full(shape Shape, value any, opts ...Option) *Tensor {
	return settle(opts).make(opFull, shape, number("full", value))
}

// Eye is the identity matrix [n, n].
func Eye(n int, opts ...Option) *Tensor { return settle(opts).make(opEye, n, n) }

// Arange counts from start up to, and not including, end.
func Arange(start, end, step any, opts ...Option) *Tensor {
	return settle(opts).make(opArange, number("arange", start), number("arange", end), number("arange", step))
}

// Linspace is steps values from start to end, two numbers, both included.
func Linspace(start, end any, steps int, opts ...Option) *Tensor {
	return settle(opts).make(opLinspace, number("linspace", start), number("linspace", end), steps)
}

// Rand draws from the uniform distribution on [0, 1).
func Rand(shape Shape, opts ...Option) *Tensor { return settle(opts).random(opRand, shape) }

// Randn draws from the normal distribution of mean 0 and variance 1.
func Randn(shape Shape, opts ...Option) *Tensor { return settle(opts).random(opRandn, shape) }

// Randint draws integers from [low, high). The default dtype is Int64.
func Randint(low, high int, shape Shape, opts ...Option) *Tensor {
	o := settle(opts)
	if o.dtype == nil {
		o.dtype = Int64
	}
	return o.random(opRandint, low, high, shape)
}

// Randperm is a random order of 0 to n-1. The default dtype is Int64.
func Randperm(n int, opts ...Option) *Tensor {
	o := settle(opts)
	if o.dtype == nil {
		o.dtype = Int64
	}
	return o.random(opRandperm, n)
}

// ZerosLike is Zeros with t's shape, dtype, device and order in memory.
func ZerosLike(t *Tensor, opts ...Option) *Tensor { return settle(opts).make(opZerosL, t) }

// OnesLike is Ones with t's shape, dtype, device and order in memory.
func OnesLike(t *Tensor, opts ...Option) *Tensor { return settle(opts).make(opOnesL, t) }

// EmptyLike is Empty with t's shape, dtype, device and order in memory.
func EmptyLike(t *Tensor, opts ...Option) *Tensor { return settle(opts).make(opEmptyL, t) }

// FullLike is Full with t's shape, dtype, device and order in memory.
func FullLike(t *Tensor, value any, opts ...Option) *Tensor {
	return settle(opts).make(opFullL, t, number("full_like", value))
}

// RandLike is Rand with t's shape, dtype, device and order in memory.
func RandLike(t *Tensor, opts ...Option) *Tensor {
	return settle(opts).randomLike(t, func(x *Tensor, g *Generator) { x.UniformInplace(0, 1, g) })
}

// RandnLike is Randn with t's shape, dtype, device and order in memory.
func RandnLike(t *Tensor, opts ...Option) *Tensor {
	return settle(opts).randomLike(t, func(x *Tensor, g *Generator) { x.NormalInplace(0, 1, g) })
}

// FromSlice copies a slice into a tensor of the given shape, or of one
// dimension where none is given.
func FromSlice[T Element](data []T, shape ...int) *Tensor {
	if len(shape) == 0 {
		shape = Shape{len(data)}
	}
	size := int(unsafe.Sizeof(*new(T)))
	return fromBytes("FromSlice", bytesOf(data, size), shape, DTypeOf[T]())
}

// FromBytes copies raw row-major memory, in the machine's byte order, into a
// tensor. It is how dtypes without a Go type (Float16, BFloat16) come in.
func FromBytes(data []byte, shape Shape, dtype DType) *Tensor {
	return fromBytes("FromBytes", data, shape, dtype)
}

func fromBytes(op string, data []byte, shape Shape, dtype DType) *Tensor {
	err := dtype.available()
	if err == nil && dtype.IsQuantized() {
		err = fmt.Errorf("the bytes of %s mean nothing without a scale; make the tensor with QuantizePerTensor", dtype)
	}
	if err != nil {
		panic(&Error{Op: op, Kind: TypeError, Message: err.Error()})
	}
	n := dtype.Size()
	for _, s := range shape {
		if s < 0 {
			panic(&Error{Op: op, Kind: ValueError, Message: fmt.Sprintf("the shape %v has a negative size", shape)})
		}
		n *= s
	}
	if n != len(data) {
		panic(&Error{Op: op, Kind: ValueError, Message: fmt.Sprintf(
			"the shape %v of %s takes %d bytes, but %d were given", shape, dtype, n, len(data))})
	}
	h, err := libtorch.FromBytes(data, shape, int(dtype))
	if roomMade(err) {
		h, err = libtorch.FromBytes(data, shape, int(dtype))
	}
	if err != nil {
		fail(op, nil, err)
	}
	return newTensor(h, nil)
}

// New makes a tensor from a Go number or a slice of any depth, as torch.tensor:
//
//	torch.New([][]float32{{1, 2}, {3, 4}})
//
// Unless a DType is given, floats have the default dtype, Float32, as in torch.tensor:
// a float64 is Python's float, and a complex128 its complex. An int is Int64, and every
// other Go type (float32, int8, bool, …) the dtype of its name. [FromSlice] keeps float64
// what it is, as torch.from_numpy does. Numbers that an integer type can't hold are an
// [*Error], as in Python; fractions are dropped.
//
// Tensors of one element each may stand for numbers, in slices of *Tensor: the dtype holds
// what theirs do, and gradients don't reach them. Of a tensor itself New makes a copy.
func New(data any, opts ...Option) *Tensor {
	o := settle(opts)
	o.refuseFormat("New")
	if t := asTensor(data); t != nil {
		return copyOf(t, o)
	}
	v := reflect.ValueOf(data)
	if !v.IsValid() {
		panic(&Error{Op: "New", Kind: TypeError, Message: "expected a number or a slice, but got nil"})
	}
	shape, err := shapeOf(v)
	if err != nil {
		panic(&Error{Op: "New", Kind: ValueError, Message: err.Error()})
	}
	elem := v.Type()
	for elem.Kind() == reflect.Slice || elem.Kind() == reflect.Array {
		elem = elem.Elem()
	}
	if elem.Implements(tensorType) {
		return numbersOf(v, shape, o)
	}
	zero := reflect.Zero(elem).Interface()
	if _, known := zero.(bool); !known && dtypeOf(zero) == Bool {
		panic(&Error{Op: "New", Kind: TypeError, Message: fmt.Sprintf("a %s can't be a tensor's element", elem)})
	}
	flat := make([]byte, 0, 8)
	flat = appendElements(flat, v)
	if k := elem.Kind(); k == reflect.Float64 || k == reflect.Complex128 {
		pythonNaN(flat)
	}
	t := fromBytes("FromSlice", flat, shape, dtypeOf(zero))
	return o.moved(t, inferred(t.DType()))
}

// moved is New's tensor t with the dtype asked for, or d, on the device asked for.
func (o options) moved(t *Tensor, d DType) *Tensor {
	if o.dtype == nil {
		o.dtype = d
	} else if d, ok := o.dtype.(DType); ok {
		t.mustFit(d)
	}
	if o.dtype != t.DType() || o.device != nil {
		to := []Option{o.dtype.(DType)}
		if d, ok := o.device.(Device); ok {
			to = append(to, d)
		}
		moved := t.To(to...)
		if moved != t {
			t.Free()
		}
		t = moved
	}
	return o.finish(t)
}

// mustFit panics, and frees t, if its numbers are too large for an integer dtype. As
// in Python, negative integers may wrap around in an unsigned one.
func (t *Tensor) mustFit(d DType) {
	if d == t.DType() || d == Bool || d.IsFloatingPoint() || d.IsComplex() || t.DType() == Bool || t.Numel() == 0 {
		return
	}
	ok := !t.IsComplex()
	if ok {
		least, most := t.Aminmax()
		half := math.Ldexp(1, 8*d.Size()-1)
		low, high := -half, half
		if d == Uint8 {
			low, high = 0, 2*half
			if !t.IsFloatingPoint() {
				low = 1 - high
			}
		}
		ok = least.Item() >= low && most.Item() < high
		least.Free()
		most.Free()
	}
	if !ok {
		t.Free()
		panic(&Error{Op: "New", Kind: ValueError, Message: fmt.Sprintf("a number can't be converted to %s without overflow", d)})
	}
}

func shapeOf(v reflect.Value) (Shape, error) {
	shape := Shape{}
	if v.Kind() != reflect.Slice && v.Kind() != reflect.Array {
		return shape, nil
	}
	shape = append(shape, v.Len())
	for i := range v.Len() {
		inner, err := shapeOf(v.Index(i))
		if err != nil {
			return nil, err
		}
		if i == 0 {
			shape = append(shape, inner...)
		} else if fmt.Sprint(inner) != fmt.Sprint(shape[1:]) {
			return nil, fmt.Errorf("the rows differ in shape: %v and, at %d, %v", shape[1:], i, inner)
		}
	}
	return shape, nil
}

func appendElements(b []byte, v reflect.Value) []byte {
	if v.Kind() == reflect.Slice || v.Kind() == reflect.Array {
		for i := range v.Len() {
			b = appendElements(b, v.Index(i))
		}
		return b
	}
	p := reflect.New(v.Type())
	p.Elem().Set(v)
	return append(b, unsafe.Slice((*byte)(p.UnsafePointer()), v.Type().Size())...)
}

// pythonNaN makes Go's NaN among float64s Python's, which differs from it in one bit.
func pythonNaN(flat []byte) {
	goNaN := math.Float64bits(math.NaN())
	for ; len(flat) > 0; flat = flat[8:] {
		if native.NativeEndian.Uint64(flat) == goNaN {
			native.NativeEndian.PutUint64(flat, goNaN&^1)
		}
	}
}

func bytesOf[T any](data []T, size int) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(data))), len(data)*size)
}
