package torch

import (
	"sync/atomic"

	"multitorch/internal/libtorch"
)

// Hook is a function on a tensor's gradient, until Remove.
type Hook struct {
	tensor *Tensor
	number uintptr
	f      *hookFunc
}

// hookFunc is what libtorch holds. It does not refer to the tensor, which it would
// keep alive for good.
type hookFunc struct {
	atomic.Pointer[func(grad *Tensor) *Tensor] // nil once removed
}

// RegisterHook has f called with the tensor's gradient whenever Backward or [Grad]
// computes one; what f returns takes the gradient's place, unless it is nil. Hooks
// run in the order in which they were registered, each on what the one before left.
//
// The gradient, and what f computes from it, is freed when f returns: Keep takes a
// tensor out. f must not change the gradient in place, and what f refers to lives as
// long as the hook: if that is the tensor itself, only a scope or Free ends both. On a
// GPU it runs on another OS thread than the caller's of Backward. It may panic (see
// [Tensor.Backward]); it must not end its goroutine (runtime.Goexit, a test's
// FailNow), which would leave libtorch in the middle of its work: its memory for this
// Backward would be lost. No other goroutine may run a Backward through the tensor
// while a hook is registered or removed.
func (t *Tensor) RegisterHook(f func(grad *Tensor) *Tensor) *Hook {
	if f == nil {
		panic(&Error{Op: "RegisterHook", Kind: TypeError, Message: "expected a function, but got nil"})
	}
	hook := &Hook{tensor: t, f: &hookFunc{}}
	hook.f.Store(&f)
	h := t.acquire("RegisterHook")
	carried.Lock()
	number, err := h.RegisterHook(hook.f.call)
	carried.Unlock()
	t.release()
	if err != nil {
		fail("RegisterHook", []*Tensor{t}, err)
	}
	hook.number = number
	return hook
}

// Remove ends the hook, also where the tensor was freed and only the graph holds it
// yet. A second Remove does nothing.
func (h *Hook) Remove() {
	if h == nil || h.f == nil || h.f.Swap(nil) == nil {
		return
	}
	defer h.tensor.release()
	if h.tensor.uses.Add(1) < 0 {
		return // freed: libtorch drops the hook with the graph
	}
	carried.Lock()
	err := h.tensor.handle.RemoveHook(h.number)
	carried.Unlock()
	if err != nil {
		fail("Hook.Remove", nil, err)
	}
}

func (h *hookFunc) call(grads, _ []libtorch.Tensor, _ []bool) []libtorch.Tensor {
	s := openScope()
	defer s.Close()
	defer noteSite()
	grad := newTensor(grads[0], s)
	f := h.Load()
	if f == nil {
		return nil
	}
	return []libtorch.Tensor{(*f)(grad).given("RegisterHook")}
}

// given is a new reference for libtorch to own, or 0 for nil.
func (t *Tensor) given(op string) libtorch.Tensor {
	if t == nil {
		return 0
	}
	defer t.release()
	return t.acquire(op).Retain()
}
