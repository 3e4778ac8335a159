package datasets

import (
	"context"
	"errors"
	"fmt"
	"io"

	"multitorch/torch"
)

// NewIterableLoader makes a loader of samples that come one after another, batched into their own type as [NewLoader] does.
//
// With [Workers] each worker makes batches of its own share, and the loop gets one of each in turn, as from Python's worker
// processes: the batches are another cut of the samples than without workers, and each worker's last batch may be short, or
// is left out with DropLast. Shuffle and samplers are errors, since there are no indices: see [ShuffleBuffer].
func NewIterableLoader[S any](dataset IterableDataset[S], opts ...Option) (*Loader[S], error) {
	if err := checkCollate[S, S](); err != nil {
		return nil, fmt.Errorf("datasets: the samples of this data set need a batch type of their own: %w; "+
			"use NewIterableLoaderFunc with a collate function, such as Collate[Sample, Batch]", err)
	}
	return newIterableLoader(dataset, Collate[S, S], true, opts)
}

// NewIterableLoaderFunc is [NewIterableLoader] with a collate function: see [NewLoaderFunc].
func NewIterableLoaderFunc[S, B any](dataset IterableDataset[S], collate func(samples []S) (B, error), opts ...Option) (
	*Loader[B], error,
) {
	if collate == nil {
		return nil, errors.New("datasets: the collate function is nil")
	}
	return newIterableLoader(dataset, collate, false, opts)
}

func newIterableLoader[S, B any](dataset IterableDataset[S], collate func([]S) (B, error), fresh bool, opts []Option) (*Loader[B], error) {
	if dataset == nil {
		return nil, errNoDataset
	}
	c, err := settle(opts)
	if err != nil {
		return nil, err
	}
	if c.Shuffle || c.Sampler != nil || c.BatchSampler != nil {
		return nil, errors.New("datasets: samples that come one after another have no indices to shuffle or sample: use ShuffleBuffer")
	}
	l := &Loader[B]{config: c, samples: func() int { return lengthOf(dataset) }}
	l.stream = func(ctx context.Context, w Worker) (batchStream[B], error) {
		from, err := dataset.Iterate(ctx, w)
		if err != nil {
			return nil, err
		}
		return &collated[S, B]{ctx: ctx, from: from, collate: collate, c: &l.config, fresh: fresh}, nil
	}
	return l, nil
}

// batchStream is the batches of one worker. The error is io.EOF after the last one.
type batchStream[B any] interface {
	next() (parcel[B], error)
	close() error
}

// collated puts the samples of a stream together.
type collated[S, B any] struct {
	ctx     context.Context
	from    Stream[S]
	collate func([]S) (B, error)
	c       *LoaderConfig
	fresh   bool // no tensor of a sample is in a batch
	read    int  // samples
	ended   bool
}

func (c *collated[S, B]) close() error { return c.from.Close() }

func (c *collated[S, B]) next() (p parcel[B], err error) {
	if c.ended {
		return p, io.EOF
	}
	samples := make([]S, 0, min(c.c.BatchSize, 4096))
	if c.c.FreeSamples {
		defer func() {
			made := tensorsIn(&samples)
			if !c.fresh {
				made = without(made, p.tensors)
			}
			free(made)
		}()
	}
	what := "reading"
	err = torch.Try(func() error {
		for len(samples) < c.c.BatchSize {
			if err := c.ctx.Err(); err != nil {
				return err
			}
			s, err := c.from.Next()
			if errors.Is(err, io.EOF) {
				c.ended = true
				break
			}
			if err != nil {
				return err
			}
			samples = append(samples, s)
		}
		if len(samples) == 0 || len(samples) < c.c.BatchSize && c.c.DropLast {
			return io.EOF
		}
		what = "putting into a batch"
		p.batch, err = c.collate(samples)
		return err
	})
	if err != nil {
		c.ended = true
		if err != io.EOF {
			err = fmt.Errorf("datasets: %s the samples from number %d of this pass: %w", what, c.read, err)
		}
		return parcel[B]{}, err
	}
	c.read += len(samples)
	p.tensors = tensorsIn(&p.batch)
	if !c.fresh && !c.c.FreeSamples {
		p.tensors = without(p.tensors, tensorsIn(&samples))
	}
	return p, nil
}
