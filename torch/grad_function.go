package torch

import (
	"fmt"
	"slices"

	"multitorch/internal/libtorch"
)

// Function is an operation with a gradient of its own, as torch.autograd.Function:
//
//	var exp = &torch.Function{
//		Name: "Exp",
//		Forward: func(ctx *torch.Context, xs ...*torch.Tensor) []*torch.Tensor {
//			y := xs[0].Exp()
//			ctx.SaveForBackward(y)
//			return []*torch.Tensor{y}
//		},
//		Backward: func(ctx *torch.Context, grads ...*torch.Tensor) []*torch.Tensor {
//			return []*torch.Tensor{grads[0].Mul(ctx.SavedTensors()[0])}
//		},
//	}
//	y := exp.Call(x)
type Function struct {
	// Name appears in GradFn ("ExpBackward") and in errors; "Function" when not given.
	Name string

	// Forward computes the outputs, one or more, without recording. An input may be nil,
	// and is passed on. It may return an input, or a view of one, which can't be changed in
	// place then, and changes one only where it marks that: see [Context.MarkDirty].
	Forward func(ctx *Context, inputs ...*Tensor) []*Tensor

	// Backward computes, from the gradient of each output, that of each input, in
	// the shape of that; nil stands for zeros and for what isn't needed. It can be
	// differentiated again if it computes with differentiable operations.
	//
	// The gradients, the saved tensors and what is computed from them are freed when
	// it returns. It runs on another OS thread than the caller's of Backward where
	// the inputs are on a GPU, and may panic (see [Tensor.Backward]), but must not
	// end its goroutine.
	Backward func(ctx *Context, grads ...*Tensor) []*Tensor

	// OnceDifferentiable says that Backward can't be differentiated: it runs without
	// recording, and an attempt at a second derivative is an error.
	OnceDifferentiable bool
}

// Context links one call of a function's Forward with its Backward. It may be used
// in these only.
type Context struct {
	// Data is what Forward leaves for Backward beside tensors. A tensor in it would
	// not be freed before the graph is; in a scope it may be freed too early.
	Data any

	needsInput        []bool
	saved             []*Tensor
	nonDifferentiable []*Tensor
	dirty             []*Tensor
	absent            bool
}

// NeedsInputGrad reports whether the gradient of input i is wanted. In Forward it is
// so for inputs that require gradients.
func (c *Context) NeedsInputGrad(i int) bool {
	return i >= 0 && i < len(c.needsInput) && c.needsInput[i]
}

// SaveForBackward keeps tensors for Backward, whatever scope they are in: inputs,
// outputs or others. Forward calls it once. If one of them is changed in place before
// Backward, that is an error then.
func (c *Context) SaveForBackward(ts ...*Tensor) { c.saved = ts }

// SavedTensors are the tensors that were saved, in Backward.
func (c *Context) SavedTensors() []*Tensor { return c.saved }

// MarkNonDifferentiable says of outputs that they have no gradient, in Forward.
// Outputs of integers and truth values have none anyway.
func (c *Context) MarkNonDifferentiable(outputs ...*Tensor) { c.nonDifferentiable = outputs }

// MarkDirty says of inputs that Forward changes them in place. Each must be an output
// too, and can't be a leaf that requires gradients; one that is a view must be the only
// output. Marks on what is no input are ignored.
func (c *Context) MarkDirty(inputs ...*Tensor) { c.dirty = inputs }

// SetMaterializeGrads(false), in Forward, makes Backward get nil for an output whose
// gradient is zero because nothing depends on it, instead of a tensor of zeros.
func (c *Context) SetMaterializeGrads(on bool) { c.absent = !on }

// Call applies the function, and returns the first output.
func (f *Function) Call(inputs ...*Tensor) *Tensor { return f.Apply(inputs...)[0] }

// Apply applies the function, and returns all outputs.
func (f *Function) Apply(inputs ...*Tensor) []*Tensor {
	if f == nil || f.Forward == nil {
		panic(&Error{Op: f.name(), Kind: ValueError, Message: "expected a Forward, but it is nil"})
	}
	records := IsGradEnabled() && !IsInferenceModeEnabled()
	ctx := &Context{}
	needed := false
	for _, x := range inputs {
		needs := records && x != nil && x.RequiresGrad()
		ctx.needsInput = append(ctx.needsInput, needs)
		needed = needed || needs
	}
	var outputs []*Tensor
	NoGrad(func() { outputs = f.Forward(ctx, inputs...) })
	if len(outputs) == 0 {
		panic(f.error("its Forward returned no output"))
	}
	for _, x := range ctx.dirty {
		if !has(outputs, x) {
			panic(f.error("some elements marked as dirty during the forward method were not returned as output: the inputs that are modified in place must all be outputs of the function"))
		}
	}
	if needed {
		return f.record(ctx, inputs, outputs)
	}
	for i, y := range outputs {
		if y.RequiresGrad() { // an input as it is: the output must not
			outputs[i] = y.Detach()
		}
	}
	return outputs
}

// name is what errors call the function.
func (f *Function) name() string {
	if f == nil || f.Name == "" {
		return "Function"
	}
	return f.Name
}

// has reports whether t is one of ts.
func has(ts []*Tensor, t *Tensor) bool {
	return slices.ContainsFunc(ts, func(o *Tensor) bool { return o != nil && t != nil && o.handle == t.handle })
}

func (f *Function) record(ctx *Context, inputs, outputs []*Tensor) []*Tensor {
	h := holdTensors{op: f.name()}
	defer h.release()
	r := libtorch.Recording{
		Name:    f.name() + "Backward",
		Inputs:  h.some(inputs),
		Outputs: h.all(outputs), Differentiable: make([]bool, len(outputs)), Dirty: make([]bool, len(outputs)),
		Saved:       h.some(ctx.saved),
		Materialize: !ctx.absent,
		Once:        f.OnceDifferentiable,
	}
	for i, y := range outputs {
		r.Differentiable[i] = !has(ctx.nonDifferentiable, y)
		r.Dirty[i] = has(ctx.dirty, y) && has(inputs, y)
	}
	// Nothing of the forward pass but this is kept by the graph: above all no
	// Go tensor, whose memory the graph would then hold for good.
	r.Backward = (&gradient{f, ctx.Data, len(inputs)}).backward
	handles, err := libtorch.Record(r)
	if err != nil {
		fail(f.name(), inputs, err)
	}
	recorded := make([]*Tensor, len(outputs))
	for i, y := range outputs {
		if handles[i] == y.handle { // it was given the history itself
			handles[i].Free()
			recorded[i] = y
		} else {
			recorded[i] = newTensor(handles[i], h.scope)
		}
	}
	if anomalies.Load() > 0 {
		markSite(recorded[0].handle)
	}
	return recorded
}

type gradient struct {
	f      *Function
	data   any
	inputs int
}

func (k *gradient) backward(grads, saved []libtorch.Tensor, needed []bool) []libtorch.Tensor {
	s := openScope()
	defer s.Close()
	defer noteSite()
	wrap := func(hs []libtorch.Tensor) []*Tensor {
		ts := make([]*Tensor, len(hs))
		for i, h := range hs {
			ts[i] = newTensor(h, s)
		}
		return ts
	}
	gs := wrap(grads)
	ctx := &Context{Data: k.data, needsInput: needed, saved: wrap(saved)}
	if k.f.Backward == nil {
		panic(k.f.error("it has no Backward"))
	}
	results := k.f.Backward(ctx, gs...)
	if len(results) != k.inputs {
		panic(k.f.error(fmt.Sprintf("expected its Backward to return a gradient for each input: %d, but got %d", k.inputs, len(results))))
	}
	h := holdTensors{op: k.f.name()}
	defer h.release()
	given := make([]libtorch.Tensor, len(results))
	for i, r := range results {
		if r != nil && needed[i] {
			given[i] = h.one(r)
		}
	}
	for i, r := range given {
		if r != 0 {
			given[i] = r.Retain() // nothing can fail from here on
		}
	}
	return given
}

func (f *Function) error(message string) *Error {
	return &Error{Op: f.name(), Kind: ValueError, Message: message}
}
