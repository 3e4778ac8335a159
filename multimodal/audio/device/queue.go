package device

import (
	"context"
	"fmt"
	"sync"
)

// queue is samples on their way between the device's thread and the program. The device's side never waits.
type queue struct {
	limit   int // samples at most
	changed chan struct{}

	mu   sync.Mutex
	data []float32
	lost int   // samples for which there was no room, or that were not there in time
	end  error // why nothing more comes
}

func newQueue(limit int) *queue { return &queue{limit: limit, changed: make(chan struct{}, 1)} }

func (q *queue) signal() {
	select {
	case q.changed <- struct{}{}:
	default:
	}
}

// offer takes what there is room for.
func (q *queue) offer(samples []float32) {
	q.mu.Lock()
	n := min(len(samples), q.limit-len(q.data))
	q.data = append(q.data, samples[:n]...)
	q.lost += len(samples) - n
	q.mu.Unlock()
	q.signal()
}

// poll gives what is there, and zeros for the rest.
func (q *queue) poll(out []float32) {
	q.mu.Lock()
	n := copy(out, q.data)
	q.data = q.data[:copy(q.data, q.data[n:])]
	q.mu.Unlock()
	clear(out[n:])
	q.signal()
}

// finish ends the queue: what is in it can still be taken.
func (q *queue) finish(err error) {
	q.mu.Lock()
	if q.end == nil {
		q.end = err
	}
	q.mu.Unlock()
	q.signal()
}

// take waits for as many samples as out has room for. Samples that were lost before them are an error.
func (q *queue) take(ctx context.Context, out []float32) error {
	return q.wait(ctx, func() (bool, error) {
		if q.lost > 0 {
			lost := q.lost
			q.lost, q.data = 0, q.data[:0]
			return false, fmt.Errorf("%d samples were lost because nobody read them in time; read more often", lost)
		}
		if len(q.data) >= len(out) {
			copy(out, q.data)
			q.data = q.data[:copy(q.data, q.data[len(out):])]
			return true, nil
		}
		return false, q.end
	})
}

// put waits until there is room for the samples.
func (q *queue) put(ctx context.Context, samples []float32) error {
	for len(samples) > 0 {
		err := q.wait(ctx, func() (bool, error) {
			if q.end != nil {
				return false, q.end
			}
			n := min(len(samples), q.limit-len(q.data))
			q.data = append(q.data, samples[:n]...)
			samples = samples[n:]
			return n > 0 || len(samples) == 0, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// drain waits until all has been played.
func (q *queue) drain(ctx context.Context) error {
	return q.wait(ctx, func() (bool, error) { return len(q.data) == 0, q.end })
}

// wait asks until ready says yes or there is an error, each time that something has changed.
func (q *queue) wait(ctx context.Context, ready func() (bool, error)) error {
	for {
		q.mu.Lock()
		done, err := ready()
		q.mu.Unlock()
		if done || err != nil {
			if done {
				err = nil
			}
			q.signal() // another who waits may go on
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-q.changed:
		}
	}
}
