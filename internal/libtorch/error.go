package libtorch

/*
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import "unsafe"

// Kind says what sort of error libtorch raised.
type Kind int32

// The kinds, as libtorch's own exception types have them.
const (
	Other Kind = iota
	IndexError
	ValueError
	TypeError
	NotImplemented
	LinAlgError
	OutOfMemory
	goPanic // a Go function panicked: see panicFrom
)

// Error is an exception that was caught at the boundary, in libtorch's words
// and without its C++ back-trace.
type Error struct {
	Kind    Kind
	Message string
}

func (e *Error) Error() string { return e.Message }

// take turns the shim's error into a Go one and frees it. It returns nil for nil.
func take(e *C.mt_error) error {
	if e == nil {
		return nil
	}
	message := C.GoString((*C.char)(unsafe.Add(unsafe.Pointer(e), C.sizeof_mt_error)))
	kind := Kind(e.kind)
	C.mt_error_free(e)
	if kind == goPanic {
		return panicFrom(message)
	}
	return &Error{Kind: kind, Message: message}
}

// goString copies a malloc'd C string and frees it.
func goString(s *C.char) string {
	if s == nil {
		return ""
	}
	defer C.free(unsafe.Pointer(s))
	return C.GoString(s)
}
