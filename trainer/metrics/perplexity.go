package metrics

import (
	"fmt"

	"multitorch/libm"
	"multitorch/torch"
)

// Perplexity is e to the mean over all targets that count of minus the logarithm of the target's probability, which is the softmax
// of the scores: a language model's, as if it had to choose among so many words of the same likelihood. It is e to scikit-learn's
// log_loss.
type Perplexity struct {
	mean  Mean
	wrong *torch.Tensor // targets that are no class: int64 [1]; nil before the first batch
}

// NewPerplexity makes one.
func NewPerplexity() *Perplexity { return &Perplexity{} }

// Name is "perplexity".
func (m *Perplexity) Name() string { return "perplexity" }

// Update takes a batch with scores [N, C, ...] and classes [N, ...].
func (m *Perplexity) Update(c Classified) {
	torch.NoGrad(func() {
		_, target, counted, classes := c.answers()
		if classes == 0 || c.Target.DType().IsFloatingPoint() {
			panic(c.misfit("expected scores [N, C, ...], with a score for each class, and targets [N, ...] of an integer type"))
		}
		wrong := counted.And(outside(target, classes))
		if m.wrong == nil {
			m.wrong = torch.Zeros(torch.Shape{1}, torch.Int64, wrong.Device()).Keep()
		}
		m.wrong.AddInplace(wrong.Sum())
		counted = counted.And(wrong.Not())
		target = target.MaskedFill(counted.Not(), 0)
		surprise := c.Scores.To(torch.Float64).LogSoftmax(1).Gather(1, target.Unsqueeze(1)).Squeeze(1).Neg()
		n := counted.Sum()
		m.mean.Add(surprise.MaskedFill(counted.Not(), 0).Sum().Div(n), n)
	})
}

// Compute is the perplexity, from 1; NaN before the first sample.
func (m *Perplexity) Compute() (float64, error) {
	if m.wrong != nil {
		if n := m.wrong.Item(); n > 0 {
			return 0, fmt.Errorf("%v targets are classes that there is no score for", n)
		}
	}
	return libm.Exp(m.mean.Compute()), nil
}

// Reset starts again with no samples.
func (m *Perplexity) Reset() { *m = Perplexity{} }

// State implements [Stateful].
func (m *Perplexity) State() []*torch.Tensor {
	if m.wrong == nil {
		return nil
	}
	return append(m.mean.State(), m.wrong)
}

// Merge implements [Stateful].
func (m *Perplexity) Merge(state []*torch.Tensor) error {
	if state == nil {
		return nil
	}
	if len(state) != 4 {
		return fmt.Errorf("%s: expected a state of 4 tensors, but got %d", m.Name(), len(state))
	}
	if err := merge(m.Name(), &m.wrong, 1, state[3:]); err != nil {
		return err
	}
	return m.mean.Merge(state[:3])
}
