package torch

import (
	"fmt"
	"runtime"

	"multitorch/internal/libtorch"
)

// The main goroutine stays on the main thread: then a script's computing uses
// one OpenMP team, and NoGrad there needs no further pinning.
func init() {
	runtime.LockOSThread()
	libtorch.SetPinned(true)
}

// Pinned runs f with its goroutine pinned to one OS thread, as everything that
// libtorch keeps per thread needs it: modes, and the order in which gradients are
// summed, so that their last bits are the same each time.
//
// A goroutine that is pinned already, as main is, is not pinned again, so that an
// iter.Pull made inside f, or in main, can be used in it. An iterator that yields
// inside Pinned or [NoGrad] works in a range loop; pulled by iter.Pull it must itself
// have been made inside Pinned, or Go ends the program.
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
func NoGrad(f func()) { withGradMode(false, f) }

// EnableGrad runs f with recording for autograd on, as torch.enable_grad().
func EnableGrad(f func()) { withGradMode(true, f) }

// IsGradEnabled reports whether autograd records here.
func IsGradEnabled() bool { return libtorch.GradMode() }

func withGradMode(on bool, f func()) {
	Pinned(func() {
		before := libtorch.GradMode()
		if before == on {
			f()
			return
		}
		libtorch.SetGradMode(on)
		defer libtorch.SetGradMode(before)
		f()
	})
}

// maxThreads keeps a slip of the keyboard from starting a million threads.
const maxThreads = 1024

// SetNumThreads sets the number of threads that one operator may use: that of
// libtorch, and that of OpenBLAS, which libtorch's own setting does not reach.
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
