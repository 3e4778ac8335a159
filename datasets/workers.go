package datasets

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"

	"multitorch/torch"
)

// WorkerPanic is what an iteration panics with when Get or the collate function
// panicked in a worker.
type WorkerPanic struct {
	Value any    // what the worker panicked with
	Stack []byte // where
}

func (p *WorkerPanic) Error() string {
	return fmt.Sprintf("datasets: a worker panicked: %v\n\n%s", p.Value, p.Stack)
}

// Unwrap is Value, where it is an error.
func (p *WorkerPanic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

var errGoexit = errors.New("datasets: Get or the collate function ended its worker's goroutine (runtime.Goexit)")

// pool is the workers of one iteration, and the batches that are under way, in
// the order in which they will be received.
type pool[B any] struct {
	plan     plan
	next     int // the batch to hand out
	limit    int // of batches under way
	jobs     chan *job[B]
	underWay []*job[B]
	workers  sync.WaitGroup
	cancel   context.CancelFunc
}

// job is a batch to be made. Its channel has room for the result, so that no
// worker ever waits for the consumer.
type job[B any] struct {
	indices []int
	done    chan result[B]
}

type result[B any] struct {
	parcel   parcel[B]
	err      error
	panicked *WorkerPanic
}

// newPool starts the workers on the batches from first on, of which there is one at least.
func newPool[B any](ctx context.Context, plan plan, first int, s *LoaderConfig, fetch fetch[B]) *pool[B] {
	count := plan.count - first
	workers := min(s.Workers, count)
	p := &pool[B]{plan: plan, next: first, limit: workers * min(s.Prefetch, count/workers+1)}
	p.jobs = make(chan *job[B], p.limit)
	ctx, p.cancel = context.WithCancel(ctx)
	for range workers {
		p.workers.Go(func() {
			// One thread for each worker, and so one team of OpenMP threads.
			torch.Pinned(func() { work(ctx, p.jobs, fetch) })
		})
	}
	p.handOut()
	return p
}

// handOut gives the workers as much to do as the limit allows.
func (p *pool[B]) handOut() {
	for ; len(p.underWay) < p.limit && p.next < p.plan.count; p.next++ {
		j := &job[B]{p.plan.batch(p.next), make(chan result[B], 1)}
		p.underWay = append(p.underWay, j)
		p.jobs <- j
	}
}

// receive waits for the next batch, and repeats a panic that came instead.
func (p *pool[B]) receive(ctx context.Context) (parcel[B], error) {
	var r result[B]
	select {
	case r = <-p.underWay[0].done:
	case <-ctx.Done():
		return parcel[B]{}, ctx.Err()
	}
	p.underWay = p.underWay[1:]
	if r.panicked != nil {
		panic(r.panicked)
	}
	if r.err == nil {
		p.handOut()
	}
	return r.parcel, r.err
}

// close waits for the workers and frees what was not received.
func (p *pool[B]) close() {
	p.cancel()
	p.workers.Wait()
	for _, j := range p.underWay {
		select {
		case r := <-j.done:
			r.parcel.free()
		default: // no worker took it
		}
	}
	p.underWay = nil
}

func work[B any](ctx context.Context, jobs <-chan *job[B], fetch fetch[B]) {
	for {
		select {
		case j := <-jobs:
			j.run(ctx, fetch)
		case <-ctx.Done():
			return
		}
	}
}

// run makes the batch. Whatever happens, there is a result.
func (j *job[B]) run(ctx context.Context, fetch fetch[B]) {
	r := result[B]{err: errGoexit}
	defer func() {
		if v := recover(); v != nil {
			r = result[B]{panicked: &WorkerPanic{v, debug.Stack()}}
		}
		j.done <- r
	}()
	r.parcel, r.err = fetch(ctx, j.indices)
}
