package optim

import "multitorch/torch"

// Steps raises a slot's counts by one and goes on with each part of the batch whose counts, and whose numbers in other
// slots, are the same. Mostly that is the whole batch.
func (b *Batch) Steps(slot int, do func(part *Batch, step float64), others ...int) {
	var parts [][]int
	for i, s := range b.states {
		s.numbers[slot]++
		n := 0
		for n < len(parts) && !s.equal(b.states[parts[n][0]], slot, others) {
			n++
		}
		if n == len(parts) {
			parts = append(parts, make([]int, 0, len(b.states)))
		}
		parts[n] = append(parts[n], i)
	}
	for _, members := range parts {
		part := b
		if len(parts) > 1 {
			part = b.part(members)
		}
		do(part, part.Number(slot))
	}
}

func (s *state) equal(other *state, slot int, others []int) bool {
	for _, o := range others {
		if s.numbers[o] != other.numbers[o] {
			return false
		}
	}
	return s.numbers[slot] == other.numbers[slot]
}

// Number is what a slot holds of the batch's first parameter.
func (b *Batch) Number(slot int) float64 { return float64(b.states[0].numbers[slot]) }

// SetNumber puts a number into a slot of all the batch's parameters, rounded to a float32.
func (b *Batch) SetNumber(slot int, number float64) {
	for _, s := range b.states {
		s.numbers[slot] = float32(number)
	}
}

// Each goes through the batch's parameters one by one.
func (b *Batch) Each(do func(one *Batch)) {
	for i := range b.states {
		do(b.part([]int{i}))
	}
}

// part is the batch of some parameters, by their place.
func (b *Batch) part(members []int) *Batch {
	p := *b
	p.states = make([]*state, len(members))
	for n, i := range members {
		p.states[n] = b.states[i]
	}
	p.places = members
	p.Params, p.Grads = p.of(b.Params), p.of(b.Grads)
	return &p
}

// of is a list of the batch that this one is a part of, for its own parameters.
func (b *Batch) of(whole List) List {
	ts := make([]*torch.Tensor, len(b.places))
	for n, i := range b.places {
		ts[n] = whole.tensors[i]
	}
	return List{b, ts}
}
