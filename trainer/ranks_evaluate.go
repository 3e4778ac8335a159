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
	mine, cut, err := part(t.group(), t.Validate)
	if err != nil {
		return e, err
	}
	if cut {
		mine = counted[B]{mine.(*datasets.Loader[B]), t.group().Rank()}
	}
	sums, err := evaluate(ctx, t.Model, mine, t.Step, t.Metrics)
	if err != nil {
		return e, err
	}
	torch.NoGrad(func() {
		err = torch.Try(func() error {
			mine, err := sums.state()
			if err == nil {
				err = sums.merged(t.group(), mine)
			}
			if err == nil {
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

// gather makes a tally the sum of what all ranks give, in their order. Losses and numbers of samples, which are of all ranks
// already, are this rank's.
func (t *tally[O]) gather(g ranks.Group, mine *torch.Dict) error {
	if err := t.merged(g, mine); err != nil {
		return err
	}
	all := *t
	own := tally[O]{}
	if err := own.merge(without(mine, "metrics")); err != nil {
		return err
	}
	*t = own
	t.metrics = all.metrics
	return nil
}

// without is a dict with an empty one under a key.
func without(d *torch.Dict, key string) *torch.Dict {
	c := &torch.Dict{}
	for k, v := range d.All() {
		c.Set(k, v)
	}
	c.Set(key, &torch.Dict{})
	return c
}

// merged makes a tally the sum of what all ranks give, in their order.
func (t *tally[O]) merged(g ranks.Group, mine *torch.Dict) error {
	all, err := allGatherDict(g, mine)
	if err != nil {
		return err
	}
	t.reset()
	for rank, d := range all {
		if err := t.merge(d); err != nil {
			return fmt.Errorf("what rank %d measured: %w", rank, err)
		}
	}
	return nil
}

// allGatherDict is all ranks' dicts, in their order.
func allGatherDict(g ranks.Group, mine *torch.Dict) ([]*torch.Dict, error) {
	var text bytes.Buffer
	if err := torch.WritePT(&text, mine); err != nil {
		return nil, err
	}
	all, err := g.AllGatherBytes(text.Bytes())
	if err != nil {
		return nil, err
	}
	dicts := make([]*torch.Dict, len(all))
	for rank, b := range all {
		v, err := torch.ReadPT(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return nil, fmt.Errorf("what rank %d has: %w", rank, err)
		}
		d, ok := v.(*torch.Dict)
		if !ok {
			return nil, fmt.Errorf("what rank %d has: expected a dict, but got a %T", rank, v)
		}
		dicts[rank] = d
	}
	return dicts, nil
}
