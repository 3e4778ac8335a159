package torch

import (
	"slices"
	"strings"
	"sync"

	"multitorch/internal/libtorch"
)

// carried is held while what tensors carry for autograd is read or changed by one
// goroutine: gradients, hooks, whether gradients are wanted. libtorch leaves that to
// its callers.
var carried sync.Mutex

// Grad is the gradient accumulated by Backward, or nil. It shares its memory
// with the tensor's own.
func (t *Tensor) Grad() *Tensor { return newTensor(t.grad(), t.scope.Load()) }

func (t *Tensor) grad() libtorch.Tensor {
	h := t.acquire("Grad")
	carried.Lock()
	g, err := h.Grad()
	carried.Unlock()
	t.release()
	if err != nil {
		fail("Grad", []*Tensor{t}, err)
	}
	return g
}

// SetGrad replaces the accumulated gradient; nil drops it.
func (t *Tensor) SetGrad(g *Tensor) {
	var gh libtorch.Tensor
	if g != nil {
		if t.DType() != g.DType() || t.Device() != g.Device() || !slices.Equal(t.Shape(), g.Shape()) {
			panic(&Error{
				Op: "SetGrad", Kind: ValueError, Operands: []string{t.describe(), g.describe()},
				Message: "expected a gradient of the tensor's own shape, dtype and device",
			})
		}
		if t.handle == g.handle {
			panic(&Error{Op: "SetGrad", Kind: ValueError, Operands: []string{t.describe()}, Message: "can't assign a tensor as its own gradient"})
		}
		gh = g.acquire("SetGrad")
		defer g.release()
	}
	h := t.acquire("SetGrad")
	carried.Lock()
	err := h.SetGrad(gh)
	carried.Unlock()
	t.release()
	if err != nil {
		fail("SetGrad", []*Tensor{t, g}, err)
	}
}

// RequiresGrad reports whether gradients are wanted for the tensor.
func (t *Tensor) RequiresGrad() bool { return t.info("RequiresGrad").RequiresGrad != 0 }

// SetRequiresGrad asks for gradients of a leaf, or no longer, and returns it.
func (t *Tensor) SetRequiresGrad(on bool) *Tensor {
	carried.Lock()
	defer carried.Unlock()
	doVoid(opRequiresGrad, t, on)
	return t
}

// IsLeaf reports whether the tensor was made by the user, not by a recorded operation.
// (A view that was a leaf is none after its base was changed by one.)
func (t *Tensor) IsLeaf() bool { return t.GradFn() == "" }

// Data is the same memory without a history, Python's x.data: p.Data().MulInplace(0.9) is
// p.data.mul_(0.9).
//
// Autograd does not notice what is changed through it: where Backward needs the old values, its
// gradients are silently wrong. Prefer [Tensor.Detach], which is an error then, or
// [NoGrad] around the change.
func (t *Tensor) Data() *Tensor { return do1(opData, t) }

// SetData makes t share data's memory, dtype and device, and stay the same leaf:
// Python's t.data = data. [Tensor.Data] is for reading x.data and for changing it in place.
func (t *Tensor) SetData(data *Tensor) {
	doVoid(opSetData, t, data)
}

// GradFn is the name of the recorded operation that made the tensor
// ("AddBackward0"), or "".
func (t *Tensor) GradFn() string {
	s, err := t.acquire("GradFn").GradFnName()
	t.release()
	if err != nil {
		fail("GradFn", []*Tensor{t}, err)
	}
	s = strings.TrimPrefix(s, "torch::autograd::")
	return s
}
