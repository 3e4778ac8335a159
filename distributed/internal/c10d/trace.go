package c10d

// #include <stdlib.h>
// #include "c10d.h"
import "C"

import "unsafe"

// StartTrace begins to note when collectives and the nodes of backward passes begin and end, in the whole process.
func StartTrace() error { return take(C.mtd_trace_start()) }

// StopTrace ends it, and returns a line for each: begin and end in nanoseconds, and the name.
func StopTrace() (string, error) {
	var lines *C.char
	if err := take(C.mtd_trace_stop(&lines)); err != nil {
		return "", err
	}
	defer C.free(unsafe.Pointer(lines))
	return C.GoString(lines), nil
}
