package metrics

import (
	"fmt"
	"math"

	"multitorch/torch"
)

// A Mean is the mean over samples of a number that comes as the mean of each batch, a loss say. Weighing by the samples
// keeps a short last batch from counting as much as a full one. It adds up in float64 where the numbers lie, and reads
// nothing back from a GPU before Compute. The zero Mean is ready for use.
type Mean struct {
	sum, weight *torch.Tensor // float64 scalars of a GPU; weight is nil while all weights were ints
	count       int           // the ints

	cpuSum, cpuWeight float64 // of numbers on the CPU, where reading one takes less than an operator
	cpu               bool    // there were such
}

// Add takes the mean of a batch, a scalar, and its weight: the number of samples as an int, or a scalar tensor. A batch
// of weight 0 changes nothing, whatever its mean.
func (m *Mean) Add(mean *torch.Tensor, weight any) {
	if mean.Device() == torch.CPU && m.addCPU(mean, weight) {
		return
	}
	torch.NoGrad(func() {
		if m.sum == nil {
			m.sum, m.cpuSum = torch.New(m.cpuSum, torch.Float64, mean.Device()).Keep(), 0 // it goes on from what was merged
		}
		total := mean.Detach().To(torch.Float64)
		switch w := weight.(type) {
		case int:
			if m.count += w; w != 0 {
				m.sum.AddInplace(total.Mul(w))
			}
		case *torch.Tensor:
			if m.weight == nil {
				m.weight, m.cpuWeight = torch.New(m.cpuWeight, torch.Float64, mean.Device()).Keep(), 0
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

// addCPU adds what is on the CPU, and reports whether it was.
func (m *Mean) addCPU(mean *torch.Tensor, weight any) bool {
	var w float64
	switch v := weight.(type) {
	case int:
		w = float64(v)
		m.count += v
	case *torch.Tensor:
		if v.Device() != torch.CPU {
			return false
		}
		w = v.Item()
		m.cpuWeight += w
	default:
		return false
	}
	if m.cpu = true; w != 0 {
		m.cpuSum += mean.Item() * w
	}
	return true
}

// Compute is the mean over all samples: NaN before the first, and NaN once a batch was NaN.
func (m *Mean) Compute() float64 {
	total, sum := float64(m.count)+m.cpuWeight, m.cpuSum
	if m.weight != nil {
		total += m.weight.Item()
	}
	if m.sum != nil {
		sum += m.sum.Item()
	}
	if total == 0 {
		return math.NaN()
	}
	return sum / total
}

// Reset starts again with no samples.
func (m *Mean) Reset() { *m = Mean{} }

// State implements [Stateful]: the sum, the weights, and how many samples were counted.
func (m *Mean) State() []*torch.Tensor {
	if m.sum == nil && !m.cpu {
		return nil
	}
	sum, weight := m.cpuSum, m.cpuWeight
	if m.sum != nil {
		sum += m.sum.Item()
	}
	if m.weight != nil {
		weight += m.weight.Item()
	}
	return []*torch.Tensor{torch.New(sum, torch.Float64).Keep(), torch.New(weight, torch.Float64).Keep(), counted(m.count)}
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
	m.cpuSum, m.cpuWeight, m.count, m.cpu = m.cpuSum+state[0].Item(), m.cpuWeight+state[1].Item(), m.count+n[0], true
	return nil
}
