package libtorch

/*
#include "shim.h"

#cgo noescape mt_copy_out
#cgo nocallback mt_copy_out
#cgo noescape mt_tensor_info
#cgo nocallback mt_tensor_info
#cgo noescape mt_sizes
#cgo nocallback mt_sizes
#cgo noescape mt_data_ptr
#cgo nocallback mt_data_ptr
#cgo noescape mt_get_grad
#cgo nocallback mt_get_grad
*/
import "C"

import (
	"fmt"
	"io"
	"unsafe"
)

// Tensor is an owned reference to a libtorch tensor; 0 is none.
type Tensor uintptr

func (t Tensor) c() C.mt_tensor { return C.mt_tensor(t) }

// Free gives the reference back.
func (t Tensor) Free() {
	C.mt_free(t.c())
	releaseCallbacks()
}

// SetResizable says whether the memory of t's storage may be replaced by a larger one, and returns what held before.
func (t Tensor) SetResizable(on bool) (before bool, err error) {
	var was C.int32_t
	flag := C.int32_t(0)
	if on {
		flag = 1
	}
	err = take(C.mt_set_resizable(t.c(), flag, &was))
	return was != 0, err
}

// Retain makes a second owned reference to the same tensor.
func (t Tensor) Retain() Tensor { return Tensor(C.mt_retain(t.c())) }

// FreeAll gives all the references back in one call.
func FreeAll(ts []Tensor) {
	if len(ts) > 0 {
		C.mt_free_many((*C.mt_tensor)(unsafe.Pointer(&ts[0])), C.int64_t(len(ts)))
		releaseCallbacks()
	}
}

// FromBytes makes a CPU tensor from a copy of row-major memory.
func FromBytes(data []byte, shape []int, dtype int) (Tensor, error) {
	var a Args
	var r Results
	a.Ints(shape)
	a.Int(int64(dtype))
	if err := opEmpty.Call(&a, &r); err != nil {
		return 0, err
	}
	t := r.Tensor()
	i, err := t.Info()
	if n := i.Numel * int64(i.ItemSize); err == nil && n != int64(len(data)) {
		err = &Error{Kind: ValueError, Message: fmt.Sprintf("the tensor takes %d bytes, but %d were given", n, len(data))}
	}
	if err == nil && len(data) > 0 {
		var p unsafe.Pointer
		if p, err = t.DataPtr(); err == nil {
			copy(unsafe.Slice((*byte)(p), len(data)), data)
		}
	}
	if err != nil {
		t.Free()
		return 0, err
	}
	return t, nil
}

var opEmpty = NewOp("aten::empty.memory_format", "size", "dtype")

// FromMemory makes a CPU tensor on memory that is not Go's, and closes the memory
// soon after nothing refers to the tensor's storage any more, or after an error.
func FromMemory(data unsafe.Pointer, shape []int, dtype int, memory io.Closer) (Tensor, error) {
	var out C.mt_tensor
	err := take(C.mt_from_memory(data, (*C.int64_t)(unsafe.Pointer(unsafe.SliceData(shape))), C.int64_t(len(shape)),
		C.int32_t(dtype), C.uintptr_t(hold(memory)), &out))
	releaseCallbacks()
	return Tensor(out), err
}

// CopyTo copies the elements, row-major, into dst, which must have their size.
func (t Tensor) CopyTo(dst []byte) error {
	enter()
	defer leave()
	return take(C.mt_copy_out(t.c(), (*C.char)(unsafe.Pointer(unsafe.SliceData(dst))), C.int64_t(len(dst))))
}

// Info is what libtorch knows of a tensor beside its elements.
type Info struct {
	Dims, Numel, Offset, StorageBytes, Version     int64
	DType, DeviceType, DeviceIndex, ItemSize       int32
	RequiresGrad, IsLeaf, IsContiguous, HasStorage int32
	StorageID                                      uint64
}

// Info reads it in one call.
func (t Tensor) Info() (Info, error) {
	var i Info
	err := take(C.mt_tensor_info(t.c(), (*C.mt_info)(unsafe.Pointer(&i))))
	return i, err
}

// Sizes fills sizes and strides, each as long as the tensor has dimensions, or nil.
func (t Tensor) Sizes(sizes, strides []int) error {
	return take(C.mt_sizes(t.c(), (*C.int64_t)(unsafe.Pointer(unsafe.SliceData(sizes))),
		(*C.int64_t)(unsafe.Pointer(unsafe.SliceData(strides))), C.int64_t(max(len(sizes), len(strides)))))
}

// DataPtr is the address of the first element.
func (t Tensor) DataPtr() (unsafe.Pointer, error) {
	var p C.uintptr_t
	err := take(C.mt_data_ptr(t.c(), &p))
	return *(*unsafe.Pointer)(unsafe.Pointer(&p)), err
}

// Backward runs autograd from roots, each with its gradient (0: ones), into the
// leaves, or into inputs alone where there are any.
func Backward(roots, grads []Tensor, retainGraph, createGraph bool, inputs []Tensor) error {
	modes := enter()
	defer leave() // a hook may end the goroutine
	return take(C.mt_backward(handles(roots), handles(grads), C.int64_t(len(roots)), cbool(retainGraph), cbool(createGraph),
		handles(inputs), C.int64_t(len(inputs)), modes))
}

// Grad returns the gradients of outputs with respect to inputs; 0 where an
// input was not used and allowUnused is set.
func Grad(outputs, grads, inputs []Tensor, retainGraph, createGraph, allowUnused bool) ([]Tensor, error) {
	out := make([]Tensor, len(inputs))
	modes := enter()
	defer leave()
	err := take(C.mt_grad(handles(outputs), handles(grads), C.int64_t(len(outputs)), handles(inputs), C.int64_t(len(inputs)),
		cbool(retainGraph), cbool(createGraph), cbool(allowUnused), modes, handles(out)))
	return out, err
}

// Grad is a new reference to the accumulated gradient, or 0.
func (t Tensor) Grad() (Tensor, error) {
	var out C.mt_tensor
	err := take(C.mt_get_grad(t.c(), &out))
	return Tensor(out), err
}

// SetGrad replaces the accumulated gradient; 0 drops it.
func (t Tensor) SetGrad(g Tensor) error { return take(C.mt_set_grad(t.c(), g.c())) }

// GradFnName is the name of the node that made t, or "" for a leaf.
func (t Tensor) GradFnName() (string, error) {
	var s *C.char
	err := take(C.mt_grad_fn_name(t.c(), &s))
	return goString(s), err
}

func handles(ts []Tensor) *C.mt_tensor { return (*C.mt_tensor)(unsafe.Pointer(unsafe.SliceData(ts))) }

func cbool(v bool) C.int32_t {
	if v {
		return 1
	}
	return 0
}
