package trainer

import (
	"context"
	"iter"

	"multitorch/datasets"
)

// batches are the epoch's, from the first that no step had. They end between two steps when ctx ends, and never within one.
func (r *run[B, O]) batches(ctx context.Context) iter.Seq2[B, error] {
	return func(yield func(B, error) bool) {
		inner, cancel := context.WithCancel(context.WithoutCancel(ctx))
		defer cancel()
		defer context.AfterFunc(ctx, func() {
			r.inStep.Lock()
			defer r.inStep.Unlock()
			cancel()
		})()
		loader, can := any(r.Train).(interface {
			Iterator(ctx context.Context) *datasets.Iterator[B]
		})
		var none B
		if r.batch > 0 && r.pending == nil && r.over() {
			r.random.restore()
			return // it is the validation that is missing
		}
		if !can {
			r.others(ctx, inner)(yield)
			return
		}
		if r.batch > 0 {
			r.epochRandom.restore()
		}
		it := loader.Iterator(inner)
		defer it.Close()
		if r.batch > 0 {
			if err := it.Seek(r.batch); err != nil {
				yield(none, err)
				return
			}
			r.random.restore()
		}
		if !r.caughtUp(ctx) {
			return
		}
		for it.Next() {
			if r.ranks != nil {
				r.ranks.idle = r.ranks.cut && len(it.Indices()) <= r.ranks.group.Rank()
			}
			if !yield(it.Batch(), nil) {
				return
			}
		}
		if it.Err() != nil {
			yield(it.Batch(), it.Err())
		}
	}
}

// caughtUp does what a step lacked when the state was taken, and reports whether there are more steps.
func (r *run[B, O]) caughtUp(ctx context.Context) bool {
	if r.pending == nil {
		return true
	}
	if r.failed = r.finish(ctx); r.failed != nil || r.over() {
		return false
	}
	r.forgetRandom()
	r.random = r.randomNow()
	return true
}

// others are the epoch's batches of what is no loader: from the first that no step had, where they can begin there.
func (r *run[B, O]) others(ctx, inner context.Context) iter.Seq2[B, error] {
	if r.batch == 0 {
		return r.Train.All(inner)
	}
	seeker, can := any(r.Train).(interface {
		AllFrom(ctx context.Context, first int) iter.Seq2[B, error]
	})
	if !can {
		return func(yield func(B, error) bool) { var none B; yield(none, errNoSeek) }
	}
	r.random.restore()
	if !r.caughtUp(ctx) {
		return func(func(B, error) bool) {}
	}
	return seeker.AllFrom(inner, r.batch)
}
