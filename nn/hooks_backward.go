package nn

import (
	"slices"

	"multitorch/torch"
)

// backwardCall is one Forward of a module that has backward hooks.
type backwardCall struct {
	hooks  *hooks
	inputs int             // how many there are
	at     []int           // those that are tensors, if any has a gradient
	grads  []*torch.Tensor // of the outputs, as far as they are known
}

// watch passes the inputs, if any has a gradient, through an identity whose backward runs the hooks.
// As in PyTorch, the others get zeros for theirs.
func (h *hooks) watch(in []*torch.Tensor) []*torch.Tensor {
	call := &backwardCall{hooks: h, inputs: len(in)}
	var watched []*torch.Tensor
	any := false
	for i, x := range in {
		if x != nil {
			call.at, watched = append(call.at, i), append(watched, x)
			any = any || x.RequiresGrad()
		}
	}
	out := slices.Clone(in)
	if !any {
		call.at = nil
	} else {
		identity := torch.Function{
			Name: "ModuleHook",
			Forward: func(ctx *torch.Context, xs ...*torch.Tensor) []*torch.Tensor {
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
			Backward: func(_ *torch.Context, grads ...*torch.Tensor) []*torch.Tensor { return call.backward(grads) },
		}
		for i, y := range identity.Apply(watched...) {
			out[call.at[i]] = y
		}
	}
	h.calls.Store(out[0], call)
	return out
}

var alias = torch.NewOperator("aten::alias", "self")

// outputs notes the gradients of the outputs when they are known. Where no input has any, the
// hooks run then.
func (c *backwardCall) outputs(out []*torch.Tensor) {
	c.grads = make([]*torch.Tensor, len(out))
	for i, y := range out {
		if y == nil || !y.RequiresGrad() {
			continue
		}
		y.RegisterHook(func(grad *torch.Tensor) *torch.Tensor {
			given := grad
			c.grads[i] = grad
			for _, hook := range c.hooks.backwardPre {
				c.grads = c.hooks.exchanged(c.grads, hook.forward(c.hooks.module, nil, c.grads))
			}
			grad = c.grads[i]
			if len(c.at) == 0 {
				c.run(make([]*torch.Tensor, c.inputs))
				c.grads[i] = nil
			} else if grad != nil {
				c.grads[i] = grad.Detach().Keep()
			}
			if grad == given {
				return nil
			}
			return grad
		})
	}
}

// backward runs the hooks with the gradients of the inputs that have some, and returns these.
func (c *backwardCall) backward(grads []*torch.Tensor) []*torch.Tensor {
	all := make([]*torch.Tensor, c.inputs)
	for i, at := range c.at {
		all[at] = grads[i]
	}
	all = c.run(all)
	clear(c.grads)
	result := make([]*torch.Tensor, len(c.at))
	for i, at := range c.at {
		result[i] = all[at]
	}
	return result
}

func (c *backwardCall) run(in []*torch.Tensor) []*torch.Tensor {
	for _, hook := range c.hooks.backward {
		in = c.hooks.exchanged(in, hook.forward(c.hooks.module, in, c.grads))
	}
	return in
}
