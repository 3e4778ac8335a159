package torch

import (
	"fmt"
	"runtime"
	"sync"
	"unsafe"
)

// WithData gives f the memory of a contiguous CPU tensor as a slice, without a
// copy: what f writes is in the tensor. The memory stays while f runs, whoever
// frees the tensor meanwhile or gives it other memory, and can't be resized; f must not
// keep the slice. Autograd does not see what is written.
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
	held := t.Detach().Keep() // holds the memory where t is given another
	defer held.Free()
	defer holdMemory(held)()
	p, err := held.handle.DataPtr()
	if err != nil {
		panic(newError("WithData", err, []string{t.describe()}))
	}
	f(unsafe.Slice((*T)(p), info.Numel))
}

// inGo counts, by storage, who reads a tensor's memory in Go, and keeps whether it could
// be resized before the first of them.
var inGo = struct {
	sync.Mutex
	storages map[uint64]*heldMemory
}{storages: map[uint64]*heldMemory{}}

type heldMemory struct {
	readers   int
	resizable bool
}

// holdMemory has the memory of t's storage stay where it is until release.
func holdMemory(t *Tensor) (release func()) {
	id := t.info("WithData").StorageID
	inGo.Lock()
	defer inGo.Unlock()
	m := inGo.storages[id]
	if m == nil {
		before, err := t.handle.SetResizable(false)
		if err != nil {
			panic(newError("WithData", err, []string{t.describe()}))
		}
		m = &heldMemory{resizable: before}
		inGo.storages[id] = m
	}
	m.readers++
	return func() {
		inGo.Lock()
		defer inGo.Unlock()
		if m.readers--; m.readers == 0 {
			delete(inGo.storages, id)
			t.handle.SetResizable(m.resizable)
		}
	}
}
