package optim

import (
	"fmt"

	"multitorch/nn"
	"multitorch/torch"
)

// Batch is parameters with gradients that a step treats alike, on one device and of one dtype.
type Batch struct {
	Params, Grads List

	optimizer *Base
	group     *Group
	scope     *torch.Scope // of what the step makes on its way
	foreach   bool         // PyTorch would use lists here
	lists     bool         // lists are used
	gpu       bool
	states    []*state
}

// batchElements is how many elements are gone through together on the CPU. It
// bounds what a step takes beside the state, and keeps most of it in the cache from
// one operator to the next. A larger parameter is a batch by itself.
const batchElements = 1 << 17

// Update is a step: it calls the closure, if there is one, with gradients on, and then update for the parameters with
// gradients, batch by batch, with gradients off. What update makes on its way is freed. It returns the closure's loss.
func (o *Base) Update(closure []Closure, update func(g *Group, b *Batch)) (loss *torch.Tensor) {
	if len(closure) > 0 {
		torch.EnableGrad(func() { loss = closure[0]() })
	}
	torch.NoGrad(func() {
		for _, g := range o.groups {
			o.updateGroup(g, update)
		}
	})
	return loss
}

func (o *Base) updateGroup(g *Group, update func(g *Group, b *Batch)) {
	var foreach *bool
	if f, has := g.Settings.(interface{ foreach() *bool }); has {
		foreach = f.foreach()
	}
	for rest := g.Params; len(rest) > 0; {
		n, gpu := together(rest)
		torch.Scoped(func(s *torch.Scope) {
			b := &Batch{optimizer: o, group: g, scope: s, gpu: gpu}
			b.foreach = foreach != nil && *foreach || foreach == nil && gpu && running().foreachOnGPU
			b.lists = b.foreach || foreach == nil && !gpu && rest[0].ElementSize() >= 4 // see Foreach
			params := tensorsOf(rest[:n])
			grads := torch.Grads(s, params)
			b.states = make([]*state, 0, n)
			for i, p := range rest[:n] {
				if grad := grads[i]; grad != nil {
					if isSparse(grad) {
						b.takeSparse(p)
					}
					params[len(b.states)], grads[len(b.states)] = p.Tensor, grad
					b.states = append(b.states, o.stateOf(p))
				}
			}
			if with := len(b.states); with > 0 {
				b.Params, b.Grads = List{b, params[:with]}, List{b, grads[:with]}
				update(g, b)
			}
		})
		rest = rest[n:]
	}
}

// takeSparse makes the batch one with sparse gradients, which PyTorch goes through one after the other as well.
func (b *Batch) takeSparse(p *nn.Parameter) {
	if !b.optimizer.Sparse {
		b.optimizer.refuse(torch.OtherError, fmt.Sprintf("the gradient of a parameter, %v, is sparse: SGD takes those", p.Shape()))
	}
	b.lists = false
}

// isSparse says whether a tensor has no memory of its own, but indices and values.
func isSparse(t *torch.Tensor) bool { return t.Numel() > 0 && !t.SharesMemory(t) }

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

// Slot lists a slot's tensors, made where they are not there yet.
func (b *Batch) Slot(slot int) List {
	ts := make([]*torch.Tensor, len(b.states))
	for i, s := range b.states {
		if s.tensors[slot] == nil {
			s.tensors[slot] = b.make(slot, b.Params.tensors[i]).Keep()
		}
		ts[i] = s.tensors[slot]
	}
	return List{b, ts}
}

func (b *Batch) make(slot int, p *torch.Tensor) *torch.Tensor {
	if make := b.optimizer.slots[slot].Make; make != nil {
		return make(b.group, p)
	}
	return torch.ZerosLike(p)
}

// Without copies from, an element for each parameter, into a slot where it is not there yet. It returns the batch of the
// parameters that had it before, or nil: only those move it on in this step.
func (b *Batch) Without(slot int, from List) (before *Batch, beforeFrom List) {
	old := &Batch{optimizer: b.optimizer, group: b.group, scope: b.scope, foreach: b.foreach, lists: b.lists, gpu: b.gpu}
	var params, grads, taken []*torch.Tensor
	for i, s := range b.states {
		if s.tensors[slot] == nil {
			s.tensors[slot] = from.tensors[i].Clone().Keep()
			continue
		}
		old.states = append(old.states, s)
		params, grads = append(params, b.Params.tensors[i]), append(grads, b.Grads.tensors[i])
		taken = append(taken, from.tensors[i])
	}
	if len(old.states) == 0 {
		return nil, List{}
	}
	old.Params, old.Grads = List{old, params}, List{old, grads}
	return old, List{old, taken}
}

// Count raises a slot's counts by one, and gives for each parameter what of returns for its count. Of equal counts in a
// row it is asked once.
func (b *Batch) Count(slot int, of func(step float64) []float64) [][]float64 {
	var columns [][]float64
	var last []float64
	for i, s := range b.states {
		s.counts[slot]++
		if i == 0 || s.counts[slot] != b.states[i-1].counts[slot] {
			last = of(float64(s.counts[slot]))
		}
		for c, v := range last {
			if i == 0 {
				columns = append(columns, make([]float64, len(b.states)))
			}
			columns[c][i] = v
		}
	}
	return columns
}
