package metrics

import (
	"fmt"
	"math"
)

// A Mean is the mean over samples of a number that comes as the mean of each batch, a loss say. Counting the samples
// keeps a short last batch from weighing as much as a full one. The zero Mean is ready for use.
type Mean struct {
	sum   float64
	count int
}

// Add takes the mean of a batch and the number of samples in it. A batch of no samples changes nothing, whatever its
// mean; a negative number is an error.
func (m *Mean) Add(mean float64, samples int) error {
	if samples < 0 {
		return fmt.Errorf("metrics: mean: expected a number of samples of 0 or more, got %d", samples)
	}
	if samples > 0 {
		m.sum += mean * float64(samples)
		m.count += samples
	}
	return nil
}

// Value is the mean over all samples: NaN before the first, and NaN once a batch was NaN.
func (m *Mean) Value() float64 {
	if m.count == 0 {
		return math.NaN()
	}
	return m.sum / float64(m.count)
}

// Count is the number of samples.
func (m *Mean) Count() int { return m.count }

// Reset starts again with no samples.
func (m *Mean) Reset() { *m = Mean{} }
