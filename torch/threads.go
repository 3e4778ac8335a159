package torch

import (
	"fmt"
	"runtime"

	"multitorch/internal/libtorch"
)

// Pinned runs f with its goroutine pinned to one OS thread. A long computation in
// several goroutines is a little quicker so, because OpenMP keeps a team of threads
// for each OS thread that it is called from; its results are the same without.
//
// A goroutine that is pinned already is not pinned again, so that an iter.Pull made
// inside f can be used in it. An iterator that yields inside Pinned or [Autocast] works
// in a range loop; pulled by iter.Pull it must itself have been made inside Pinned, or
// Go ends the program.
func Pinned(f func()) {
	if libtorch.Pinned() { // only the goroutine pinned to it can run here
		f()
		return
	}
	runtime.LockOSThread()
	libtorch.SetPinned(true)
	defer func() {
		libtorch.SetPinned(false)
		runtime.UnlockOSThread()
	}()
	f()
}

// NoGrad runs f without recording for autograd, as torch.no_grad(). The mode
// before is restored after f, also when it panics or ends its goroutine. It
// holds for f's own goroutine only, not for goroutines that f starts.
func NoGrad(f func()) { libtorch.WithGradMode(false, f) }

// EnableGrad runs f with recording for autograd on, as torch.enable_grad().
func EnableGrad(f func()) { libtorch.WithGradMode(true, f) }

// IsGradEnabled reports whether autograd records here.
func IsGradEnabled() bool { return libtorch.GradMode() }

// maxThreads keeps a slip of the keyboard from starting a million threads.
const maxThreads = 1024

// SetNumThreads sets the number of threads that one operator may use: that of
// libtorch, and that of OpenBLAS, which libtorch's own setting does not reach and
// which gets no more than there are processors.
func SetNumThreads(n int) {
	if n < 1 || n > maxThreads {
		panic(&Error{Op: "SetNumThreads", Kind: ValueError, Message: fmt.Sprintf("expected 1 to %d threads, but got %d", maxThreads, n)})
	}
	if err := libtorch.SetNumThreads(n); err != nil {
		fail("SetNumThreads", nil, err)
	}
}

// NumThreads is the number of threads that one operator may use.
func NumThreads() int { return libtorch.NumThreads() }
