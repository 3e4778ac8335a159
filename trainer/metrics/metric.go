package metrics

import "fmt"

// Metric sums up, batch by batch, how well a model does. O is what a step of training or evaluation gives beside the
// loss, [Classified] for a classifier.
type Metric[O any] interface {
	// Name is what logs and pictures call it.
	Name() string
	// Update takes a batch. It computes where the batch lies and reads nothing back, so that a GPU need not be waited
	// for; what it keeps is as large for a thousand batches as for one, but for metrics that say so. Shapes that do not fit panic with a
	// [*torch.Error], as in any operation.
	Update(output O)
	// Compute is the metric of all batches since Reset, or NaN where there were none. The error says what was wrong in
	// the data, such as a class that there is no score for.
	Compute() (float64, error)
	// Reset starts again with nothing.
	Reset()
}

// Of is a metric of another output: f picks what the metric wants.
func Of[P, O any](m Metric[O], f func(P) O) Metric[P] { return of[P, O]{m, f} }

type of[P, O any] struct {
	Metric[O]
	pick func(P) O
}

func (m of[P, O]) Update(output P) { m.Metric.Update(m.pick(output)) }

func (m of[P, O]) Unwrap() any { return m.Metric }

// Value is what a metric came to.
type Value struct {
	Name  string
	Value float64
	Share bool // it is a share of the samples, from 0 to 1, which people read in percent
}

// Share is a metric whose value is a share of the samples.
type Share interface{ IsShare() bool }

// Text is the value as people read it: "73.6 %" for a share, otherwise four decimals.
func (v Value) Text() string {
	if v.Share {
		return fmt.Sprintf("%.1f %%", 100*v.Value)
	}
	return fmt.Sprintf("%.4f", v.Value)
}

// String is the name and the value.
func (v Value) String() string { return v.Name + " " + v.Text() }

// Compute computes several metrics.
func Compute[O any](ms []Metric[O]) ([]Value, error) {
	values := make([]Value, len(ms))
	for i, m := range ms {
		v, err := m.Compute()
		if err != nil {
			return nil, fmt.Errorf("metric %s: %w", m.Name(), err)
		}
		values[i] = Value{Name: m.Name(), Value: v, Share: isShare(m)}
	}
	return values, nil
}

func isShare(m any) bool {
	if inner, ok := m.(interface{ Unwrap() any }); ok {
		return isShare(inner.Unwrap())
	}
	s, ok := m.(Share)
	return ok && s.IsShare()
}
