//go:build !amd64 && !arm64

package goroutine

import (
	"bytes"
	"runtime"
	"strconv"
)

// ID is the running goroutine's, for as long as it lives. Here it is read from the
// head of a stack trace, "goroutine 18 [running]:", which takes a microsecond.
func ID() uintptr {
	var b [64]byte
	fields := bytes.Fields(b[:runtime.Stack(b[:], false)])
	id, err := strconv.ParseUint(string(fields[1]), 10, 64)
	if err != nil {
		panic(err)
	}
	return uintptr(id)
}
