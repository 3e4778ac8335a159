package torch

import (
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"

	"multitorch/internal/libtorch"
)

// Tensor is a multi-dimensional array on a device, with a gradient where
// autograd is asked for one. Tensors are made by this package's functions; the
// zero value can't be used.
type Tensor struct {
	handle  libtorch.Tensor
	uses    atomic.Int64
	scope   atomic.Pointer[Scope]
	cleanup runtime.Cleanup
	note    uint64 // in the profile of live tensors; mostly 0
}

// Shape is the number of elements along each dimension.
type Shape = []int

// info reads libtorch's account of the tensor.
func (t *Tensor) info(op string) libtorch.Info {
	if like := t.looksLike(); like != nil {
		return like.info(op)
	}
	i, err := t.acquire(op).Info()
	t.release()
	if err != nil {
		panic(&Error{Op: op, Message: err.Error()})
	}
	return i
}

// looksLike is the tensor whose shape, dtype and device one has that is [lend.Absent], else nil.
func (t *Tensor) looksLike() *Tensor {
	if t == nil || t.handle != 0 {
		return nil
	}
	if s := t.scope.Load(); s != nil {
		return s.like
	}
	return nil
}

// Dim is the number of dimensions.
func (t *Tensor) Dim() int { return int(t.info("Dim").Dims) }

// Numel is the number of elements.
func (t *Tensor) Numel() int { return int(t.info("Numel").Numel) }

// Shape is the size of each dimension.
func (t *Tensor) Shape() Shape {
	if like := t.looksLike(); like != nil {
		return like.Shape()
	}
	sizes := make(Shape, t.Dim())
	err := t.acquire("Shape").Sizes(sizes, nil) // sparse tensors have no strides
	t.release()
	if err != nil {
		fail("Shape", nil, err)
	}
	return sizes
}

// Strides is the distance in elements between neighbours in each dimension.
func (t *Tensor) Strides() []int {
	_, s := t.layout()
	return s
}

// Size is the size of one dimension; negative ones count from the end.
func (t *Tensor) Size(dim int) int {
	s := t.Shape()
	if dim < -len(s) || dim >= len(s) {
		panic(&Error{
			Op: "Size", Kind: IndexError, Operands: []string{t.describe()},
			Message: fmt.Sprintf("dimension %d is out of range for %d dimensions", dim, len(s)),
		})
	}
	return s[(dim+len(s))%len(s)]
}

func (t *Tensor) layout() (sizes, strides []int) {
	n := t.Dim()
	sizes, strides = make([]int, n), make([]int, n)
	err := t.acquire("Shape").Sizes(sizes, strides)
	t.release()
	if err != nil {
		fail("Shape", nil, err)
	}
	return sizes, strides
}

// DType is the type of the elements.
func (t *Tensor) DType() DType { return DType(t.info("DType").DType) }

// Device is where the elements are.
func (t *Tensor) Device() Device {
	i := t.info("Device")
	return deviceFrom(int(i.DeviceType), int(i.DeviceIndex))
}

// SharesMemory reports whether the two tensors are views of the same memory.
func (t *Tensor) SharesMemory(u *Tensor) bool {
	a, b := t.info("SharesMemory"), u.info("SharesMemory")
	return a.StorageID != 0 && a.StorageID == b.StorageID
}

// describe is "float32[2, 3]", for error messages; it works on freed tensors too.
func (t *Tensor) describe() string {
	if t == nil {
		return "nil"
	}
	if t.handle == 0 {
		return "a zero Tensor"
	}
	if t.uses.Add(1) < 0 {
		t.release()
		return "a freed tensor"
	}
	defer t.release()
	info, err := t.handle.Info()
	if err != nil {
		return "a tensor"
	}
	sizes := make([]int, info.Dims)
	if err := t.handle.Sizes(sizes, nil); err != nil {
		return "a tensor"
	}
	s := DType(info.DType).String() + strings.ReplaceAll(fmt.Sprint(sizes), " ", ", ")
	if d := deviceFrom(int(info.DeviceType), int(info.DeviceIndex)); d.kind() != cpu {
		s += " on " + d.String()
	}
	return s
}
