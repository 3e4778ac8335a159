package datasets

import (
	"fmt"

	"multitorch/torch"
)

// DistributedSampler gives each of several processes its part of a data set, as
// torch.utils.data.distributed.DistributedSampler: replica r of k takes every k-th sample of one order that all share.
//
// The parts have one size. So the order is filled up with samples from its beginning, which some replicas see twice, or cut
// short with DropLast. An evaluation wants neither: with Even(false) each sample is in one part, and the first parts may
// have one more.
type DistributedSampler struct {
	n, replicas, rank int
	epoch             int64
	c                 SamplerConfig
}

// NewDistributedSampler takes [Shuffle], which is true unless it is said otherwise, [Seed], [DropLast] and [Even]. All
// replicas must be given the same ones.
func NewDistributedSampler(dataset Sized, replicas, rank int, opts ...SamplerOption) (*DistributedSampler, error) {
	s := &DistributedSampler{replicas: replicas, rank: rank, c: SamplerConfig{Shuffle: true, Even: true}}
	err := s.c.apply("DistributedSampler", opts, Shuffle(false), Seed(0), DropLast(false), Even(false))
	if err == nil {
		s.n, err = sizeOf("DistributedSampler", dataset, 1)
	}
	if err == nil && s.c.DropLast && !s.c.Even {
		err = fmt.Errorf("datasets: DistributedSampler: Even(false) leaves no sample out: give it without DropLast")
	}
	if err == nil && (replicas < 1 || rank < 0 || rank >= replicas) {
		err = fmt.Errorf("datasets: DistributedSampler: expected a rank from 0 to replicas-1, but got rank %d of %d replicas", rank, replicas)
	}
	return s, err
}

// SetEpoch chooses another order for the next iteration, the same on all replicas. Without it all epochs have the order of
// epoch 0.
func (s *DistributedSampler) SetEpoch(epoch int) { s.epoch = int64(epoch) }

// Len is the number of samples of this replica.
func (s *DistributedSampler) Len() int {
	if s.c.DropLast {
		return s.n / s.replicas
	}
	if !s.c.Even {
		return (s.n - s.rank + s.replicas - 1) / s.replicas
	}
	return (s.n + s.replicas - 1) / s.replicas
}

// Indices is this replica's part of the epoch's order.
func (s *DistributedSampler) Indices() []int {
	order := (&SequentialSampler{s.n}).Indices()
	if s.c.Shuffle {
		order = permutation(s.n, torch.NewGenerator(s.c.Seed+s.epoch))
	}
	part := make([]int, s.Len())
	for k := range part {
		part[k] = order[(s.rank+k*s.replicas)%s.n] // filled up from its beginning
	}
	return part
}
