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
	sparse    bool // a gradient is sparse
	starts    bool // it is the group's first
	states    []*state
	places    []int // of a part: its parameters in the batch that it is a part of
}

// batchElements is how many elements are gone through together on the CPU. It
// bounds what a step takes beside the state, and keeps most of it in the cache from
// one operator to the next. A larger parameter is a batch by itself.
const batchElements = 1 << 17

// Update is a step: it calls the closure, if there is one, with gradients on, and then update for the parameters with
// gradients, batch by batch, with gradients off. What update makes on its way is freed. It returns the closure's loss.
func (o *Base) Update(closure []Closure, update func(g *Group, b *Batch)) (loss *torch.Tensor) {
	if len(closure) > 0 && closure[0] != nil { // Python's step(None)
		torch.EnableGrad(func() { loss = closure[0]() })
	}
	torch.NoGrad(func() {
		for _, g := range o.groups {
			o.updateGroup(g, update)
		}
	})
	o.steps++
	return loss
}

func (o *Base) updateGroup(g *Group, update func(g *Group, b *Batch)) {
	var foreach *bool
	if f, has := g.Settings.(interface{ foreach() *bool }); has {
		foreach = f.foreach()
	}
	starts := true
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
				grad := grads[i]
				if grad == nil {
					grad = o.zeroGrad(s, p)
				}
				if grad != nil {
					if torch.TraitsOf(grad).Sparse {
						b.takeSparse(p)
					}
					params[len(b.states)], grads[len(b.states)] = p.Tensor, grad
					b.states = append(b.states, o.stateOf(g, p))
				}
			}
			if with := len(b.states); with > 0 {
				b.Params, b.Grads, b.starts = List{b, params[:with]}, List{b, grads[:with]}, starts
				update(g, b)
				starts = false
			}
		})
		rest = rest[n:]
	}
}

// takeSparse makes the batch one with sparse gradients, which PyTorch goes through one after the other as well.
func (b *Batch) takeSparse(p *nn.Parameter) {
	if !b.optimizer.Sparse {
		b.optimizer.refuse(torch.OtherError, fmt.Sprintf("the gradient of a parameter, %v, is sparse: SGD, Adagrad and SparseAdam take those", p.Shape()))
	}
	b.lists, b.sparse = false, true
}

// together is how many of the first parameters go into one batch, and whether
// they are on a GPU.
func together(ps []*nn.Parameter) (n int, gpu bool) {
	first := torch.TraitsOf(ps[0].Tensor)
	gpu = first.Device.IsCUDA()
	elements := first.Numel
	for n = 1; n < len(ps); n++ {
		next := torch.TraitsOf(ps[n].Tensor)
		elements += next.Numel
		full := elements > batchElements && !gpu
		if full || next.DType != first.DType || next.Device != first.Device {
			break
		}
	}
	return n, gpu
}

// Slot lists a slot's tensors, made where they are not there yet.
func (b *Batch) Slot(slot int) List {
	ts := make([]*torch.Tensor, len(b.states))
	for i, s := range b.states {
		ts[i] = b.optimizer.tensorOf(s, slot, b.group, b.Params.tensors[i])
	}
	return List{b, ts}
}

// Without copies from, an element for each parameter, into a slot where it is not there yet. It returns the batch of the
// parameters that had it before, or nil: only those move it on in this step.
func (b *Batch) Without(slot int, from List) (before *Batch, beforeFrom List) {
	var had []int
	for i, s := range b.states {
		if s.tensors[slot] == nil {
			s.tensors[slot] = from.tensors[i].Clone().Keep()
			continue
		}
		had = append(had, i)
	}
	if len(had) == 0 {
		return nil, List{}
	}
	old := b.part(had)
	return old, old.of(from)
}

// Count raises a slot's counts by one, and gives for each parameter what of returns for its count. Of equal counts in a
// row it is asked once.
func (b *Batch) Count(slot int, of func(step float64) []float64) [][]float64 {
	var columns [][]float64
	var last []float64
	for i, s := range b.states {
		s.numbers[slot]++
		if i == 0 || s.numbers[slot] != b.states[i-1].numbers[slot] {
			last = of(float64(s.numbers[slot]))
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
