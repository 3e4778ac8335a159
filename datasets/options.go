package datasets

import (
	"errors"
	"fmt"

	"multitorch/torch"
)

// Option is a keyword argument of the functions that make a [Loader].
type Option interface{ applyTo(s *settings) }

// BatchSize is the number of samples in a batch. The default is 1.
type BatchSize int

// Shuffle asks for a new random order in every iteration.
type Shuffle bool

// DropLast leaves out the last batch where it would be smaller than the others.
type DropLast bool

// Workers is the number of goroutines that make batches ahead of the loop, which
// get them in the same order whatever their number. The default, 0, makes each
// batch when it is asked for: for data in memory that is the fastest. Workers
// live as long as an iteration, and its end waits for the Get that is under way.
type Workers int

// Prefetch is the number of batches that each worker makes ahead: at most
// Workers times Prefetch are under way or wait. The default is 2.
type Prefetch int

// FreeSamples says that Get makes the tensors of its samples anew on every call
// and keeps none: the loader then frees them as soon as they are in a batch,
// instead of leaving them to Go's collector.
type FreeSamples bool

// Generator is where a loader draws its random numbers, instead of from the
// default generator.
func Generator(g *torch.Generator) Option { return optionFunc(func(s *settings) { s.generator = g }) }

// WithSampler sets the order in which samples are read; it excludes Shuffle.
func WithSampler(sampler Sampler) Option {
	return optionFunc(func(s *settings) { s.sampler, s.samplerSet = sampler, true })
}

type optionFunc func(s *settings)

type settings struct {
	batchSize   BatchSize
	shuffle     Shuffle
	dropLast    DropLast
	workers     Workers
	prefetch    Prefetch
	prefetchSet bool
	freeSamples FreeSamples
	generator   *torch.Generator
	sampler     Sampler
	samplerSet  bool
}

func (o optionFunc) applyTo(s *settings)  { o(s) }
func (b BatchSize) applyTo(s *settings)   { s.batchSize = b }
func (b Shuffle) applyTo(s *settings)     { s.shuffle = b }
func (b DropLast) applyTo(s *settings)    { s.dropLast = b }
func (w Workers) applyTo(s *settings)     { s.workers = w }
func (p Prefetch) applyTo(s *settings)    { s.prefetch, s.prefetchSet = p, true }
func (b FreeSamples) applyTo(s *settings) { s.freeSamples = b }

// settle applies the options to the defaults and checks the result.
func settle(opts []Option) (settings, error) {
	s := settings{batchSize: 1, prefetch: 2}
	for _, o := range opts {
		if o == nil {
			return s, errors.New("datasets: an option is nil")
		}
		o.applyTo(&s)
	}
	switch {
	case s.batchSize < 1:
		return s, fmt.Errorf("datasets: BatchSize: expected at least 1, but got %d", s.batchSize)
	case s.workers < 0:
		return s, fmt.Errorf("datasets: Workers: expected 0 or more, but got %d", s.workers)
	case s.prefetch < 1:
		return s, fmt.Errorf("datasets: Prefetch: expected at least 1, but got %d", s.prefetch)
	case s.prefetchSet && s.workers == 0:
		return s, errors.New("datasets: Prefetch is what workers do: give Workers too, or leave it out")
	case s.samplerSet && s.sampler == nil:
		return s, errors.New("datasets: WithSampler: the sampler is nil")
	case s.samplerSet && bool(s.shuffle):
		return s, errors.New("datasets: Shuffle and WithSampler exclude each other: the sampler sets the order")
	}
	return s, nil
}
