package datasets

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"multitorch/torch"
)

// Loader reads a data set in batches of type B, as torch.utils.data.DataLoader.
// Several iterations may run at once, if the data set and the generator allow it.
type Loader[B any] struct {
	config  LoaderConfig
	samples func() int
	fetch   fetch[B]

	// stream is there instead of fetch where samples have no indices.
	stream func(ctx context.Context, w Worker) (batchStream[B], error)
}

// NewLoader makes a loader of a data set whose samples are batched into their
// own type: *torch.Tensor, a struct of tensors, a slice or a map of them. Each
// tensor of a batch is the stack of the samples' tensors: see [Collate]. Where
// the data set is a [BatchGetter] of that type, it makes the batches itself.
func NewLoader[S any](dataset Dataset[S], opts ...Option) (*Loader[S], error) {
	if dataset == nil {
		return nil, errNoDataset
	}
	if batches := batchGetter(dataset); batches != nil {
		return NewBatchLoader(batches, opts...)
	}
	if err := checkCollate[S, S](); err != nil {
		return nil, fmt.Errorf("datasets: the samples of this data set need a batch type of their own: %w; "+
			"use NewLoaderFunc with a collate function, such as Collate[Sample, Batch]", err)
	}
	l, err := newLoader[S](dataset.Len, opts)
	if err == nil { // stacking makes new tensors
		l.fetch = fetchSamples(dataset, Collate[S, S], true, l.config.FreeSamples)
	}
	return l, err
}

// NewLoaderFunc makes a loader whose collate function puts samples together into
// a batch, as DataLoader(collate_fn=...). With [Workers] several goroutines call
// it at once. The package's documentation says who owns the tensors.
func NewLoaderFunc[S, B any](dataset Dataset[S], collate func(samples []S) (B, error), opts ...Option) (*Loader[B], error) {
	if dataset == nil {
		return nil, errNoDataset
	}
	if collate == nil {
		return nil, errors.New("datasets: the collate function is nil")
	}
	l, err := newLoader[B](dataset.Len, opts)
	if err == nil {
		l.fetch = fetchSamples(dataset, collate, false, l.config.FreeSamples)
	}
	return l, err
}

// NewBatchLoader makes a loader of a data set that makes its batches itself.
func NewBatchLoader[B any](dataset BatchGetter[B], opts ...Option) (*Loader[B], error) {
	if dataset == nil {
		return nil, errNoDataset
	}
	l, err := newLoader[B](dataset.Len, opts)
	if err == nil {
		l.fetch = fetchBatch(dataset)
	}
	return l, err
}

var errNoDataset = errors.New("datasets: a loader needs a data set, but got nil")

func newLoader[B any](samples func() int, opts []Option) (*Loader[B], error) {
	s, err := settle(opts)
	if err != nil {
		return nil, err
	}
	if n := samples(); n < 0 {
		return nil, fmt.Errorf("datasets: the data set says that it has %d samples; expected 0 at least", n)
	}
	if s.Shuffle && samples() == 0 {
		return nil, errors.New("datasets: an empty data set can't be shuffled: check what was read into it")
	}
	return &Loader[B]{config: s, samples: samples}, nil
}

// Config is what the loader was made with.
func (l *Loader[B]) Config() LoaderConfig { return l.config }

// Len is the number of batches of an iteration. Of an [IterableDataset] it is what its Len tells, or -1 where it has none;
// with workers there may be more, since each may end with a short batch.
func (l *Loader[B]) Len() int {
	if l.config.BatchSampler != nil {
		return l.config.BatchSampler.Len()
	}
	n := l.samples()
	if n < 0 {
		return -1
	}
	if l.config.Sampler != nil {
		n = l.config.Sampler.Len()
	}
	p := newPlan(n, &l.config)
	return p.count
}

// Samples is the length of the data set, or -1 where an [IterableDataset] doesn't know it. An iteration may see fewer of
// them, or more: see [DropLast] and [WithSampler].
func (l *Loader[B]) Samples() int { return l.samples() }

// All iterates over the batches once:
//
//	for batch, err := range loader.All(ctx) {
//		if err != nil {
//			return err
//		}
//		...
//	}
//
// The batch, and what is computed from it, is freed when the body ends: by going
// on, break, return, a panic or Goexit. An error ends the iteration, and so does
// the end of ctx, with ctx's error. Errors of Get name the sample; a panic with
// a [*torch.Error] in Get or in the collate function is returned as an error,
// other panics go on in this goroutine, from a worker as a [*WorkerPanic].
func (l *Loader[B]) All(ctx context.Context) iter.Seq2[B, error] {
	return func(yield func(B, error) bool) {
		it := l.Iterator(ctx)
		defer it.Close()
		for it.Next() {
			if !yield(it.Batch(), nil) {
				return
			}
		}
		if it.Err() != nil {
			yield(it.Batch(), it.Err())
		}
	}
}

// Iterator iterates over the batches once, for loops that All doesn't fit, such
// as one over two loaders. It must be closed.
//
// It draws the iteration's first seed at once, as Python's iter(loader) does.
func (l *Loader[B]) Iterator(ctx context.Context) *Iterator[B] {
	return &Iterator[B]{loader: l, ctx: ctx, seed: drawSeed(l.config.Generator)}
}

// fetch makes the batch of the samples at indices.
type fetch[B any] func(ctx context.Context, indices []int) (parcel[B], error)

// parcel is a batch on its way, and the tensors in it that are to be freed with it.
type parcel[B any] struct {
	batch   B
	tensors []*torch.Tensor
}

// free frees a batch that won't be used.
func (p *parcel[B]) free() { free(p.tensors) }

func fetchBatch[B any](dataset BatchGetter[B]) fetch[B] {
	return func(ctx context.Context, indices []int) (p parcel[B], err error) {
		err = torch.Try(func() (err error) {
			p.batch, err = dataset.GetBatch(ctx, indices)
			return err
		})
		if err != nil {
			return parcel[B]{}, fmt.Errorf("datasets: samples %s: %w", list(indices), err)
		}
		p.tensors = tensorsIn(&p.batch)
		return p, nil
	}
}

// fetchSamples makes a batch out of samples. fresh says that no tensor of a sample
// is in the batch.
func fetchSamples[S, B any](dataset Dataset[S], collate func([]S) (B, error), fresh, freeSamples bool) fetch[B] {
	return func(ctx context.Context, indices []int) (p parcel[B], err error) {
		samples := make([]S, len(indices))
		at := 0
		if freeSamples {
			defer func() {
				made := tensorsIn(&samples)
				if !fresh {
					made = without(made, p.tensors)
				}
				free(made)
			}()
		}
		err = torch.Try(func() (err error) {
			for at = range indices {
				if err := ctx.Err(); err != nil {
					return err
				}
				if samples[at], err = dataset.Get(indices[at]); err != nil {
					return err
				}
			}
			at = len(indices)
			p.batch, err = collate(samples)
			return err
		})
		switch {
		case err != nil && at < len(indices):
			return parcel[B]{}, fmt.Errorf("datasets: sample %d: %w", indices[at], err)
		case err != nil:
			return parcel[B]{}, fmt.Errorf("datasets: putting samples %s into a batch: %w", list(indices), err)
		}
		p.tensors = tensorsIn(&p.batch)
		if !fresh && !freeSamples {
			p.tensors = without(p.tensors, tensorsIn(&samples))
		}
		return p, nil
	}
}

// list is the first few indices, for an error message.
func list(indices []int) string {
	if len(indices) <= 8 {
		return fmt.Sprint(indices)
	}
	s := fmt.Sprint(indices[:8])
	return fmt.Sprintf("%s ...] (%d in all)", s[:len(s)-1], len(indices))
}
