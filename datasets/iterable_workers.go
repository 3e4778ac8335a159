package datasets

import (
	"context"
	"errors"
	"io"
	"runtime/debug"
	"sync"

	"multitorch/torch"
)

// streams are the workers of one iteration over samples without indices. Each has a channel of its own, from which its
// batches are taken in turn.
type streams[B any] struct {
	live    []chan result[B] // of the workers that have not ended
	turn    int              // in live
	workers sync.WaitGroup
	cancel  context.CancelFunc
}

func newStreams[B any](ctx context.Context, l *Loader[B], seed int64) *streams[B] {
	ctx, cancel := context.WithCancel(ctx)
	s := &streams[B]{cancel: cancel}
	n := l.config.Workers
	for id := range n {
		out := make(chan result[B], l.config.Prefetch-1) // and one in the worker's hands
		s.live = append(s.live, out)
		s.workers.Go(func() {
			torch.Pinned(func() { // one thread, so one team of OpenMP threads
				serve(ctx, out, func() (batchStream[B], error) { return l.stream(ctx, Worker{id, n, seed + int64(id)}) })
			})
		})
	}
	return s
}

// serve makes a worker's batches until there are no more. Whatever happens, there is a last result.
func serve[B any](ctx context.Context, out chan<- result[B], open func() (batchStream[B], error)) {
	last := result[B]{err: errGoexit}
	defer func() {
		if v := recover(); v != nil {
			last = result[B]{panicked: &WorkerPanic{v, debug.Stack()}}
		}
		select {
		case out <- last:
		case <-ctx.Done():
		}
	}()
	s, err := open()
	if err != nil {
		last = result[B]{err: err}
		return
	}
	defer func() {
		if err := s.close(); err != nil && last.err == io.EOF {
			last.err = err
		}
	}()
	for {
		p, err := s.next()
		if err != nil {
			last = result[B]{err: err}
			return
		}
		select {
		case out <- result[B]{parcel: p}:
		case <-ctx.Done():
			p.free()
			last = result[B]{err: ctx.Err()}
			return
		}
	}
}

// next waits for the batch of the worker whose turn it is.
func (s *streams[B]) receive(ctx context.Context) (parcel[B], error) {
	for len(s.live) > 0 {
		var r result[B]
		select {
		case r = <-s.live[s.turn]:
		case <-ctx.Done():
			return parcel[B]{}, ctx.Err()
		}
		if r.panicked != nil {
			panic(r.panicked)
		}
		if errors.Is(r.err, io.EOF) {
			s.live = append(s.live[:s.turn], s.live[s.turn+1:]...)
			if s.turn == len(s.live) {
				s.turn = 0
			}
			continue
		}
		if r.err == nil {
			s.turn = (s.turn + 1) % len(s.live)
		}
		return r.parcel, r.err
	}
	return parcel[B]{}, io.EOF
}

// close waits for the workers and frees what was not received.
func (s *streams[B]) close() {
	s.cancel()
	s.workers.Wait()
	for _, out := range s.live {
		for {
			select {
			case r := <-out:
				r.parcel.free()
				continue
			default:
			}
			break
		}
	}
	s.live = nil
}
