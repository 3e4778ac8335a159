package torch

import (
	"errors"
	"fmt"
	"slices"

	"multitorch/internal/libtorch"
)

// BackwardOption is a keyword argument of Backward and [Grad]: what [Gradient] and
// [Inputs] return, [RetainGraph], [CreateGraph] and [AllowUnused].
type BackwardOption interface{ backward(b *backward) }

type backward struct {
	op                string
	gradients, inputs []*Tensor
	someInputs        bool // were given
	retain            *RetainGraph
	create            CreateGraph
	unused            AllowUnused
}

type (
	gradients []*Tensor
	inputs    []*Tensor
)

// Gradient is the gradient of the tensor itself, needed unless it has one element, and
// of its shape. For several tensors it takes one gradient for each, in their order; nil
// stands for the one of a tensor of one element.
func Gradient(gs ...*Tensor) BackwardOption { return gradients(gs) }

// Inputs makes Backward add to the Grad of these tensors only, one or more, which need
// not be leaves.
func Inputs(ts ...*Tensor) BackwardOption { return inputs(ts) }

// RetainGraph says whether the graph is kept for a second Backward. Unless it is given,
// that is so with [CreateGraph].
type RetainGraph bool

// CreateGraph records the backward pass itself, for higher derivatives.
type CreateGraph bool

// AllowUnused lets [Grad] return nil for an input that the outputs don't depend on,
// which is an error otherwise.
type AllowUnused bool

func (gs gradients) backward(b *backward)  { b.gradients = gs }
func (ts inputs) backward(b *backward)     { b.inputs, b.someInputs = ts, true }
func (r RetainGraph) backward(b *backward) { b.retain = &r }
func (c CreateGraph) backward(b *backward) { b.create = c }
func (a AllowUnused) backward(b *backward) { b.unused = a }

func (b *backward) retains() bool {
	if b.retain != nil {
		return bool(*b.retain)
	}
	return bool(b.create)
}

// Backward computes the gradients of t with respect to the leaves of its graph,
// and adds them to their Grad.
//
// Hooks and functions written in Go run before it returns. What one of them panics
// with, Backward panics with too: an [*Error] as it is, anything else inside one.
func (t *Tensor) Backward(opts ...BackwardOption) { Backward([]*Tensor{t}, opts...) }

// Backward is [Tensor.Backward] of several tensors at once, as
// torch.autograd.backward.
func Backward(ts []*Tensor, opts ...BackwardOption) {
	b := settleBackward("Backward", ts, opts)
	checkMemory(ts)
	h := holdTensors{op: b.op}
	defer h.release()
	err := libtorch.Backward(h.all(ts), h.gradients(ts, b.gradients), b.retains(), bool(b.create), h.all(b.inputs))
	if err != nil {
		failBackward(b.op, ts, err)
	}
	logWarnings()
}

// Grad returns the gradients of the sum of outputs with respect to each of inputs,
// as torch.autograd.grad: nobody's Grad changes. It takes [Gradient] (one for each
// output), [RetainGraph], [CreateGraph] and [AllowUnused].
//
//	g := torch.Grad([]*torch.Tensor{y}, []*torch.Tensor{x}, torch.CreateGraph(true))[0]
//	gg := torch.Grad([]*torch.Tensor{g.Sum()}, []*torch.Tensor{x})[0] // the second derivative
func Grad(outputs, inputs []*Tensor, opts ...BackwardOption) []*Tensor {
	b := settleBackward("Grad", outputs, opts)
	if len(inputs) == 0 || b.someInputs {
		panic(&Error{Op: "Grad", Kind: ValueError, Message: "expected the tensors to differentiate by as inputs, and not as an option"})
	}
	checkMemory(outputs)
	h := holdTensors{op: b.op}
	defer h.release()
	handles, err := libtorch.Grad(h.all(outputs), h.gradients(outputs, b.gradients), h.all(inputs),
		b.retains(), bool(b.create), bool(b.unused))
	if err != nil {
		failBackward(b.op, outputs, err)
	}
	logWarnings()
	grads := make([]*Tensor, len(handles))
	for i, g := range handles {
		grads[i] = newTensor(g, h.scope)
	}
	return grads
}

func settleBackward(op string, ts []*Tensor, opts []BackwardOption) backward {
	b := backward{op: op}
	for _, o := range opts {
		o.backward(&b)
	}
	if len(ts) == 0 {
		panic(&Error{Op: op, Kind: ValueError, Message: "expected tensors to differentiate, but got none"})
	}
	if b.gradients != nil && len(b.gradients) != len(ts) {
		panic(&Error{Op: op, Kind: ValueError, Message: fmt.Sprintf(
			"expected a gradient for each tensor: %d, but got %d", len(ts), len(b.gradients))})
	}
	if b.someInputs && len(b.inputs) == 0 {
		panic(&Error{Op: op, Kind: ValueError, Message: "expected Inputs to name a tensor at least: it can't be empty"})
	}
	for i, g := range b.gradients {
		checkGradient(op, ts[i], g)
	}
	return b
}

// checkGradient is what PyTorch asks of a gradient before it starts.
func checkGradient(op string, t, g *Tensor) {
	if t == nil || g == nil {
		return
	}
	e := &Error{Op: op, Kind: ValueError, Operands: []string{t.describe(), g.describe()}}
	switch {
	case !slices.Equal(t.Shape(), g.Shape()):
		e.Message = fmt.Sprintf("Mismatch in shape: the gradient has the shape %v and the tensor %v; they must be the same", g.Shape(), t.Shape())
	case t.IsComplex() != g.IsComplex():
		e.Message = fmt.Sprintf("expected a gradient of the tensor's dtype: one is complex and the other not: %s and %s", g.DType(), t.DType())
	case t.Device() != g.Device():
		e.Message = fmt.Sprintf("expected a gradient on the tensor's device, %s, but it is on %s", t.Device(), g.Device())
	default:
		return
	}
	panic(e)
}

// failBackward passes on what a Go function inside autograd panicked with.
func failBackward(op string, ts []*Tensor, err error) {
	roomMade(err) // a part of the graph is gone: for the next attempt, not for this one
	var p *libtorch.Panic
	if !errors.As(err, &p) {
		fail(op, ts, err)
	}
	if e, ok := p.Value.(*Error); ok {
		panic(e)
	}
	e := &Error{Op: op, Message: fmt.Sprint("a Go function in the graph panicked: ", p.Value)}
	e.cause, _ = p.Value.(error)
	panic(e)
}

// holdTensors keeps tensors from being freed until release, and finds the scope
// that results join.
type holdTensors struct {
	op    string
	held  []*Tensor
	scope *Scope
}

func (h *holdTensors) one(t *Tensor) libtorch.Tensor {
	handle := t.acquire(h.op)
	h.held = append(h.held, t)
	h.scope = inner(h.scope, t.scope.Load())
	return handle
}

// some is all for tensors of which some may be nil.
func (h *holdTensors) some(ts []*Tensor) []libtorch.Tensor {
	handles := make([]libtorch.Tensor, len(ts))
	for i, t := range ts {
		if t != nil {
			handles[i] = h.one(t)
		}
	}
	return handles
}

func (h *holdTensors) all(ts []*Tensor) []libtorch.Tensor {
	handles := make([]libtorch.Tensor, len(ts))
	for i, t := range ts {
		handles[i] = h.one(t)
	}
	return handles
}

// gradients are those given, or none for each of ts.
func (h *holdTensors) gradients(ts, given []*Tensor) []libtorch.Tensor {
	handles := make([]libtorch.Tensor, len(ts))
	for i, g := range given {
		if g != nil {
			handles[i] = h.one(g)
		}
	}
	return handles
}

func (h *holdTensors) release() {
	for _, t := range h.held {
		t.release()
	}
}
