package libtorch

/*
#include "shim.h"

#cgo nocallback mt_grad_mode
#cgo nocallback mt_inference_mode
*/
import "C"

import (
	"sync"
	"sync/atomic"

	"multitorch/internal/goroutine"
)

// Modes are what libtorch keeps per thread, and a goroutine takes along.
type Modes int32

const (
	noGrad    Modes = C.MT_MODE_NO_GRAD
	grad      Modes = C.MT_MODE_GRAD
	inference Modes = C.MT_MODE_INFERENCE

	inCallback Modes = 1 << 8 // autograd has called Go, and waits for this goroutine
)

// GradMode reports whether autograd records in this goroutine.
func GradMode() bool {
	if m := currentModes(); m&(grad|noGrad) != 0 {
		return m&grad != 0
	}
	return C.mt_grad_mode() != 0
}

// InferenceMode reports whether this goroutine is in inference mode.
func InferenceMode() bool { return currentModes()&inference != 0 || C.mt_inference_mode() != 0 }

// WithGradMode runs f with recording on or off in this goroutine.
func WithGradMode(on bool, f func()) {
	m := currentModes() &^ (grad | noGrad)
	if on {
		withModes(m|grad, f)
	} else {
		withModes(m|noGrad, f)
	}
}

// WithInference runs f in inference mode, which records nothing, in this goroutine.
func WithInference(f func()) { withModes(currentModes()&inCallback|inference|noGrad, f) }

func withModes(m Modes, f func()) {
	id := goroutine.ID()
	before := modes.set(id, m)
	defer modes.set(id, before)
	f()
}

// currentModes are this goroutine's; 0 in one that has set none.
func currentModes() Modes {
	if modes.count.Load() == 0 {
		return 0
	}
	return modes.get(goroutine.ID())
}

// modes are the goroutines' that have set any, in lists by hash that are never
// changed, only replaced: reading takes no lock.
var modes modeTable

type modeTable struct {
	count   atomic.Int64
	buckets [256]struct {
		sync.Mutex
		first atomic.Pointer[modeEntry]
	}
}

type modeEntry struct {
	goroutine uintptr
	modes     Modes
	next      *modeEntry
}

// hash spreads addresses of goroutines, whose low bits are the same.
func hash(id uintptr) uint8 { return uint8(uint64(id) * 0x9e3779b97f4a7c15 >> 56) }

func (t *modeTable) get(id uintptr) Modes {
	for e := t.buckets[hash(id)].first.Load(); e != nil; e = e.next {
		if e.goroutine == id {
			return e.modes
		}
	}
	return 0
}

// set returns the modes before.
func (t *modeTable) set(id uintptr, m Modes) (before Modes) {
	b := &t.buckets[hash(id)]
	b.Lock()
	defer b.Unlock()
	var list *modeEntry
	for e := b.first.Load(); e != nil; e = e.next {
		if e.goroutine == id {
			before = e.modes
			t.count.Add(-1)
		} else {
			list = &modeEntry{e.goroutine, e.modes, list}
		}
	}
	if m != 0 {
		list = &modeEntry{id, m, list}
		t.count.Add(1)
	}
	b.first.Store(list)
	return before
}

// Autocast reports whether operators on the kind of device compute in a dtype of
// less precision on this OS thread, and in which.
func Autocast(device int) (on bool, dtype int, err error) {
	var o, d C.int32_t
	err = take(C.mt_autocast(C.int32_t(device), &o, &d))
	return o != 0, int(d), err
}

// SetAutocast sets it for this OS thread, to which the caller must be pinned.
func SetAutocast(device int, on bool, dtype int) error {
	return take(C.mt_set_autocast(C.int32_t(device), cbool(on), C.int32_t(dtype)))
}

// NestAutocast enters or leaves a region of autocast; leaving the outermost one
// drops the cached casts.
func NestAutocast(enter bool) { C.mt_nest_autocast(cbool(enter)) }
