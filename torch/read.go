package torch

import (
	"fmt"
	"math"
	"unsafe"

	"multitorch/internal/libtorch"
)

var opItem = libtorch.NewOp("aten::_local_scalar_dense", "self")

// Item is the only element of a tensor, as a float64. What that can't hold is an
// [*Error]: complex numbers have [Tensor.ItemComplex], and integers beyond 2^53
// [Tensor.ItemInt].
func (t *Tensor) Item() float64 {
	switch v := doValue(opItem, t.one("Item")).(type) {
	case float64:
		return v
	case bool:
		if v {
			return 1
		}
		return 0
	case int64:
		if f := float64(v); f < math.MaxInt64 && int64(f) == v {
			return f
		}
		panic(t.itemError("Item", fmt.Sprintf("a float64 can't hold %d; ItemInt can", v)))
	default:
		panic(t.itemError("Item", "a float64 can't hold a complex number; ItemComplex can"))
	}
}

// ItemInt is the only element of a tensor of integers, of at most 64 bits.
func (t *Tensor) ItemInt() int64 {
	if v, ok := doValue(opItem, t.one("ItemInt")).(int64); ok {
		return v
	}
	panic(t.itemError("ItemInt", "expected a tensor of integers"))
}

// ItemBool is the only element of a tensor of truth values.
func (t *Tensor) ItemBool() bool {
	if v, ok := doValue(opItem, t.one("ItemBool")).(bool); ok {
		return v
	}
	panic(t.itemError("ItemBool", "expected a tensor of truth values"))
}

// ItemComplex is the only element of a tensor, as a complex number.
func (t *Tensor) ItemComplex() complex128 {
	if v, ok := doValue(opItem, t.one("ItemComplex")).(complex128); ok {
		return v
	}
	return complex(t.Item(), 0)
}

func (t *Tensor) itemError(op, message string) *Error {
	return &Error{Op: op, Kind: TypeError, Operands: []string{t.describe()}, Message: message}
}

func (t *Tensor) one(op string) *Tensor {
	if t.info(op).Numel != 1 {
		panic(&Error{Op: op, Kind: ValueError, Operands: []string{t.describe()}, Message: "expected a tensor with one element"})
	}
	return t
}

// ToSlice copies the elements, row by row, into a Go slice of their own type:
// no conversion is made, so that none goes unseen.
func ToSlice[T Element](t *Tensor) []T {
	info := t.info("ToSlice")
	if want, got := DTypeOf[T](), DType(info.DType); want != got {
		panic(&Error{
			Op: "ToSlice", Kind: TypeError, Operands: []string{t.describe()},
			Message: fmt.Sprintf("expected a tensor of %s, but it has %s; convert it with To(torch.%s)", want, got, goName(want)),
		})
	}
	out := makeSlice[T]("ToSlice", info.Numel)
	t.copyTo(bytesOf(out, int(unsafe.Sizeof(*new(T)))))
	return out
}

// Bytes copies the elements, row by row, as they are in memory.
func (t *Tensor) Bytes() []byte {
	info := t.info("Bytes")
	out := makeSlice[byte]("Bytes", product(info.Numel, int64(info.ItemSize)))
	t.copyTo(out)
	return out
}

func (t *Tensor) copyTo(dst []byte) {
	err := t.acquire("ToSlice").CopyTo(dst)
	t.release()
	if err != nil {
		fail("ToSlice", []*Tensor{t}, err)
	}
}
