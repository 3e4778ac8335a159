package torch

import (
	"fmt"
	"math"
	"runtime/debug"
	"syscall"
	"unsafe"
)

// makeSlice is make([]T, n) for as many elements as a tensor has, which may be more
// than can be had.
func makeSlice[T any](op string, n int64) []T {
	reserve(op, product(n, int64(unsafe.Sizeof(*new(T)))))
	return make([]T, n)
}

// reserve panics with an [Error] where so many bytes of Go's heap can't be had. Go
// itself would end the process, so the system is asked first.
func reserve(op string, bytes int64) {
	if fits(bytes) {
		return
	}
	pressure.collect(owner(nil)) // what only the collector knows to be garbage may be enough
	debug.FreeOSMemory()
	if !fits(bytes) {
		panic(&Error{Op: op, Kind: OutOfMemory, Message: fmt.Sprintf(
			"can't allocate %d bytes on Go's heap: copy a part at a time, or none where WithData will do", bytes)})
	}
}

// product is a times b, or the largest number where that is none or too large.
func product(a, b int64) int64 {
	if a < 0 || b < 0 || b > 0 && a > math.MaxInt64/b {
		return math.MaxInt64
	}
	return a * b
}

// nestedBytes is what Go slices nested as deep as a shape take, beside the elements.
func nestedBytes(shape Shape, elements int64) int64 {
	rows, bytes := int64(1), elements
	for _, n := range shape {
		bytes = min(bytes, math.MaxInt64/2) + min(product(rows, int64(unsafe.Sizeof([]int{}))), math.MaxInt64/2)
		rows = product(rows, int64(n))
	}
	return bytes
}

// smallSlice is not asked for: Go's heap has that much at hand, or grows by it.
const smallSlice = 32 << 20

// fits reports whether the system would give so many bytes, with what Go's heap needs
// beside them: it grows by arenas of 64 MiB, and keeps accounts of each.
func fits(bytes int64) bool {
	if bytes <= smallSlice {
		return true
	}
	const arena = 64 << 20
	if bytes > math.MaxInt64-bytes/64-2*arena {
		return false
	}
	pages, err := syscall.Mmap(-1, 0, int(bytes+bytes/64+2*arena), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		return false
	}
	// It was not touched, and so took no memory.
	return syscall.Munmap(pages) == nil
}
