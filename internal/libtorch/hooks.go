package libtorch

/*
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"fmt"
	"io"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"unsafe"
)

// Callback is a Go function that autograd calls, on whichever OS thread it
// computes. It owns the tensors that it is given, and gives away as many as there
// are in needed; 0 stands for none. It may panic: the call that ran autograd then
// returns a [Panic].
type Callback func(grads, saved []Tensor, needed []bool) []Tensor

// Panic is the error of a call in which a Go function panicked.
type Panic struct{ Value any }

func (p *Panic) Error() string { return fmt.Sprint(p.Value) }

// table is what C++ holds by number: callbacks, and values of panics under way.
var (
	table   sync.Map
	numbers atomic.Uintptr
	held    atomic.Int64
)

func hold(v any) uintptr {
	n := numbers.Add(1)
	table.Store(n, v)
	held.Add(1)
	return n
}

func letGo(n uintptr) any {
	v, ok := table.LoadAndDelete(n)
	if ok {
		held.Add(-1)
	}
	return v
}

// HeldCallbacks is the number of Go functions that the graph holds.
func HeldCallbacks() int {
	releaseCallbacks()
	return int(held.Load())
}

var releasedWaiting = (*int64)(unsafe.Pointer(C.mt_released_waiting()))

// releaseCallbacks lets go of what C++ no longer holds. It costs no call when
// there is nothing.
func releaseCallbacks() {
	for atomic.LoadInt64(releasedWaiting) > 0 {
		if memory, ok := letGo(uintptr(C.mt_next_released())).(io.Closer); ok {
			memory.Close()
		}
	}
}

// RegisterHook has hook called with t's gradient whenever one is computed; what it
// returns takes the gradient's place, unless it is 0. The result is for RemoveHook.
func (t Tensor) RegisterHook(hook Callback) (number uintptr, err error) {
	number = hold(hook)
	err = take(C.mt_register_hook(t.c(), C.uintptr_t(number)))
	releaseCallbacks()
	return number, err
}

// RemoveHook drops a hook of t.
func (t Tensor) RemoveHook(number uintptr) error {
	err := take(C.mt_remove_hook(t.c(), C.uintptr_t(number)))
	releaseCallbacks()
	return err
}

// Recording says how Record is to bind a function.
type Recording struct {
	Name            string // of the node: "MyFunctionBackward"
	Inputs, Outputs []Tensor
	Differentiable  []bool // by output
	Dirty           []bool // by output: an input that was changed in place
	Saved           []Tensor
	Materialize     bool // absent gradients come as zeros
	Once            bool // the backward can't be differentiated itself
	Backward        Callback
}

// Record makes r.Backward the gradient of r.Outputs with respect to r.Inputs, and
// returns new references to the outputs, which have that history.
func Record(r Recording) ([]Tensor, error) {
	name := C.CString(r.Name)
	defer C.free(unsafe.Pointer(name))
	flags := func(of []bool) *C.int32_t {
		cs := make([]C.int32_t, len(r.Outputs))
		for i, on := range of {
			cs[i] = cbool(on)
		}
		return unsafe.SliceData(cs)
	}
	out := make([]Tensor, len(r.Outputs))
	err := take(C.mt_record(C.uintptr_t(hold(r.Backward)), name, handles(r.Inputs), C.int64_t(len(r.Inputs)),
		handles(r.Outputs), flags(r.Differentiable), flags(r.Dirty), C.int64_t(len(r.Outputs)), handles(r.Saved), C.int64_t(len(r.Saved)),
		cbool(r.Materialize), cbool(r.Once), C.int32_t(currentModes()), handles(out)))
	releaseCallbacks()
	return out, err
}

// InFullBackward reports whether the backward that called this Go function computes
// the gradients of all leaves, and not of some inputs only.
func InFullBackward() bool { return C.mt_in_full_backward() != 0 }

// MarkSite notes on the newest nodes of t's graph where they were recorded, and has
// their gradients watched for NaN.
func (t Tensor) MarkSite(site string) error {
	text := C.CString(site)
	defer C.free(unsafe.Pointer(text))
	return take(C.mt_mark_site(t.c(), text))
}

// mtGoCall runs a callback for C++. No panic may pass: it would leave C++ without
// running its destructors.
//
//export mtGoCall
func mtGoCall(callback C.uintptr_t, call *C.mt_go_call) (panicked C.uintptr_t) {
	before := Pinned() // while C++ waits, the goroutine can't leave its OS thread
	SetPinned(true)
	back := outsideCall()
	returned := false
	defer func() {
		back()
		SetPinned(before)
		if returned {
			return
		}
		if r := recover(); r != nil {
			panicked = C.uintptr_t(hold(r))
			return
		}
		// runtime.Goexit can't be stopped, and leaves C++ in the middle of its work:
		// the OS thread must not serve anyone else. A locked one ends with its goroutine.
		runtime.LockOSThread()
	}()
	f, _ := table.Load(uintptr(callback))
	needed := make([]bool, int(call.nout))
	for i, n := range unsafe.Slice(call.needed, len(needed)) {
		needed[i] = n != 0
	}
	results := f.(Callback)(copied(call.grads, call.ngrads), copied(call.saved, call.nsaved), needed)
	copy(unsafe.Slice((*Tensor)(unsafe.Pointer(call.out)), len(needed)), results)
	returned = true
	return 0
}

func copied(hs *C.mt_tensor, n C.int64_t) []Tensor {
	return append([]Tensor(nil), unsafe.Slice((*Tensor)(unsafe.Pointer(hs)), int(n))...)
}

// panicFrom is the error for the number that came with an error of kind GoPanic.
func panicFrom(number string) error {
	n, err := strconv.ParseUint(number, 10, 64)
	if err != nil {
		return &Error{Message: "a Go function panicked: " + number}
	}
	return &Panic{Value: letGo(uintptr(n))}
}
