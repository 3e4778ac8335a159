package datasets

import (
	"errors"
	"fmt"
)

// Mapped is a data set whose samples are made of another's: the transform of torchvision's data sets.
type Mapped[S, T any] struct {
	dataset   Dataset[S]
	transform func(S) (T, error)
}

// Map makes each sample of dataset into another by transform, whenever it is asked for. With [Workers] several goroutines
// call transform at once.
func Map[S, T any](dataset Dataset[S], transform func(sample S) (T, error)) (*Mapped[S, T], error) {
	if dataset == nil || transform == nil {
		return nil, errors.New("datasets: Map: expected a data set and a function, but one is nil")
	}
	return &Mapped[S, T]{dataset, transform}, nil
}

// Len is the number of samples.
func (m *Mapped[S, T]) Len() int { return m.dataset.Len() }

// Get reads the sample at an index and transforms it.
func (m *Mapped[S, T]) Get(index int) (t T, err error) {
	s, err := m.dataset.Get(index)
	if err != nil {
		return t, err
	}
	if t, err = m.transform(s); err != nil {
		return t, fmt.Errorf("its transform: %w", err)
	}
	return t, nil
}
