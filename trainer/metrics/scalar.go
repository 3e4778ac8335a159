package metrics

import "multitorch/torch"

// Scalar is the mean of a number of the output, such as one of several losses.
type Scalar[O any] struct {
	name string
	of   func(O) *torch.Tensor
	mean Mean
}

// NewScalar makes one of a name: of gives a scalar of an output, the mean over its batch.
func NewScalar[O any](name string, of func(output O) *torch.Tensor) *Scalar[O] {
	return &Scalar[O]{name: name, of: of}
}

// Name is the name that it was given.
func (m *Scalar[O]) Name() string { return m.name }

// Update takes a batch, which counts as much as it has samples where it knows that, and else 1.
func (m *Scalar[O]) Update(output O) {
	weight := 1
	if s, ok := any(output).(interface{ Samples() int }); ok {
		weight = s.Samples()
	}
	torch.NoGrad(func() { m.mean.Add(m.of(output).Detach(), weight) })
}

// Compute is the mean, NaN before the first batch.
func (m *Scalar[O]) Compute() (float64, error) { return m.mean.Compute(), nil }

// Reset starts again with nothing.
func (m *Scalar[O]) Reset() { m.mean.Reset() }

// State implements [Stateful].
func (m *Scalar[O]) State() []*torch.Tensor { return m.mean.State() }

// Merge implements [Stateful].
func (m *Scalar[O]) Merge(state []*torch.Tensor) error { return m.mean.Merge(state) }
