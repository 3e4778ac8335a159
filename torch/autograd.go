package torch

import (
	"slices"

	"multitorch/internal/libtorch"
)

// BackwardOption is a keyword argument of Backward.
type BackwardOption func(*backward)

type backward struct {
	gradient                 *Tensor
	retainGraph, createGraph bool
}

// Gradient is the gradient of the tensor itself, needed unless it is a scalar.
func Gradient(g *Tensor) BackwardOption { return func(b *backward) { b.gradient = g } }

// RetainGraph keeps the graph for a second Backward.
func RetainGraph() BackwardOption { return func(b *backward) { b.retainGraph = true } }

// CreateGraph records the backward pass itself, for higher derivatives.
func CreateGraph() BackwardOption {
	return func(b *backward) { b.createGraph, b.retainGraph = true, true }
}

// Backward computes the gradients of t with respect to the leaves of its graph,
// and adds them to their Grad.
func (t *Tensor) Backward(opts ...BackwardOption) {
	var b backward
	for _, o := range opts {
		o(&b)
	}
	roots := [1]libtorch.Tensor{t.acquire("Backward")}
	defer t.release()
	grads := [1]libtorch.Tensor{}
	if b.gradient != nil {
		grads[0] = b.gradient.acquire("Backward")
		defer b.gradient.release()
	}
	if err := libtorch.Backward(roots[:], grads[:], b.retainGraph, b.createGraph, nil); err != nil {
		fail("Backward", []*Tensor{t}, err)
	}
	logWarnings()
}

// Grad is the gradient accumulated by Backward, or nil. It shares its memory
// with the tensor's own.
func (t *Tensor) Grad() *Tensor {
	h, err := t.acquire("Grad").Grad()
	t.release()
	if err != nil {
		fail("Grad", []*Tensor{t}, err)
	}
	return newTensor(h, t.scope.Load())
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
		gh = g.acquire("SetGrad")
		defer g.release()
	}
	err := t.acquire("SetGrad").SetGrad(gh)
	t.release()
	if err != nil {
		fail("SetGrad", []*Tensor{t, g}, err)
	}
}

// RequiresGrad reports whether gradients are wanted for the tensor.
func (t *Tensor) RequiresGrad() bool { return t.info("RequiresGrad").RequiresGrad != 0 }

// SetRequiresGrad asks for gradients of a leaf, or no longer, and returns it.
func (t *Tensor) SetRequiresGrad(on bool) *Tensor {
	err := t.acquire("SetRequiresGrad").SetRequiresGrad(on)
	t.release()
	if err != nil {
		fail("SetRequiresGrad", []*Tensor{t}, err)
	}
	return t
}

// IsLeaf reports whether the tensor was made by the user, not by a recorded operation.
func (t *Tensor) IsLeaf() bool { return t.info("IsLeaf").IsLeaf != 0 }

// SetData makes t share data's memory, dtype and device, and stay the same leaf:
// Python's t.data = data.
func (t *Tensor) SetData(data *Tensor) {
	d := data.acquire("SetData")
	defer data.release()
	err := t.acquire("SetData").SetData(d)
	t.release()
	if err != nil {
		fail("SetData", []*Tensor{t, data}, err)
	}
}

// GradFn is the name of the recorded operation that made the tensor
// ("AddBackward0"), or "".
func (t *Tensor) GradFn() string {
	s, err := t.acquire("GradFn").GradFnName()
	t.release()
	if err != nil {
		fail("GradFn", []*Tensor{t}, err)
	}
	return s
}
