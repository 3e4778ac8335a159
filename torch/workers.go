package torch

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
)

// Workers are goroutines that compute for others, each pinned to an OS thread of its
// own. A server in which every request computes in its handler is right without them;
// with them it also keeps no more requests' tensors than it has workers, and the
// threads' caches and OpenMP teams warm.
type Workers struct {
	jobs   chan *job
	closed chan struct{}
	close  sync.Once
	all    sync.WaitGroup
}

type job struct {
	f    func() error
	err  error
	done chan struct{}
}

// ErrWorkersClosed is what Do returns after Close.
var ErrWorkersClosed = errors.New("torch: the workers are closed")

var errJobEnded = errors.New("torch: the job ended its goroutine (runtime.Goexit)")

// NewWorkers starts n of them, 1 at least; Close ends them. One for each processor is
// right where an operator uses one thread (see [SetNumThreads]), and fewer where it
// uses several.
func NewWorkers(n int) *Workers {
	if n < 1 || n > maxThreads {
		panic(&Error{Op: "NewWorkers", Kind: ValueError, Message: fmt.Sprintf("expected 1 to %d workers, but got %d", maxThreads, n)})
	}
	w := &Workers{jobs: make(chan *job), closed: make(chan struct{})}
	for range n {
		w.start()
	}
	return w
}

// Do has a worker run f and returns f's error, when f is done. It waits for a worker
// that is free, until ctx ends: then f does not run, and ctx's error is returned. An f
// that runs is not interrupted; it may look at ctx itself.
//
// What f panics with is returned as an error, an [*Error] as it is. An f must not call
// Do of the same workers, which may all be waiting then.
func (w *Workers) Do(ctx context.Context, f func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-w.closed: // also where a worker is free yet
		return ErrWorkersClosed
	default:
	}
	j := &job{f: f, err: errJobEnded, done: make(chan struct{})}
	select {
	case w.jobs <- j:
		<-j.done
		return j.err
	case <-ctx.Done():
		return ctx.Err()
	case <-w.closed:
		return ErrWorkersClosed
	}
}

// Close ends the workers when what they run is done. A second Close does nothing more.
func (w *Workers) Close() {
	w.close.Do(func() { close(w.closed) })
	w.all.Wait()
}

func (w *Workers) start() {
	w.all.Add(1)
	go func() {
		ended := false
		defer func() {
			if !ended { // a job took the goroutine with it
				w.start()
			}
			w.all.Done()
		}()
		Pinned(w.work)
		ended = true
	}()
}

func (w *Workers) work() {
	for {
		select {
		case j := <-w.jobs:
			j.run()
		case <-w.closed:
			return
		}
	}
}

func (j *job) run() {
	defer close(j.done)
	j.err = caught(j.f)
}

// caught is f's error, or what it panicked with.
func caught(f func() error) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *Error:
			err = r
		case error:
			err = fmt.Errorf("torch: the job panicked: %w\n%s", r, debug.Stack())
		default:
			err = fmt.Errorf("torch: the job panicked: %v\n%s", r, debug.Stack())
		}
	}()
	return f()
}
