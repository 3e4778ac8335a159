//go:build amd64 || arm64

package goroutine

// ID is the running goroutine's, for as long as it lives; the next one may get it.
// It costs a nanosecond.
func ID() uintptr
