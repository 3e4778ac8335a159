package datasets

import (
	"errors"
	"fmt"
)

// Batches is an order in which a loader reads whole batches: see [WithBatchSampler].
type Batches interface {
	// Len is the number of batches of an iteration.
	Len() int
	// Batches are the indices of each batch of one iteration. It is called by the goroutine that iterates, when the first
	// batch is asked for.
	Batches() [][]int
}

// BatchSampler cuts the order of another sampler into batches, as torch.utils.data.BatchSampler.
type BatchSampler struct {
	sampler  Sampler
	size     int
	dropLast bool
}

// NewBatchSampler makes batches of size samples; the last one may be smaller, or is left out with dropLast.
func NewBatchSampler(sampler Sampler, size int, dropLast bool) (*BatchSampler, error) {
	switch {
	case sampler == nil:
		return nil, errors.New("datasets: BatchSampler: the sampler is nil")
	case size < 1:
		return nil, fmt.Errorf("datasets: BatchSampler: expected a size of at least 1, but got %d", size)
	}
	return &BatchSampler{sampler, size, dropLast}, nil
}

// Len is the number of batches.
func (b *BatchSampler) Len() int {
	n := b.sampler.Len()
	if b.dropLast {
		return n / b.size
	}
	return (n + b.size - 1) / b.size
}

// Batches asks the sampler for an order and cuts it.
func (b *BatchSampler) Batches() [][]int {
	var all [][]int
	for order := b.sampler.Indices(); len(order) > 0; {
		n := min(b.size, len(order))
		if n < b.size && b.dropLast {
			break
		}
		all = append(all, order[:n:n])
		order = order[n:]
	}
	return all
}

// WithBatchSampler sets which samples make up each batch; it excludes BatchSize, Shuffle, DropLast and WithSampler.
func WithBatchSampler(b Batches) Option { return withBatchSampler{b} }

type withBatchSampler struct{ Batches }

func (v withBatchSampler) loader(c *LoaderConfig) { c.BatchSampler = v.Batches }

// batches asks a batch sampler, and checks what it says.
func (s *LoaderConfig) batches(n int) (plan, error) {
	all := s.BatchSampler.Batches()
	if want := s.BatchSampler.Len(); len(all) != want {
		return plan{}, fmt.Errorf("datasets: the batch sampler's Len is %d, but it gave %d batches", want, len(all))
	}
	p := plan{batches: all, count: len(all), short: true}
	for k, batch := range all {
		if len(batch) == 0 {
			return plan{}, fmt.Errorf("datasets: the batch sampler: batch %d is empty", k)
		}
		if err := checkIndices(batch, n); err != nil {
			return plan{}, fmt.Errorf("datasets: the batch sampler: batch %d: %w", k, err)
		}
		p.n += len(batch)
	}
	return p, nil
}
