package metrics

import (
	"math"

	"multitorch/torch"
)

// A Mean is the mean over samples of a number that comes as the mean of each batch, a loss say. Weighing by the samples
// keeps a short last batch from counting as much as a full one. It adds up in float64 where the numbers lie, and reads
// nothing back before Compute. The zero Mean is ready for use.
type Mean struct {
	sum, weight *torch.Tensor // float64 scalars
}

// Add takes the mean of a batch, a scalar, and its weight: the number of samples as an int, or a scalar tensor. A batch
// of weight 0 changes nothing, whatever its mean.
func (m *Mean) Add(mean *torch.Tensor, weight any) {
	torch.NoGrad(func() {
		w, ok := weight.(*torch.Tensor)
		if !ok {
			w = torch.Full(torch.Shape{}, weight, torch.Float64, mean.Device())
			defer w.Free()
		}
		if m.sum == nil {
			m.sum = torch.Zeros(torch.Shape{}, torch.Float64, mean.Device()).Keep()
			m.weight = torch.Zeros(torch.Shape{}, torch.Float64, mean.Device()).Keep()
		}
		m.sum.AddInplace(mean.Detach().To(torch.Float64).Mul(w).MaskedFill(w.Eq(0), 0))
		m.weight.AddInplace(w)
	})
}

// Compute is the mean over all samples: NaN before the first, and NaN once a batch was NaN.
func (m *Mean) Compute() float64 {
	if m.sum == nil || m.weight.Item() == 0 {
		return math.NaN()
	}
	return m.sum.Item() / m.weight.Item()
}

// Reset starts again with no samples.
func (m *Mean) Reset() { *m = Mean{} }
