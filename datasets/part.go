package datasets

import (
	"context"
	"errors"
	"fmt"
)

// Part is a loader of one of several processes' parts of each batch: batches of the same samples in the same order, of which
// this one reads a run of neighbours, as many as the others or one more or less. All draw the same order, so they must be
// seeded alike; processes that put their parts together have the batches of a single one. Len and [Iterator.Indices] are
// those of the whole batches. Of a batch with fewer samples than there are processes, those without one read the last.
func (l *Loader[B]) Part(replicas, rank int) (*Loader[B], error) {
	switch {
	case replicas < 1 || rank < 0 || rank >= replicas:
		return nil, fmt.Errorf("datasets: Part: expected a rank from 0 to replicas-1, but got rank %d of %d replicas", rank, replicas)
	case l.fetch == nil:
		return nil, errors.New("datasets: Part: the samples of an IterableDataset have no numbers by which they could be shared out")
	}
	p := *l
	p.fetch = func(ctx context.Context, indices []int) (parcel[B], error) {
		return l.fetch(ctx, partOf(indices, replicas, rank))
	}
	return &p, nil
}

// partOf gives the first parts one more where the samples don't come out even.
func partOf(indices []int, replicas, rank int) []int {
	if rank >= len(indices) {
		return indices[max(len(indices)-1, 0):]
	}
	n, more := len(indices)/replicas, len(indices)%replicas
	begin := rank*n + min(rank, more)
	end := begin + n
	if rank < more {
		end++
	}
	return indices[begin:end:end]
}
