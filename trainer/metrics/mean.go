package metrics

import (
	"fmt"
	"math"

	"multitorch/torch"
)

// A Mean is the mean over samples of a number that comes as the mean of each batch, a loss say. Weighing by the samples
// keeps a short last batch from counting as much as a full one. It adds up in float64 where the numbers lie, and reads
// nothing back before Compute. The zero Mean is ready for use.
type Mean struct {
	sum, weight *torch.Tensor // float64 scalars; weight is nil while all weights were ints
	count       int           // the ints
}

// Add takes the mean of a batch, a scalar, and its weight: the number of samples as an int, or a scalar tensor. A batch
// of weight 0 changes nothing, whatever its mean.
func (m *Mean) Add(mean *torch.Tensor, weight any) {
	torch.NoGrad(func() {
		if m.sum == nil {
			m.sum = torch.Zeros(torch.Shape{}, torch.Float64, mean.Device()).Keep()
		}
		total := mean.Detach().To(torch.Float64)
		switch w := weight.(type) {
		case int:
			if m.count += w; w != 0 {
				m.sum.AddInplace(total.Mul(w))
			}
		case *torch.Tensor:
			if m.weight == nil {
				m.weight = torch.Zeros(torch.Shape{}, torch.Float64, mean.Device()).Keep()
			}
			m.sum.AddInplace(total.Mul(w).MaskedFill(w.Eq(0), 0))
			m.weight.AddInplace(w)
		default:
			panic(&torch.Error{
				Op: "Mean.Add", Kind: torch.TypeError,
				Message: fmt.Sprintf("expected a weight of int or *Tensor, but got %T", weight),
			})
		}
	})
}

// Compute is the mean over all samples: NaN before the first, and NaN once a batch was NaN.
func (m *Mean) Compute() float64 {
	total := float64(m.count)
	if m.weight != nil {
		total += m.weight.Item()
	}
	if m.sum == nil || total == 0 {
		return math.NaN()
	}
	return m.sum.Item() / total
}

// Reset starts again with no samples.
func (m *Mean) Reset() { *m = Mean{} }

// State implements [Stateful]: the sum, the weights, and how many samples were counted.
func (m *Mean) State() []*torch.Tensor {
	if m.sum == nil {
		return nil
	}
	weight := m.weight
	if weight == nil {
		weight = torch.Zeros(torch.Shape{}, torch.Float64).Keep()
	}
	return []*torch.Tensor{m.sum, weight, counted(m.count)}
}

// Merge implements [Stateful].
func (m *Mean) Merge(state []*torch.Tensor) error {
	if state == nil {
		return nil
	}
	if err := fits("Mean", state, append(scalars(2), part{torch.Int64, []int{1}})...); err != nil {
		return err
	}
	n, err := counts("Mean", state[2])
	if err != nil {
		return err
	}
	m.sum, m.weight, m.count = plus(m.sum, state[0]), plus(m.weight, state[1]), m.count+n[0]
	return nil
}
