package nn

import (
	"slices"

	"multitorch/torch"
)

// backwardCall is one Forward of a module that has backward hooks: an identity on the inputs and one on the outputs, as
// PyTorch's BackwardHook. The backward of the second notes the gradients of the outputs, that of the first runs the hooks.
type backwardCall struct {
	module          Module
	pre, hooks      []*Hook
	inputs, outputs int             // how many there are
	in, out         []int           // those that pass through the identities, nil for none
	like            []zeros         // of those in out
	noted           []*torch.Tensor // of the outputs, once they are known
	own             []*torch.Tensor // of those noted, the ones to be freed
}

// zeros are what stands for a gradient that nobody computed.
type zeros struct {
	shape  torch.Shape
	dtype  torch.DType
	device torch.Device
}

// newBackwardCall is nil if there are no backward hooks.
func (h *hooks) newBackwardCall(in []*torch.Tensor) *backwardCall {
	if len(h.backward)+len(h.backwardPre) == 0 {
		return nil
	}
	n := len(in)
	for n > 0 && in[n-1] == nil { // as Python, which doesn't see arguments that are left out
		n--
	}
	return &backwardCall{module: h.module, pre: h.backwardPre, hooks: h.backward, inputs: n}
}

// watch passes the inputs through the first identity, if a gradient is computed for one.
func (h *hooks) watch(in []*torch.Tensor) []*torch.Tensor {
	call := h.newBackwardCall(in)
	if call == nil {
		return in
	}
	in, call.in = identity(in, true, call.gradInputs)
	if call.in != nil {
		h.calls.Store(in[call.in[0]], call)
	}
	return in
}

// take is the call that began with what watch returned, which is over then; nil if none did.
func (h *hooks) take(in []*torch.Tensor) *backwardCall {
	if i := slices.IndexFunc(in, func(x *torch.Tensor) bool { return x != nil }); i >= 0 {
		if call, ok := h.calls.LoadAndDelete(in[i]); ok {
			return call.(*backwardCall)
		}
	}
	return nil
}

// watchOutputs passes the outputs through the second identity.
func (c *backwardCall) watchOutputs(out []*torch.Tensor) []*torch.Tensor {
	c.outputs = len(out)
	out, c.out = identity(out, false, c.gradOutputs)
	for _, at := range c.out {
		c.like = append(c.like, zeros{out[at].Shape(), out[at].DType(), out[at].Device()})
	}
	return out
}

// identity passes the tensors among ts through a function whose backward is f, and says which they are: none if no gradient is
// computed for one. Those without gradients stay so. Where full is set, f gets zeros for what isn't known, else nil.
func identity(ts []*torch.Tensor, full bool, f func(grads []*torch.Tensor) []*torch.Tensor) (out []*torch.Tensor, at []int) {
	var passed []*torch.Tensor
	recorded := false
	for i, t := range ts {
		if t != nil {
			at, passed = append(at, i), append(passed, t)
			recorded = recorded || t.RequiresGrad()
		}
	}
	if !recorded || !torch.IsGradEnabled() {
		return ts, nil
	}
	function := torch.Function{
		Name: "BackwardHookFunction",
		Forward: func(ctx *torch.Context, xs ...*torch.Tensor) []*torch.Tensor {
			ctx.SetMaterializeGrads(full)
			ys := make([]*torch.Tensor, len(xs))
			var fixed []*torch.Tensor
			for i, x := range xs {
				ys[i] = alias.Unary(x)
				if !ctx.NeedsInputGrad(i) {
					fixed = append(fixed, ys[i])
				}
			}
			ctx.MarkNonDifferentiable(fixed...)
			return ys
		},
		Backward: func(_ *torch.Context, grads ...*torch.Tensor) []*torch.Tensor { return f(grads) },
	}
	out = slices.Clone(ts)
	for i, y := range function.Apply(passed...) {
		out[at[i]] = y
	}
	return out, at
}

var alias = torch.NewOperator("aten::alias", "self")

// gradOutputs notes the gradients of the outputs, and runs what is to run then: the hooks too, where no input has a gradient.
func (c *backwardCall) gradOutputs(grads []*torch.Tensor) []*torch.Tensor {
	all := spread(c.outputs, c.out, grads)
	for _, hook := range c.pre {
		all = exchanged(all, hook.forward(c.module, nil, all))
	}
	if c.in == nil {
		for _, hook := range c.hooks {
			got := hook.forward(c.module, make([]*torch.Tensor, c.inputs), all)
			if slices.ContainsFunc(got, func(g *torch.Tensor) bool { return g != nil }) {
				panic(invalid("nn", "expected a backward hook to return nil, since no input of the module requires a gradient"))
			}
		}
	} else {
		c.note(all, grads)
	}
	result := gather(c.out, all)
	for i, g := range result {
		if g == nil && !unknownPasses() {
			result[i] = torch.Zeros(c.like[i].shape, c.like[i].dtype, c.like[i].device)
		}
	}
	return result
}

// note keeps the gradients of the outputs until those of the inputs are known. What backward computed is held itself, and no alias
// of it: backward takes for its own what nobody else holds.
func (c *backwardCall) note(all, computed []*torch.Tensor) {
	c.noted, c.own = all, nil
	for _, g := range all {
		if g == nil {
			continue
		}
		g.Keep()
		if slices.Contains(computed, g) {
			c.own = append(c.own, g)
		}
	}
}

// gradInputs runs the hooks with the gradients of the inputs, and returns these. Gradients that came past the outputs, from what
// Forward left elsewhere, are none of the hooks' business.
func (c *backwardCall) gradInputs(grads []*torch.Tensor) []*torch.Tensor {
	noted, own := c.noted, c.own
	if noted == nil {
		return grads
	}
	c.noted, c.own = nil, nil
	result := grads
	torch.Scoped(func(s *torch.Scope) {
		for _, g := range own {
			s.Own(g)
		}
		all := spread(c.inputs, c.in, grads)
		for _, hook := range c.hooks {
			all = exchanged(all, hook.forward(c.module, all, noted))
		}
		result = gather(c.in, all)
		for i, g := range result {
			if g != nil && g != grads[i] {
				g.Keep()
			}
		}
	})
	return result
}

// spread puts what stands at some places there, with nil between them; gather takes it from there.
func spread(n int, at []int, ts []*torch.Tensor) []*torch.Tensor {
	all := make([]*torch.Tensor, n)
	for i, t := range ts {
		all[at[i]] = t
	}
	return all
}

func gather(at []int, all []*torch.Tensor) []*torch.Tensor {
	ts := make([]*torch.Tensor, len(at))
	for i, place := range at {
		ts[i] = all[place]
	}
	return ts
}
