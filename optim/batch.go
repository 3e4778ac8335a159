package optim

import (
	"multitorch/nn"
	"multitorch/torch"
)

// batch is parameters with gradients that a step treats alike, on one device and
// of one dtype.
type batch struct {
	scope   *torch.Scope // of what the step makes on its way
	foreach bool         // PyTorch would use lists here
	lists   bool         // lists are used
	gpu     bool
	params  []*torch.Tensor
	grads   []*torch.Tensor
	states  []*state
}

// batchElements is how many elements are gone through together on the CPU. It
// bounds what a step takes beside the state, and keeps most of it in the cache from
// one operator to the next. A larger parameter is a batch by itself.
const batchElements = 1 << 17

// step calls update for the parameters with gradients, batch by batch, and frees
// what it made on the way.
func (o *optimizer) step(update func(g *Group, b *batch)) {
	torch.NoGrad(func() {
		for _, g := range o.groups {
			o.stepGroup(g, update)
		}
	})
}

func (o *optimizer) stepGroup(g *Group, update func(g *Group, b *batch)) {
	for rest := g.Params; len(rest) > 0; {
		n, gpu := together(rest)
		torch.Scoped(func(s *torch.Scope) {
			b := &batch{scope: s, gpu: gpu}
			b.foreach = g.Foreach != nil && *g.Foreach || g.Foreach == nil && gpu && running().foreachOnGPU
			b.lists = b.foreach || g.Foreach == nil && !gpu
			b.params = tensorsOf(rest[:n])
			b.grads = torch.Grads(s, b.params)
			b.states = make([]*state, 0, n)
			for i, p := range rest[:n] {
				if grad := b.grads[i]; grad != nil {
					b.params[len(b.states)], b.grads[len(b.states)] = p.Tensor, grad
					b.states = append(b.states, o.stateOf(p))
				}
			}
			b.params, b.grads = b.params[:len(b.states)], b.grads[:len(b.states)]
			if len(b.states) > 0 {
				update(g, b)
			}
		})
		rest = rest[n:]
	}
}

// together is how many of the first parameters go into one batch, and whether
// they are on a GPU.
func together(ps []*nn.Parameter) (n int, gpu bool) {
	device, dtype := ps[0].Device(), ps[0].DType()
	elements := ps[0].Numel()
	for n = 1; n < len(ps); n++ {
		elements += ps[n].Numel()
		full := elements > batchElements && !device.IsCUDA()
		if full || ps[n].DType() != dtype || ps[n].Device() != device {
			break
		}
	}
	return n, device.IsCUDA()
}

// slot lists one of the state's tensors for every parameter, made of zeros where
// it is not there yet.
func (b *batch) slot(i int) []*torch.Tensor {
	ts := make([]*torch.Tensor, len(b.states))
	for j, s := range b.states {
		if s.tensors[i] == nil {
			s.tensors[i] = torch.ZerosLike(b.params[j]).Keep()
		}
		ts[j] = s.tensors[i]
	}
	return ts
}
