package libtorch

/*
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"io"
	"strings"
	"unsafe"
)

// Script is an owned TorchScript program with its parameters and buffers.
type Script uintptr

func (s Script) c() C.mt_script { return C.mt_script(s) }

// LoadScript reads a program from an open file whose content was checked: of
// libtorch's own reader it is known that broken files can crash it.
func LoadScript(fd uintptr) (Script, error) {
	var s C.mt_script
	err := take(C.mt_script_load(C.int32_t(fd), &s))
	return Script(s), err
}

// Free gives the program back.
func (s Script) Free() { C.mt_script_free(s.c()) }

// Methods are the schemas of its methods.
func (s Script) Methods() ([]string, error) {
	var all *C.char
	err := take(C.mt_script_methods(s.c(), &all))
	return strings.FieldsFunc(goString(all), func(r rune) bool { return r == '\n' }), err
}

// Call runs a method. It may call back into Go, where a hook runs in a backward
// inside of it.
func (s Script) Call(method string, a *Args, r *Results) error {
	name := C.CString(method)
	defer C.free(unsafe.Pointer(name))
	modes := enter()
	defer leave()
	return r.took(C.mt_script_call(s.c(), name, (*C.uint64_t)(a.words()), C.int32_t(a.count), modes, &r.c))
}

// State is, for each parameter and buffer: its name, whether it is a buffer, and
// the tensor.
func (s Script) State(r *Results) error { return r.took(C.mt_script_state(s.c(), &r.c)) }

func (r *Results) took(e *C.mt_error) error {
	if e == nil && r.c.spill != 0 {
		r.long = copySpill(&r.c)
	}
	return take(e)
}

// Train switches it, and all in it, between training and evaluation.
func (s Script) Train(on bool) error { return take(C.mt_script_train(s.c(), cbool(on))) }

// Training reports which of the two it is.
func (s Script) Training() (bool, error) {
	var on C.int32_t
	err := take(C.mt_script_training(s.c(), &on))
	return on != 0, err
}

// To moves its parameters and buffers.
func (s Script) To(kind, index int) error {
	return take(C.mt_script_to(s.c(), C.int32_t(kind), C.int32_t(index)))
}

// Save writes the file that PyTorch loads.
func (s Script) Save(w io.Writer) error {
	var data *C.char
	var size C.int64_t
	err := take(C.mt_script_save(s.c(), &data, &size))
	defer C.free(unsafe.Pointer(data))
	if err != nil {
		return err
	}
	_, err = w.Write(unsafe.Slice((*byte)(unsafe.Pointer(data)), int(size)))
	return err
}
