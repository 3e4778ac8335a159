package torch

import (
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"

	"multitorch/internal/libtorch"
)

// Tensor.uses counts the calls that run on a tensor. Free adds freedFlag, and
// whoever brings the count down to it frees the memory: exactly one, because it
// moves the count on to goneFlag.
const (
	freedFlag = int64(-1) << 40
	goneFlag  = int64(-1) << 60
)

var live atomic.Int64

// LiveTensors is the number of tensors that were made and not freed. What only
// the autograd graph holds is not counted.
func LiveTensors() int { return int(live.Load()) }

// MemoryStats is what tensors take now.
type MemoryStats struct {
	Tensors    int   // made and not freed
	Bytes      int64 // held by CPU tensors, the autograd graph's included
	OpenScopes int   // opened and not closed
	Collected  int64 // times that native memory called the collector
}

// Memory reads the statistics; it costs next to nothing.
func Memory() MemoryStats {
	return MemoryStats{
		LiveTensors(), LiveBytes(), int(openScopes.Load()),
		pressure.collected.Load() + crowd.collected.Load() + beside.collected.Load(),
	}
}

// LiveBytes is the memory that CPU tensors hold, the autograd graph's included.
func LiveBytes() int64 { return libtorch.CPUBytes() }

// newTensor takes a handle over, for a scope or, without one, for the collector.
func newTensor(h libtorch.Tensor, scope *Scope) *Tensor {
	if h == 0 {
		return nil
	}
	t := &Tensor{handle: h, note: profileNew()}
	live.Add(1)
	if anomalies.Load() > 0 {
		markSite(h)
	}
	if scope = owner(scope); scope == nil || !scope.adopt(t) {
		scope = nil // or closed: it holds nothing
		t.collectLater()
		crowd.check(nil)
	}
	pressure.check(scope)
	return t
}

// acquire makes the handle safe to use until release, whoever frees the tensor
// meanwhile.
func (t *Tensor) acquire(op string) libtorch.Tensor {
	if t == nil || t.handle == 0 {
		panic(t.unusable(op))
	}
	if t.uses.Add(1) < 0 {
		t.release()
		panic(t.unusable(op))
	}
	return t.handle
}

func (t *Tensor) release() {
	if t.uses.Add(-1) == freedFlag && t.uses.CompareAndSwap(freedFlag, goneFlag) {
		t.drop()
	}
}

// markFreed forbids further use. It returns the handle if the caller is to free
// it now, and 0 if a running call or an earlier Free does that.
func (t *Tensor) markFreed() libtorch.Tensor {
	for {
		n := t.uses.Load()
		if n < 0 {
			return 0
		}
		if n == 0 && t.uses.CompareAndSwap(0, goneFlag) {
			return t.handle
		}
		if n > 0 && t.uses.CompareAndSwap(n, n+freedFlag) {
			return 0
		}
	}
}

func (t *Tensor) freed() bool { return t.uses.Load() < 0 }

func (t *Tensor) drop() {
	live.Add(-1)
	profileFreed(t.note)
	t.handle.Free()
}

func freeHandles(hs []libtorch.Tensor) {
	live.Add(-int64(len(hs)))
	libtorch.FreeAll(hs)
}

// must is t, which is to be a tensor, freed or not.
func (t *Tensor) must(op string) *Tensor {
	if t == nil || t.handle == 0 {
		panic(t.unusable(op))
	}
	return t
}

// unusable is the error of using nil, a Tensor that no function made, or one that was
// freed: with the line that freed it, or opened its scope.
func (t *Tensor) unusable(op string) *Error {
	e := &Error{Op: op, Kind: TypeError, Site: site()}
	switch {
	case t == nil:
		e.Message = "expected a tensor, but got nil"
		return e
	case t.handle == 0:
		if t.looksLike() != nil {
			e.Message = t.scope.Load().absent
			return e
		}
		e.Message = "expected a tensor, but got the zero Tensor: tensors are made by functions such as New, Zeros and Empty"
		return e
	}
	e.Kind = FreedError
	switch s := t.scope.Load(); {
	case s == nil: // about to be noted
		e.Message = "the tensor was freed, and can't be used any more"
	case s.grave:
		e.Message = "the tensor was freed by Free at " + s.opened.String() + ", and can't be used any more"
	default:
		e.Message = "the tensor was freed with its scope, " + s.String() + "; Keep takes a tensor out of its scope"
	}
	return e
}

// moving is held while a tensor changes its owner or is freed by hand, so that of
// two goroutines that do so at once exactly one wins.
var moving sync.Mutex

// Free frees the tensor now, instead of at the end of its scope or when the
// collector finds it. What autograd or another view still needs stays. Freeing
// twice is an error.
func (t *Tensor) Free() {
	if !t.must("Free").tryFree() {
		panic(t.unusable("Free"))
	}
}

// FreeAll frees the tensors as [Tensor.Free] does, for less than one after the other.
func FreeAll(ts ...*Tensor) {
	if len(ts) == 0 {
		return
	}
	grave := &Scope{grave: true, closed: true, opened: noteStack()}
	for _, t := range ts {
		if !t.must("Free").buryIn(grave) {
			panic(t.unusable("Free"))
		}
	}
}

// tryFree is Free for those who may come second: it says whether they did not.
func (t *Tensor) tryFree() bool {
	return t.buryIn(&Scope{grave: true, closed: true, opened: noteStack()})
}

// buryIn frees the tensor, whose grave says where that was.
func (t *Tensor) buryIn(grave *Scope) bool {
	moving.Lock()
	if t.freed() {
		moving.Unlock()
		return false
	}
	h := t.markFreed()
	if s := t.scope.Load(); s != nil {
		s.forget()
	} else {
		t.stopCleanup()
	}
	t.scope.Store(grave)
	moving.Unlock()
	if h != 0 {
		t.drop()
	}
	return true
}

// Keep takes the tensor out of its scope, so that it outlives it, and returns
// it. The collector frees it when nothing refers to it any more.
func (t *Tensor) Keep() *Tensor {
	t.must("Keep")
	moving.Lock()
	s := t.scope.Load()
	kept := !t.freed() && (s == nil || s.disown(t))
	if kept && s != nil {
		t.collectLater()
	}
	moving.Unlock()
	if !kept {
		panic(t.unusable("Keep"))
	}
	pressure.check(nil)
	return t
}

// collectLater leaves the tensor to Go's collector.
func (t *Tensor) collectLater() {
	t.cleanup = runtime.AddCleanup(t, func(left leftover) {
		live.Add(-1)
		profileFreed(left.note)
		left.handle.Free()
	}, leftover{t.handle, t.note})
}

// leftover is what the collector frees of a tensor.
type leftover struct {
	handle libtorch.Tensor
	note   uint64
}

func (t *Tensor) stopCleanup() {
	t.cleanup.Stop()
	runtime.KeepAlive(t) // or the collector could be quicker than Stop
}

var (
	warned      = onceEach{seen: map[string]bool{}}
	warningSeen atomic.Int64
)

// onceEach knows which texts came before. There may be any number of them, with sizes
// and names in them: it begins anew after so many.
type onceEach struct {
	mu   sync.Mutex
	seen map[string]bool
}

const mostSeen = 1000

func (o *onceEach) first(text string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.seen[text] {
		return false
	}
	if len(o.seen) >= mostSeen {
		clear(o.seen)
	}
	o.seen[text] = true
	return true
}

// logWarnings passes libtorch's warnings on to slog, each text once.
func logWarnings() {
	n := libtorch.WarningCount()
	if warningSeen.Load() == n {
		return
	}
	warningSeen.Store(n)
	for w := libtorch.NextWarning(); w != ""; w = libtorch.NextWarning() {
		if warned.first(w) {
			slog.Warn("libtorch: " + hints.Replace(w))
		}
	}
}
