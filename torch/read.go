package torch

import (
	"fmt"
	"unsafe"

	"multitorch/internal/libtorch"
)

var opItem = libtorch.NewOp("aten::_local_scalar_dense", "self")

// Item is the only element of a tensor, as a float64.
func (t *Tensor) Item() float64 { return toFloat(doValue(opItem, t.one("Item"))) }

// ItemInt is the only element of a tensor of integers.
func (t *Tensor) ItemInt() int64 {
	v, ok := doValue(opItem, t.one("ItemInt")).(int64)
	if !ok {
		panic(&Error{Op: "ItemInt", Kind: TypeError, Operands: []string{t.describe()}, Message: "expected a tensor of integers"})
	}
	return v
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
