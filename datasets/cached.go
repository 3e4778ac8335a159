package datasets

import (
	"errors"
	"sync"
)

// Cached is a data set that reads each sample once and keeps it: for samples that take long to read and have room in
// memory. What changes from epoch to epoch, such as a random crop, belongs above it ([Map] of a Cached).
type Cached[S any] struct {
	dataset Dataset[S]
	entries []entry[S]
}

type entry[S any] struct {
	once sync.Mutex
	have bool
	s    S
}

// NewCached keeps the samples of dataset, all of them in the end. Samples are handed out as they were read, so nobody may
// change them; tensors in them stay until the Cached is garbage, so [FreeSamples] must not be given with it. An error is
// not kept: the next Get tries again.
func NewCached[S any](dataset Dataset[S]) (*Cached[S], error) {
	if dataset == nil {
		return nil, errors.New("datasets: NewCached: the data set is nil")
	}
	return &Cached[S]{dataset, make([]entry[S], dataset.Len())}, nil
}

// Len is the number of samples.
func (c *Cached[S]) Len() int { return len(c.entries) }

// Get is the sample at an index. Of goroutines that ask for the same one at once, one reads it.
func (c *Cached[S]) Get(index int) (s S, err error) {
	if err := checkIndex(index, c.Len()); err != nil {
		return s, err
	}
	e := &c.entries[index]
	e.once.Lock()
	defer e.once.Unlock()
	if !e.have {
		if s, err = c.dataset.Get(index); err != nil {
			return s, err
		}
		for _, t := range tensorsIn(&s) { // the step in which it was read is not the last that needs it
			t.Keep()
		}
		e.s, e.have = s, true
	}
	return e.s, nil
}
