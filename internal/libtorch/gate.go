package libtorch

// #include "shim.h"
import "C"

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"multitorch/internal/goroutine"
)

// A call computes on the OS thread of its goroutine, and maybe on a team of threads
// that OpenMP keeps for that one. A thousand goroutines that call at once would be a
// thousand threads with a team each, and more callers than OpenBLAS has room for. So
// no more calls run at once than there are processors; the others wait, as
// goroutines.
//
// An operator ends whatever others do, so who waits gets in. Only autograd calls Go
// in between, where anything may be waited for: then its call does not count (see
// outsideCall), and calls made there go in at once.
var calls = newGate(min(64, max(2, runtime.GOMAXPROCS(0))))

// enter lets a call in, and returns the goroutine's modes for it; leave must follow.
func enter() C.int32_t {
	calls.enter()
	return C.int32_t(currentModes())
}

func leave() { calls.leave() }

// outsideCall marks that a call has called Go; what it returns marks the way back.
func outsideCall() (back func()) {
	calls.leave()
	id := goroutine.ID()
	before := modes.set(id, inCallback) // its modes are the OS thread's here, which autograd has set
	return func() {
		modes.set(id, before)
		calls.running.Add(1) // without waiting
	}
}

// gate lets a number of calls run at once. Where there is room it is an addition.
type gate struct {
	running atomic.Int64
	most    int64
	limit   atomic.Int64 // most, or less by one while a place is kept for whoever has waited long
	waiting atomic.Int64
	turn    sync.Mutex    // of those who wait
	freed   chan struct{} // wakes the one whose turn it is
}

// patience is how long others, who need not be woken, may pass by one who waits.
const patience = time.Millisecond

func newGate(most int) *gate {
	g := &gate{most: int64(most), freed: make(chan struct{}, 1)}
	g.limit.Store(g.most)
	return g
}

func (g *gate) enter() {
	if g.running.Add(1) > g.limit.Load() {
		g.wait()
	}
}

func (g *gate) leave() {
	if g.running.Add(-1) < g.most && g.waiting.Load() > 0 {
		select {
		case g.freed <- struct{}{}:
		default: // it wakes already
		}
	}
}

// wait is for those who found no room; they were counted as running.
func (g *gate) wait() {
	if currentModes()&inCallback != 0 {
		return
	}
	g.waiting.Add(1)
	defer g.waiting.Add(-1)
	g.leave()
	g.turn.Lock()
	defer g.turn.Unlock()
	late := time.NewTimer(patience)
	defer late.Stop()
	defer g.limit.Store(g.most)
	for !g.take() {
		select {
		case <-g.freed:
		case <-late.C:
			g.limit.Store(g.most - 1)
		}
	}
}

// take is enter for the one whose turn it is; false where there is no room.
func (g *gate) take() bool {
	for {
		n := g.running.Load()
		if n >= g.most {
			return false
		}
		if g.running.CompareAndSwap(n, n+1) {
			return true
		}
	}
}
