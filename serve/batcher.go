package serve

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// Batching says how an endpoint's requests meet in batches. What is 0 is the default.
type Batching struct {
	Max     int           // samples of a batch: 32
	Wait    time.Duration // the longest that a sample waits for others which are being read: 2 ms
	Workers int           // batches that are computed at once: 1
	Queue   int           // requests that are read, wait or are computed: 8 batches for each worker. More are refused
}

func (b Batching) withDefaults() Batching {
	b.Max = cmp.Or(b.Max, 32)
	b.Wait = cmp.Or(b.Wait, 2*time.Millisecond)
	b.Workers = cmp.Or(b.Workers, 1)
	b.Queue = cmp.Or(b.Queue, 8*b.Max*b.Workers)
	return b
}

// batcher lets workers compute what requests bring.
//
// A worker takes what is there and begins at once, unless a request is just being decoded: then it waits for that, but no
// longer than Wait. So a single client is never kept waiting, and many find each other.
type batcher[In, Out any] struct {
	Batching
	model Model[In, Out]
	watch batchWatch

	jobs    chan *job[In, Out]
	places  chan struct{} // one for each request that was let in
	coming  atomic.Int64  // requests that are being decoded
	pace    atomic.Int64  // nanoseconds of a sample, on average
	workers sync.WaitGroup
}

// batchWatch is told of each batch.
type batchWatch interface {
	batch(samples int, took time.Duration, err error)
}

type job[In, Out any] struct {
	ctx   context.Context
	in    In
	reply chan reply[Out] // with room for one
}

type reply[Out any] struct {
	out Out
	err error
}

func newBatcher[In, Out any](m Model[In, Out], b Batching, watch batchWatch) *batcher[In, Out] {
	b = b.withDefaults()
	made := &batcher[In, Out]{
		Batching: b, model: m, watch: watch,
		jobs: make(chan *job[In, Out], b.Queue), places: make(chan struct{}, b.Queue),
	}
	for range b.Workers {
		made.workers.Go(made.work)
	}
	return made
}

// close ends the workers. No request may come any more.
func (b *batcher[In, Out]) close() {
	close(b.jobs)
	b.workers.Wait()
}

// enter lets a request in, or says how long it would have to wait. A request that was let in leaves.
func (b *batcher[In, Out]) enter(patience time.Duration) (leave func(), wait time.Duration, ok bool) {
	if wait = b.wait(); wait > patience {
		return nil, wait, false
	}
	select {
	case b.places <- struct{}{}:
		return func() { <-b.places }, 0, true
	default:
		return nil, wait, false
	}
}

// wait is about how long those that were let in will take.
func (b *batcher[In, Out]) wait() time.Duration {
	return time.Duration(b.pace.Load()) * time.Duration(len(b.places)) / time.Duration(b.Workers)
}

// do answers one sample.
func (b *batcher[In, Out]) do(ctx context.Context, in In) (Out, error) {
	j := &job[In, Out]{ctx: ctx, in: in, reply: make(chan reply[Out], 1)}
	var none Out
	select {
	case b.jobs <- j: // at once, unless there are many for which nobody waits any more
	case <-ctx.Done():
		return none, ctx.Err()
	}
	select {
	case r := <-j.reply:
		return r.out, r.err
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

func (b *batcher[In, Out]) work() {
	for first := range b.jobs {
		if batch := alive(b.gather(first)); len(batch) > 0 {
			b.answer(batch)
		}
	}
}

// gather is a batch that begins with a sample.
func (b *batcher[In, Out]) gather(first *job[In, Out]) []*job[In, Out] {
	batch := []*job[In, Out]{first}
	var late <-chan time.Time
	for len(batch) < b.Max {
		select {
		case j, ok := <-b.jobs:
			if !ok {
				return batch
			}
			batch = append(batch, j)
			continue
		default:
		}
		if b.coming.Load() == 0 {
			return batch
		}
		if late == nil {
			late = time.After(b.Wait)
		}
		select {
		case j, ok := <-b.jobs:
			if !ok {
				return batch
			}
			batch = append(batch, j)
		case <-late:
			return batch
		}
	}
	return batch
}

// alive leaves those out for which nobody waits any more.
func alive[In, Out any](batch []*job[In, Out]) []*job[In, Out] {
	kept := batch[:0]
	for _, j := range batch {
		if j.ctx.Err() == nil {
			kept = append(kept, j)
		}
	}
	return kept
}

// answer computes a batch, and after an error its samples by themselves.
func (b *batcher[In, Out]) answer(batch []*job[In, Out]) {
	outs, err := b.compute(batch)
	if err != nil && len(batch) > 1 {
		for _, j := range alive(batch) {
			b.answer([]*job[In, Out]{j})
		}
		return
	}
	for i, j := range batch {
		r := reply[Out]{err: err}
		if err == nil {
			r.out = outs[i]
		}
		j.reply <- r
	}
}

func (b *batcher[In, Out]) compute(batch []*job[In, Out]) ([]Out, error) {
	ctx, stop := whileOneWaits(batch)
	defer stop()
	ins := make([]In, len(batch))
	for i, j := range batch {
		ins[i] = j.in
	}
	begin := time.Now()
	outs, err := predict(ctx, b.model, ins)
	took := time.Since(begin)
	b.learn(took / time.Duration(len(batch)))
	if b.watch != nil {
		b.watch.batch(len(batch), took, err)
	}
	return outs, err
}

// learn moves the pace a quarter of the way to what a sample took.
func (b *batcher[In, Out]) learn(took time.Duration) {
	if old := b.pace.Load(); old > 0 {
		took = time.Duration(old) + (took-time.Duration(old))/4
	}
	b.pace.Store(int64(took))
}

var errNobodyWaits = errors.New("nobody waits for the answer any more")

// whileOneWaits is a context that ends when all of the batch's have ended.
func whileOneWaits[In, Out any](batch []*job[In, Out]) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(batch[0].ctx))
	var left atomic.Int64
	left.Store(int64(len(batch)))
	stops := make([]func() bool, len(batch))
	for i, j := range batch {
		stops[i] = context.AfterFunc(j.ctx, func() {
			if left.Add(-1) == 0 {
				cancel(errNobodyWaits)
			}
		})
	}
	return ctx, func() {
		for _, stop := range stops {
			stop()
		}
		cancel(nil)
	}
}
