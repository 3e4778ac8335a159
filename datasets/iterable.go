package datasets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
)

// IterableDataset is samples that come one after another: files too large to have an index, streams, what is made on the
// fly. See torch.utils.data.IterableDataset.
//
// Each worker of a loader goes through the data set on its own, so each must take its share: that is what [Worker] is for,
// the role of Python's get_worker_info. A data set that ignores it gives every sample once for each worker.
type IterableDataset[S any] interface {
	// Iterate begins at the first sample of a worker's share.
	Iterate(ctx context.Context, w Worker) (Stream[S], error)
}

// Stream is one pass over samples, for one goroutine at a time.
type Stream[S any] interface {
	// Next is the next sample; the error is io.EOF after the last one.
	Next() (S, error)
	// Close ends the pass.
	Close() error
}

// Worker says whose share of the samples is asked for.
type Worker struct {
	ID   int   // 0 to N-1
	N    int   // workers there are; 1 where the loader has none
	Seed int64 // another one for each worker and iteration: the loader's base seed and ID
}

// Takes reports whether a sample, file or shard of that number belongs to the worker's share: every N-th does.
func (w Worker) Takes(number int) bool { return number%max(1, w.N) == w.ID }

// Generate is an iterable data set of a function that begins a pass: next gives a sample, and io.EOF after the last one.
type Generate[S any] func(ctx context.Context, w Worker) (next func() (S, error), err error)

// Iterate calls the function.
func (g Generate[S]) Iterate(ctx context.Context, w Worker) (Stream[S], error) {
	next, err := g(ctx, w)
	return pass[S]{next, nil}, err
}

type pass[S any] struct {
	next  func() (S, error)
	close func() error
}

func (p pass[S]) Next() (S, error) { return p.next() }

func (p pass[S]) Close() error {
	if p.close == nil {
		return nil
	}
	return p.close()
}

// Chain is iterable data sets one after another, as torch.utils.data.ChainDataset.
type Chain[S any] struct{ datasets []IterableDataset[S] }

// NewChain joins data sets; with workers each takes its share of each.
func NewChain[S any](datasets ...IterableDataset[S]) (*Chain[S], error) {
	for i, d := range datasets {
		if d == nil {
			return nil, fmt.Errorf("datasets: Chain: data set %d is nil", i)
		}
	}
	return &Chain[S]{slices.Clone(datasets)}, nil
}

// Len is the sum of the data sets' lengths, or -1 where one doesn't know its own.
func (c *Chain[S]) Len() int {
	n := 0
	for _, d := range c.datasets {
		l := lengthOf(d)
		if l < 0 {
			return -1
		}
		n += l
	}
	return n
}

// Iterate begins at the first data set.
func (c *Chain[S]) Iterate(ctx context.Context, w Worker) (Stream[S], error) {
	return &chained[S]{ctx: ctx, w: w, left: c.datasets}, nil
}

type chained[S any] struct {
	ctx  context.Context
	w    Worker
	left []IterableDataset[S]
	now  Stream[S]
}

// Next is a sample of the first data set that has one left.
func (c *chained[S]) Next() (s S, err error) {
	for {
		if c.now == nil {
			if len(c.left) == 0 {
				return s, io.EOF
			}
			if c.now, err = c.left[0].Iterate(c.ctx, c.w); err != nil {
				return s, err
			}
			c.left = c.left[1:]
		}
		if s, err = c.now.Next(); !errors.Is(err, io.EOF) {
			return s, err
		}
		if err := c.Close(); err != nil {
			return s, err
		}
	}
}

// Close closes the data set that is read.
func (c *chained[S]) Close() (err error) {
	if c.now != nil {
		err = c.now.Close()
		c.now = nil
	}
	return err
}

// MapIterable makes each sample of dataset into another by transform.
func MapIterable[S, T any](dataset IterableDataset[S], transform func(S) (T, error)) IterableDataset[T] {
	return mappedIterable[S, T]{dataset, transform}
}

type mappedIterable[S, T any] struct {
	dataset   IterableDataset[S]
	transform func(S) (T, error)
}

// Len is the data set's, or -1.
func (m mappedIterable[S, T]) Len() int { return lengthOf(m.dataset) }

// Iterate begins a pass.
func (m mappedIterable[S, T]) Iterate(ctx context.Context, w Worker) (Stream[T], error) {
	stream, err := m.dataset.Iterate(ctx, w)
	if err != nil {
		return nil, err
	}
	return pass[T]{func() (t T, err error) {
		s, err := stream.Next()
		if err != nil {
			return t, err
		}
		return m.transform(s)
	}, stream.Close}, nil
}

// lengthOf is how many samples an iterable data set says that it has, or -1.
func lengthOf(dataset any) int {
	if s, ok := dataset.(Sized); ok {
		return s.Len()
	}
	return -1
}
