package datasets

import (
	"fmt"

	"multitorch/torch"
)

// SamplerConfig are the settings of the samplers. Each takes some of them, and refuses the others.
type SamplerConfig struct {
	Replacement bool             // a sample may come several times
	NumSamples  int              // 0: as many as there are
	Generator   *torch.Generator // nil: the default one
	Shuffle     bool             // of a [DistributedSampler]; true
	DropLast    bool             // of a [DistributedSampler]
	Seed        int64            // of a [DistributedSampler]
	Even        bool             // of a [DistributedSampler]; true
}

// SamplerOption is an option of the samplers: [Replacement], [NumSamples], [Generator], [Shuffle], [DropLast], [Seed],
// [Even].
type SamplerOption interface{ sampler(c *SamplerConfig) }

// SharedOption is an option of loaders and of samplers.
type SharedOption interface {
	Option
	SamplerOption
}

// Replacement says that a sample may be drawn several times.
type Replacement bool

// NumSamples is the number of samples that are drawn; without it as many as the data set has.
type NumSamples int

// Seed is what all replicas of a [DistributedSampler] shuffle by, together with the epoch. The default is 0.
type Seed int64

// Even says that the parts of a [DistributedSampler] have one size, for which it repeats samples or, with DropLast, leaves some
// out. The default is true, which training needs; evaluations count each sample once with Even(false).
type Even bool

func (v Replacement) sampler(c *SamplerConfig) { c.Replacement = bool(v) }
func (v NumSamples) sampler(c *SamplerConfig)  { c.NumSamples = int(v) }
func (v Seed) sampler(c *SamplerConfig)        { c.Seed = int64(v) }
func (v Even) sampler(c *SamplerConfig)        { c.Even = bool(v) }
func (v Shuffle) sampler(c *SamplerConfig)     { c.Shuffle = bool(v) }
func (v DropLast) sampler(c *SamplerConfig)    { c.DropLast = bool(v) }
func (v generator) sampler(c *SamplerConfig)   { c.Generator = v.Generator }

// apply reads options into the defaults. takes is a value of each option that the sampler takes.
func (c *SamplerConfig) apply(name string, opts []SamplerOption, takes ...SamplerOption) error {
	for _, o := range opts {
		known := false
		for _, t := range takes {
			known = known || fmt.Sprintf("%T", t) == fmt.Sprintf("%T", o)
		}
		if !known {
			return fmt.Errorf("datasets: %s takes no %T", name, o)
		}
		if n, ok := o.(NumSamples); ok && n < 1 {
			return fmt.Errorf("datasets: %s: NumSamples: expected at least 1, but got %d", name, n)
		}
		o.sampler(c)
	}
	return nil
}

// Sized is what has a number of samples: a data set, or a list of indices.
type Sized interface{ Len() int }

func sizeOf(name string, s Sized, least int) (int, error) {
	if s == nil {
		return 0, fmt.Errorf("datasets: %s: the data set is nil", name)
	}
	if n := s.Len(); n < least {
		return 0, fmt.Errorf("datasets: %s: the data set has %d samples: expected at least %d", name, n, least)
	}
	return s.Len(), nil
}
