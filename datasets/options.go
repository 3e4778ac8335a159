package datasets

import (
	"errors"
	"fmt"
	"math"

	"multitorch/torch"
)

// LoaderConfig are the settings of a [Loader].
type LoaderConfig struct {
	BatchSize    int              // 1
	Shuffle      bool             // a new random order in every iteration
	DropLast     bool             // leaves out the last batch where it would be smaller
	Workers      int              // 0: batches are made when they are asked for
	Prefetch     int              // 2 where there are workers: batches that each makes ahead
	FreeSamples  bool             // see the option
	Generator    *torch.Generator // nil: the default one
	Sampler      Sampler          // nil: in order, or shuffled
	BatchSampler Batches          // nil: batches of BatchSize
}

// Option is an option of the functions that make a [Loader]: [BatchSize], [Shuffle], [DropLast], [Workers], [Prefetch],
// [FreeSamples], [Generator], [WithSampler] and [WithBatchSampler].
type Option interface{ loader(c *LoaderConfig) }

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

// Generator is where a loader or a sampler draws its random numbers, instead of from the
// default generator.
func Generator(g *torch.Generator) SharedOption { return generator{g} }

type generator struct{ *torch.Generator }

// WithSampler sets the order in which samples are read; it excludes Shuffle.
func WithSampler(s Sampler) Option { return withSampler{s} }

type withSampler struct{ Sampler }

func (v BatchSize) loader(c *LoaderConfig)   { c.BatchSize = int(v) }
func (v Shuffle) loader(c *LoaderConfig)     { c.Shuffle = bool(v) }
func (v DropLast) loader(c *LoaderConfig)    { c.DropLast = bool(v) }
func (v Workers) loader(c *LoaderConfig)     { c.Workers = int(v) }
func (v Prefetch) loader(c *LoaderConfig)    { c.Prefetch = int(v) }
func (v FreeSamples) loader(c *LoaderConfig) { c.FreeSamples = bool(v) }
func (v generator) loader(c *LoaderConfig)   { c.Generator = v.Generator }
func (v withSampler) loader(c *LoaderConfig) { c.Sampler = v.Sampler }

// settle applies the options to the defaults and checks the result.
func settle(opts []Option) (LoaderConfig, error) {
	const unsaid = math.MinInt
	c := LoaderConfig{BatchSize: 1, Prefetch: unsaid}
	for _, o := range opts {
		switch o := o.(type) {
		case nil:
			return c, errors.New("datasets: an option is nil")
		case withSampler:
			if o.Sampler == nil {
				return c, errors.New("datasets: WithSampler: the sampler is nil")
			}
		case withBatchSampler:
			if o.Batches == nil {
				return c, errors.New("datasets: WithBatchSampler: the sampler is nil")
			}
		}
		o.loader(&c)
	}
	switch {
	case c.BatchSize < 1:
		return c, fmt.Errorf("datasets: BatchSize: expected at least 1, but got %d", c.BatchSize)
	case c.Workers < 0:
		return c, fmt.Errorf("datasets: Workers: expected 0 or more, but got %d", c.Workers)
	case c.BatchSampler != nil && (c.BatchSize != 1 || c.Shuffle || c.DropLast || c.Sampler != nil):
		return c, errors.New("datasets: WithBatchSampler excludes BatchSize, Shuffle, DropLast and WithSampler: it makes the batches")
	case c.Sampler != nil && c.Shuffle:
		return c, errors.New("datasets: Shuffle and WithSampler exclude each other: the sampler sets the order")
	case c.Prefetch == unsaid:
		if c.Prefetch = 0; c.Workers > 0 {
			c.Prefetch = 2
		}
	case c.Prefetch < 1:
		return c, fmt.Errorf("datasets: Prefetch: expected at least 1, but got %d", c.Prefetch)
	case c.Workers == 0:
		return c, errors.New("datasets: Prefetch is what workers do: give Workers too, or leave it out")
	}
	return c, nil
}
