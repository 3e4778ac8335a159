package nn

import (
	"sync"
	"sync/atomic"
	"syscall"

	"multitorch/torch"
)

// SkipInit runs f so that the modules of this package that it makes draw no weights,
// which leaves them with whatever was in memory: for a model whose state is loaded at
// once. It takes the role of torch.nn.utils.skip_init, for whole models. No random
// generator is touched; weights that PyTorch sets without drawing (ones, zeros) are set.
//
//	var model *Net
//	nn.SkipInit(func() { model = NewNet() })
//	_, err := nn.LoadStateDict(model, state)
//
// It holds for f's own goroutine only, not for goroutines that f starts.
func SkipInit(f func()) {
	torch.Pinned(func() { // no other goroutine runs on the thread until f returns
		thread := syscall.Gettid()
		if _, nested := skippers.LoadOrStore(thread, true); nested {
			f()
			return
		}
		skips.Add(1)
		defer func() {
			skippers.Delete(thread)
			skips.Add(-1)
		}()
		f()
	})
}

var (
	skips    atomic.Int64 // how many goroutines are inside SkipInit
	skippers sync.Map     // their OS threads
)

// skipping reports whether this is inside SkipInit.
func skipping() bool {
	if skips.Load() == 0 {
		return false
	}
	_, yes := skippers.Load(syscall.Gettid())
	return yes
}
