package nn

import (
	"slices"
	"sync"

	"multitorch/torch"
)

// Hooks run before and after a module's Forward, and in backward. All modules of this package have
// them; a module of one's own has them if its Forward goes through [Through], [ThroughAll] or [Call],
// where the inputs are not known to the hooks. Tensors come as slices, of one for a [Layer]. A hook may
// return others in their place, as many, or nil to leave them as they are. Sequential leaves to the
// scopes and the collector what a hook on one of its layers has seen; modules that are made of others,
// as transformers are, free what passes inside them, of which a hook keeps a Clone.

// Hook is a function that runs with a module, until Remove.
type Hook struct {
	base    *Base
	of      func(*hooks) *[]*Hook
	forward func(m Module, inputs, outputs []*torch.Tensor) []*torch.Tensor
}

// Remove ends the hook. A second Remove does nothing.
func (h *Hook) Remove() {
	h.base.changeHooks(nil, func(s *hooks) {
		list := h.of(s)
		*list = slices.DeleteFunc(slices.Clone(*list), func(o *Hook) bool { return o == h })
	})
}

// hooks are a module's. They are not changed, but exchanged.
type hooks struct {
	module                           Module
	pre, post, backwardPre, backward []*Hook
	calls                            *sync.Map // backwardCalls by the first input that the module got
}

// RegisterForwardPreHook has f called before m's Forward, with its inputs, as
// Module.register_forward_pre_hook. Hooks run in the order in which they were registered.
func RegisterForwardPreHook(m Module, f func(m Module, inputs []*torch.Tensor) []*torch.Tensor) *Hook {
	return register(m, func(h *hooks) *[]*Hook { return &h.pre }, f != nil,
		func(m Module, in, _ []*torch.Tensor) []*torch.Tensor { return f(m, in) })
}

// RegisterForwardHook has f called after m's Forward, with its inputs and outputs, as
// Module.register_forward_hook.
func RegisterForwardHook(m Module, f func(m Module, inputs, outputs []*torch.Tensor) []*torch.Tensor) *Hook {
	return register(m, func(h *hooks) *[]*Hook { return &h.post }, f != nil, f)
}

// RegisterFullBackwardPreHook has f called when the gradients of m's outputs are known, as
// Module.register_full_backward_pre_hook. Those that are not known are nil. A tensor's own hooks
// (RegisterHook) on an output run before it.
func RegisterFullBackwardPreHook(m Module, f func(m Module, gradOutputs []*torch.Tensor) []*torch.Tensor) *Hook {
	return register(m, func(h *hooks) *[]*Hook { return &h.backwardPre }, f != nil,
		func(m Module, _, out []*torch.Tensor) []*torch.Tensor { return f(m, out) })
}

// RegisterFullBackwardHook has f called when the gradients of m's inputs are known, which it may
// exchange, as Module.register_full_backward_hook. Those of inputs without gradients are nil, and
// inputs left out at the end are not there; if no input requires a gradient, f runs when the gradients
// of the outputs are known, and returns nil. It doesn't run for gradients that reach the inputs past
// the outputs. The tensors are freed when f returns: Keep takes one out. As in PyTorch, the inputs and
// the outputs pass through an identity: neither m nor what comes after it may change them in place.
func RegisterFullBackwardHook(m Module, f func(m Module, gradInputs, gradOutputs []*torch.Tensor) []*torch.Tensor) *Hook {
	return register(m, func(h *hooks) *[]*Hook { return &h.backward }, f != nil, f)
}

func register(m Module, of func(*hooks) *[]*Hook, given bool, f func(m Module, in, out []*torch.Tensor) []*torch.Tensor) *Hook {
	if !given {
		panic(invalid("nn", "expected a function as hook, but got nil"))
	}
	h := &Hook{m.mustEmbedNNBase(), of, f}
	h.base.changeHooks(m, func(s *hooks) { *of(s) = append(slices.Clone(*of(s)), h) })
	return h
}

var hooksChange sync.Mutex

// changeHooks exchanges the hooks for a changed copy, nil for none.
func (b *Base) changeHooks(m Module, change func(*hooks)) {
	hooksChange.Lock()
	defer hooksChange.Unlock()
	old := b.hooks.Load()
	if old == nil {
		old = &hooks{module: m, calls: &sync.Map{}}
	}
	s := *old
	change(&s)
	if len(s.pre)+len(s.post)+len(s.backwardPre)+len(s.backward) == 0 {
		b.hooks.Store(nil)
		return
	}
	b.hooks.Store(&s)
}

// before runs what comes before Forward, and returns its inputs.
func (h *hooks) before(in []*torch.Tensor) []*torch.Tensor {
	for _, hook := range h.pre {
		in = exchanged(in, hook.forward(h.module, in, nil))
	}
	return h.watch(in)
}

// after runs what comes after Forward, and returns its outputs.
func (h *hooks) after(in, out []*torch.Tensor) []*torch.Tensor {
	call := h.take(in)
	for _, hook := range h.post {
		out = exchanged(out, hook.forward(h.module, in, out))
	}
	if call == nil {
		call = h.newBackwardCall(in) // one that no input has a gradient in
	}
	if call != nil {
		out = call.watchOutputs(out)
	}
	return out
}

// exchanged is what a hook returned, or what it left as it was.
func exchanged(was, got []*torch.Tensor) []*torch.Tensor {
	if got == nil {
		return was
	}
	if len(got) != len(was) {
		panic(invalid("nn", "expected a hook to return %d tensors, or nil, but got %d", len(was), len(got)))
	}
	return got
}

// enter runs the hooks before a layer's Forward; leave, deferred, those after it, or it adds the
// module's place to an error that passes, as guard does.
func (b *Base) enter(x *torch.Tensor) *torch.Tensor {
	if h := b.hooks.Load(); h != nil {
		return h.before([]*torch.Tensor{x})[0]
	}
	return x
}

func (b *Base) leave(kind string, x *torch.Tensor, y **torch.Tensor) {
	if r := recover(); r != nil {
		panic(b.failed(r, kind, x))
	}
	if h := b.hooks.Load(); h != nil {
		*y = h.after([]*torch.Tensor{x}, []*torch.Tensor{*y})[0]
	}
}

// failed is placed, for a Forward whose inputs were in. Its backward hooks won't run.
func (b *Base) failed(r any, kind string, in ...*torch.Tensor) any {
	if h := b.hooks.Load(); h != nil {
		h.take(in)
	}
	return b.placed(r, kind)
}

// enterAll and leaveAll are enter and leave for several inputs and outputs.
func (b *Base) enterAll(inputs ...**torch.Tensor) []*torch.Tensor {
	h := b.hooks.Load()
	if h == nil {
		return nil
	}
	in := make([]*torch.Tensor, len(inputs))
	for i, x := range inputs {
		in[i] = *x
	}
	in = h.before(in)
	for i, x := range inputs {
		*x = in[i]
	}
	return in
}

func (b *Base) leaveAll(kind string, in []*torch.Tensor, outputs ...**torch.Tensor) {
	if r := recover(); r != nil {
		panic(b.failed(r, kind, in...))
	}
	h := b.hooks.Load()
	if h == nil {
		return
	}
	out := make([]*torch.Tensor, len(outputs))
	for i, y := range outputs {
		out[i] = *y
	}
	for i, y := range h.after(in, out) {
		*outputs[i] = y
	}
}

// enterPacked and leavePacked are enterAll and leaveAll for packed sequences, of which hooks see the data, as the first tensor.
func (b *Base) enterPacked(x **PackedSequence, states ...**torch.Tensor) []*torch.Tensor {
	if b.hooks.Load() == nil || *x == nil {
		return nil
	}
	mine := **x // the caller's stays as it is
	*x = &mine
	return b.enterAll(append([]**torch.Tensor{&mine.Data}, states...)...)
}

func (b *Base) leavePacked(kind string, in []*torch.Tensor, output **PackedSequence, states ...**torch.Tensor) {
	if r := recover(); r != nil {
		panic(b.failed(r, kind, in...))
	}
	if b.hooks.Load() != nil {
		b.leaveAll(kind, in, append([]**torch.Tensor{&(*output).Data}, states...)...)
	}
}
