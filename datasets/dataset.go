package datasets

import (
	"context"
	"fmt"
	"slices"
)

// Dataset is a number of samples that can be read in any order. With
// [Workers] several goroutines call Get at once.
type Dataset[S any] interface {
	// Len is the number of samples.
	Len() int
	// Get reads the sample at an index from 0 to Len()-1.
	Get(index int) (S, error)
}

// BatchGetter is a data set that makes whole batches, where that is faster than
// one sample at a time. [NewLoader] uses it by itself, [NewBatchLoader] where
// the batch has a type of its own.
type BatchGetter[B any] interface {
	// Len is the number of samples.
	Len() int
	// GetBatch reads the samples at indices, which it must not keep or change.
	// The tensors in the batch become the caller's.
	GetBatch(ctx context.Context, indices []int) (B, error)
}

// Subset is some samples of another data set, in an order of their own.
type Subset[S any] struct {
	dataset Dataset[S]
	indices []int
}

// NewSubset takes the samples at indices, one or several times each, as
// torch.utils.data.Subset. An index that dataset doesn't have is an error.
func NewSubset[S any](dataset Dataset[S], indices []int) (*Subset[S], error) {
	if dataset == nil {
		return nil, fmt.Errorf("datasets: a subset needs a data set, but got nil")
	}
	if err := checkIndices(indices, dataset.Len()); err != nil {
		return nil, fmt.Errorf("datasets: a subset: %w", err)
	}
	return &Subset[S]{dataset, slices.Clone(indices)}, nil
}

// Len is the number of samples.
func (s *Subset[S]) Len() int { return len(s.indices) }

// Indices are those of the samples in the data set that the subset is of, a copy.
func (s *Subset[S]) Indices() []int { return slices.Clone(s.indices) }

// Get reads the sample at an index of the subset.
func (s *Subset[S]) Get(index int) (S, error) { return s.dataset.Get(s.indices[index]) }

// subsetBatches is a subset of a data set that makes batches.
type subsetBatches[S any] struct {
	*Subset[S]
	batches BatchGetter[S]
}

func (s subsetBatches[S]) GetBatch(ctx context.Context, indices []int) (S, error) {
	mapped := make([]int, len(indices))
	for k, i := range indices {
		mapped[k] = s.indices[i]
	}
	return s.batches.GetBatch(ctx, mapped)
}

// batchGetter is the data set as one that makes batches of its samples' type,
// or nil. A subset is one when the data set beneath it is.
func batchGetter[S any](dataset Dataset[S]) BatchGetter[S] {
	if subset, ok := dataset.(*Subset[S]); ok {
		if batches := batchGetter(subset.dataset); batches != nil {
			return subsetBatches[S]{subset, batches}
		}
		return nil
	}
	batches, _ := dataset.(BatchGetter[S])
	return batches
}

func checkIndices(indices []int, n int) error {
	for k, i := range indices {
		if i < 0 || i >= n {
			return fmt.Errorf("expected indices from 0 to %d, but number %d is %d", n-1, k, i)
		}
	}
	return nil
}
