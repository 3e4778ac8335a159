package datasets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
)

// ShuffleBuffer mixes the samples of an iterable data set: it holds size of them, and gives one at random whenever the next
// is read into its place. A sample comes at most size places earlier than without, and any number later. Where samples of a
// class lie together, size has to be larger than such a run.
//
// Its random numbers come from the worker's seed, so that the same seed of the loader gives the same order.
func ShuffleBuffer[S any](dataset IterableDataset[S], size int) (IterableDataset[S], error) {
	switch {
	case dataset == nil:
		return nil, errors.New("datasets: ShuffleBuffer: the data set is nil")
	case size < 1 || size > 1<<24:
		return nil, fmt.Errorf("datasets: ShuffleBuffer: expected a size of 1 to %d samples, but got %d", 1<<24, size)
	}
	return shuffleBuffer[S]{dataset, size}, nil
}

type shuffleBuffer[S any] struct {
	dataset IterableDataset[S]
	size    int
}

// Len is the data set's, or -1.
func (b shuffleBuffer[S]) Len() int { return lengthOf(b.dataset) }

// Iterate begins with an empty buffer.
func (b shuffleBuffer[S]) Iterate(ctx context.Context, w Worker) (Stream[S], error) {
	from, err := b.dataset.Iterate(ctx, w)
	if err != nil {
		return nil, err
	}
	random := rand.New(rand.NewPCG(uint64(w.Seed), 0))
	var held []S
	ended := false
	return pass[S]{func() (s S, err error) {
		for !ended {
			next, err := from.Next()
			if ended = errors.Is(err, io.EOF); ended {
				break
			}
			if err != nil {
				return s, err
			}
			if len(held) < b.size {
				held = append(held, next)
				continue
			}
			i := random.IntN(len(held))
			s, held[i] = held[i], next
			return s, nil
		}
		if len(held) == 0 {
			return s, io.EOF
		}
		i, last := random.IntN(len(held)), len(held)-1
		s, held[i] = held[i], held[last]
		held = held[:last]
		return s, nil
	}, from.Close}, nil
}
