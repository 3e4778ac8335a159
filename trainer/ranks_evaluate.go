package trainer

import (
	"bytes"
	"context"
	"fmt"
	"iter"

	"multitorch/datasets"
	"multitorch/torch"
	"multitorch/trainer/ranks"
)

// evaluateTogether evaluates the ranks' parts, and puts together what they found.
func (t *Trainer[B, O]) evaluateTogether(ctx context.Context) (e Evaluation, err error) {
	mine, cut, err := part(t.Group, t.Validate)
	if err != nil {
		return e, err
	}
	if cut {
		mine = counted[B]{mine.(*datasets.Loader[B]), t.Group.Rank()}
	}
	sums, err := evaluate(ctx, t.Model, mine, t.Step, t.Metrics)
	if err != nil {
		return e, err
	}
	torch.NoGrad(func() {
		err = torch.Try(func() (err error) {
			if err = sums.gather(t.Group, true); err == nil {
				e, err = sums.result()
			}
			return err
		})
	})
	return e, err
}

// counted leaves out the batches that are too small for this rank.
type counted[B any] struct {
	*datasets.Loader[B]
	rank int
}

func (c counted[B]) All(ctx context.Context) iter.Seq2[B, error] {
	return func(yield func(B, error) bool) {
		it := c.Iterator(ctx)
		defer it.Close()
		for it.Next() {
			if len(it.Indices()) > c.rank && !yield(it.Batch(), nil) {
				return
			}
		}
		if it.Err() != nil {
			yield(it.Batch(), it.Err())
		}
	}
}

// gather makes a tally that of all ranks, in their order; without the losses where these are of all ranks already.
func (t *tally[O]) gather(g ranks.Group, losses bool) error {
	d, err := t.state()
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := torch.WritePT(&text, d); err != nil {
		return err
	}
	all, err := g.AllGatherBytes(text.Bytes())
	if err != nil {
		return err
	}
	whole := *t
	t.reset()
	for rank, b := range all {
		v, err := torch.ReadPT(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return fmt.Errorf("what rank %d measured: %w", rank, err)
		}
		d, ok := v.(*torch.Dict)
		if !ok {
			return fmt.Errorf("what rank %d measured: expected a dict, but got a %T", rank, v)
		}
		if err := t.merge(d); err != nil {
			return fmt.Errorf("what rank %d measured: %w", rank, err)
		}
	}
	if !losses {
		t.loss, t.samples = whole.loss, whole.samples
	}
	return nil
}
