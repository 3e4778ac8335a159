package metrics

import (
	"fmt"
	"slices"

	"multitorch/torch"
)

// Stateful is a metric, or a [Mean], whose sums can be taken out: to go on with them in a later run, or to put together what
// several processes measured. All metrics of this package are.
//
//	saved := m.State()
//	...
//	m.Reset()
//	err := m.Merge(saved) // as it was
type Stateful interface {
	// State is what was summed up since Reset: the metric's own tensors, which change with the next Update. Nil is nothing.
	State() []*torch.Tensor
	// Merge adds what another metric of the same kind summed up. A state that does not fit is an error and changes nothing.
	Merge(state []*torch.Tensor) error
}

// StateOf finds the sums of a metric, also of one that [Of] made.
func StateOf(m any) (Stateful, bool) {
	if s, ok := m.(Stateful); ok {
		return s, true
	}
	if inner, ok := m.(interface{ Unwrap() any }); ok {
		return StateOf(inner.Unwrap())
	}
	return nil, false
}

// part is what a tensor of a state has to be; a size of -1 is any.
type part struct {
	dtype torch.DType
	shape []int
}

// scalars are n sums in double precision.
func scalars(n int) []part { return slices.Repeat([]part{{torch.Float64, nil}}, n) }

// fits says what is wrong with a state.
func fits(metric string, state []*torch.Tensor, parts ...part) error {
	if len(state) != len(parts) {
		return fmt.Errorf("%s: expected a state of %d tensors, but got %d: it is of another metric", metric, len(parts), len(state))
	}
	for i, t := range state {
		if t == nil {
			return fmt.Errorf("%s: tensor %d of the state is nil", metric, i)
		}
		want, got := parts[i], t.Shape()
		same := len(got) == len(want.shape) && t.DType() == want.dtype
		for d := 0; same && d < len(got); d++ {
			same = want.shape[d] < 0 || got[d] == want.shape[d]
		}
		if !same {
			return fmt.Errorf("%s: tensor %d of the state: expected %v %v, but got %v %v: it is of another metric, or of other classes",
				metric, i, want.dtype, want.shape, t.DType(), got)
		}
	}
	return nil
}

// plus adds a sum to one that may be none yet.
func plus(sum, more *torch.Tensor) *torch.Tensor {
	if sum == nil {
		return more.Clone().Keep()
	}
	torch.NoGrad(func() { sum.AddInplace(more.To(sum.Device())) })
	return sum
}

// counted are Go's integers as a tensor.
func counted(n ...int) *torch.Tensor {
	all := make([]int64, len(n))
	for i, v := range n {
		all[i] = int64(v)
	}
	return torch.FromSlice(all).Keep()
}

// counts are the integers of a tensor that counted made. Negative ones are an error.
func counts(metric string, t *torch.Tensor) ([]int, error) {
	n := torch.ToSlice[int](t)
	if slices.Min(n) < 0 {
		return nil, fmt.Errorf("%s: the state counts %v: expected no negative numbers", metric, n)
	}
	return n, nil
}

// stateOf is the state of a metric that has one tensor of counts.
func stateOf(sums *torch.Tensor) []*torch.Tensor {
	if sums == nil {
		return nil
	}
	return []*torch.Tensor{sums}
}

// merge adds the state of a metric that has one tensor of n counts.
func merge(metric string, sums **torch.Tensor, n int, state []*torch.Tensor) error {
	if state == nil {
		return nil
	}
	if err := fits(metric, state, part{torch.Int64, []int{n}}); err != nil {
		return err
	}
	*sums = plus(*sums, state[0])
	return nil
}
