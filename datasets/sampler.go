package datasets

import (
	"fmt"

	"multitorch/torch"
)

// Sampler is an order in which a loader reads samples: see [WithSampler].
type Sampler interface {
	// Len is the number of indices of an iteration.
	Len() int
	// Indices is the order of one iteration. It is called by the goroutine that
	// iterates, when the first batch is asked for, so it may draw random numbers.
	Indices() []int
}

// plan is the order of one iteration, cut into batches.
type plan struct {
	order []int // nil: 0, 1, 2, ...
	n     int   // samples
	size  int   // of a batch
	count int   // batches
	short bool  // the last batch is smaller

	batches [][]int // of a batch sampler, instead of order and size
}

func newPlan(n int, s *LoaderConfig) plan {
	size := s.BatchSize
	p := plan{n: n, size: size, count: n / size, short: n%size > 0 && !s.DropLast}
	if p.short {
		p.count++
	}
	return p
}

// plan draws what one iteration reads.
func (s *LoaderConfig) plan(n int) (plan, error) {
	if s.BatchSampler != nil {
		return s.batches(n)
	}
	order, err := s.order(n)
	if err != nil {
		return plan{}, err
	}
	if order != nil {
		n = len(order)
	}
	p := newPlan(n, s)
	p.order = order
	return p, nil
}

// batch is the indices of batch k.
func (p *plan) batch(k int) []int {
	if p.batches != nil {
		return p.batches[k]
	}
	start := k * p.size
	end := min(start+p.size, p.n)
	if p.order != nil {
		return p.order[start:end:end]
	}
	indices := make([]int, end-start)
	for i := range indices {
		indices[i] = start + i
	}
	return indices
}

// exhaustedBy reports whether the request for batch k is the one at which
// Python's BatchSampler finds that there are no more samples: it meets the end
// while it puts a short batch together, else at the request after the last batch.
func (p *plan) exhaustedBy(k int) bool {
	if p.short {
		return k == p.count-1
	}
	return k == p.count
}

// order draws the order of one iteration; nil stands for 0, 1, 2, ...
func (s *LoaderConfig) order(n int) ([]int, error) {
	switch {
	case s.Sampler != nil:
		return s.sampled(n)
	case s.Shuffle && n > 0:
		generator := s.Generator
		if generator == nil {
			generator = torch.NewGenerator(drawSeed(nil))
		}
		var order []int
		err := torch.Try(func() error { order = permutation(n, generator); return nil })
		if err != nil { // the order of so many samples has no room
			return nil, fmt.Errorf("datasets: Shuffle of %d samples: %w", n, err)
		}
		return order, nil
	}
	return nil, nil
}

func (s *LoaderConfig) sampled(n int) ([]int, error) {
	order := s.Sampler.Indices()
	if want := s.Sampler.Len(); len(order) != want {
		return nil, fmt.Errorf("datasets: the sampler's Len is %d, but it gave %d indices", want, len(order))
	}
	if err := checkIndices(order, n); err != nil {
		return nil, fmt.Errorf("datasets: the sampler: %w", err)
	}
	if order == nil {
		order = []int{}
	}
	return order, nil
}

// finish draws what Python's RandomSampler draws when it has run out: one more
// order, of which it takes nothing. It shows only in a generator that others see.
func (s *LoaderConfig) finish(n int) {
	if s.Shuffle && s.Generator != nil && n > 0 {
		permutation(n, s.Generator)
	}
}

func permutation(n int, g *torch.Generator) []int {
	order := torch.Randperm(n, g)
	defer order.Free()
	return torch.ToSlice[int](order)
}

// drawSeed is torch.empty((), dtype=torch.int64).random_(generator=g).item().
func drawSeed(g *torch.Generator) int64 {
	seed := torch.Empty(torch.Shape{}, torch.Int64)
	defer seed.Free()
	return seed.RandomInplace(g).ItemInt()
}
