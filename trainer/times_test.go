package trainer_test

import (
	"context"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/trainer"
)

// slow waits before each batch.
type slow struct {
	trainer.Batches[point]
	wait time.Duration
}

func (s slow) All(ctx context.Context) iter.Seq2[point, error] {
	return func(yield func(point, error) bool) {
		for b, err := range s.Batches.All(ctx) {
			time.Sleep(s.wait)
			if !yield(b, err) {
				return
			}
		}
	}
}

// The time for which a loader was waited for is told apart from that of the steps, and of the validation.
func TestTimes(t *testing.T) {
	const wait, work, validation = 2 * time.Millisecond, 10 * time.Millisecond, 200 * time.Millisecond
	f, _ := newTrainer(t, 2)
	f.Train, f.Validate = slow{f.Train, wait}, slow{f.Validate, validation}
	hook(f, onStep(func(trainer.Step) error {
		time.Sleep(work)
		return nil
	}))
	begin := time.Now()
	require.NoError(t, f.Fit(t.Context()))
	all, times := time.Since(begin), f.Times()
	require.GreaterOrEqual(t, times.Waited, 6*wait)
	require.GreaterOrEqual(t, times.Took-times.Waited, 6*work)
	require.LessOrEqual(t, times.Took, all-4*validation)
	require.InDelta(t, float64(times.Waited)/float64(times.Took), times.Share(), 1e-9)
	require.Zero(t, trainer.Times{}.Share())
}
