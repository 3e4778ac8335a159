package trainer

import (
	"context"
	"fmt"
	"iter"

	"multitorch/torch"
)

// First is the first n batches of each pass over others, for quick tries. Given as Train and as Validate, of a loader that does
// not shuffle, they are what a model must be able to learn by heart: overfitting n batches shows that a program can learn at all.
//
// A run over them can't be resumed in the middle of an epoch.
func First[B any](batches Batches[B], n int) Batches[B] { return first[B]{batches, n} }

type first[B any] struct {
	Batches[B]
	n int
}

func (f first[B]) Len() int { return max(0, min(f.n, f.Batches.Len())) }

func (f first[B]) All(ctx context.Context) iter.Seq2[B, error] {
	return func(yield func(B, error) bool) {
		n := f.Len()
		if n == 0 {
			return
		}
		for b, err := range f.Batches.All(ctx) {
			if !yield(b, err) || err != nil {
				return
			}
			if n--; n == 0 {
				return
			}
		}
	}
}

// sanity tries the validation before the first step. The run's random numbers are as without it.
func (r *run[B, O]) sanity(ctx context.Context) error {
	if r.SanityCheck == 0 || r.Validate == nil {
		return nil
	}
	random := r.randomNow()
	defer random.free()
	defer random.restore()
	e, err := Evaluate(ctx, r.Model, First(r.Validate, r.SanityCheck), r.Trainer.Step, r.Metrics...)
	if err != nil && ctx.Err() != nil {
		return &InterruptedError{r.at, ctx.Err()}
	}
	if err == nil && e.Samples > 0 && !finite(e.Loss) && r.NaN != NaNIgnore {
		err = &NotFiniteError{Place: r.at, Loss: e.Loss, Validation: true}
	}
	if err != nil {
		return fmt.Errorf("the sanity check of the validation, before the first step: %w", err)
	}
	return nil
}

// Count is the batches of a program that makes its data in Trainer.Step, by drawing them or by playing a game, say: the numbers from
// 0 up to it. What is made for one of them ends with it, as in [torch.Step], unless it is kept.
type Count int

// Len is the number.
func (n Count) Len() int { return max(int(n), 0) }

// All counts.
func (n Count) All(ctx context.Context) iter.Seq2[int, error] { return n.AllFrom(ctx, 0) }

// AllFrom counts from a number on, so that a run can be resumed there.
func (n Count) AllFrom(ctx context.Context, first int) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i := first; i < int(n); i++ {
			more := false
			torch.Step(func() {
				if err := ctx.Err(); err != nil {
					yield(i, err)
					return
				}
				more = yield(i, nil)
			})
			if !more {
				return
			}
		}
	}
}
