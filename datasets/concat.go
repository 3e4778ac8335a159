package datasets

import (
	"fmt"
	"slices"
	"sort"
)

// Concat is data sets one after another, as torch.utils.data.ConcatDataset: for data that lies in several places.
type Concat[S any] struct {
	datasets []Dataset[S]
	ends     []int // the index after each data set's last sample
}

// NewConcat joins data sets, of which each keeps its length. None at all is an error, as in Python.
func NewConcat[S any](datasets ...Dataset[S]) (*Concat[S], error) {
	if len(datasets) == 0 {
		return nil, fmt.Errorf("datasets: Concat: expected at least one data set")
	}
	c := &Concat[S]{datasets: slices.Clone(datasets), ends: make([]int, len(datasets))}
	n := 0
	for i, d := range datasets {
		if d == nil {
			return nil, fmt.Errorf("datasets: Concat: data set %d is nil", i)
		}
		n += d.Len()
		c.ends[i] = n
	}
	return c, nil
}

// Len is the number of samples of all.
func (c *Concat[S]) Len() int { return c.ends[len(c.ends)-1] }

// Place says which data set sample index comes from, and which of its samples it is.
func (c *Concat[S]) Place(index int) (dataset, sample int) {
	dataset = sort.SearchInts(c.ends, index+1)
	if dataset > 0 {
		index -= c.ends[dataset-1]
	}
	return dataset, index
}

// Get reads the sample at an index. An error says which data set it came from.
func (c *Concat[S]) Get(index int) (s S, err error) {
	if err := checkIndex(index, c.Len()); err != nil {
		return s, err
	}
	dataset, at := c.Place(index)
	if s, err = c.datasets[dataset].Get(at); err != nil {
		return s, fmt.Errorf("sample %d of data set %d: %w", at, dataset, err)
	}
	return s, nil
}

func checkIndex(index, n int) error {
	if index < 0 || index >= n {
		return fmt.Errorf("datasets: expected an index from 0 to %d, but got %d", n-1, index)
	}
	return nil
}
