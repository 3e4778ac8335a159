package datasets

import (
	"context"
	"errors"
	"fmt"
	"io"

	"multitorch/torch"
)

// Iterator is one iteration of a [Loader]. It is for one goroutine at a time.
//
//	images, texts := imageLoader.Iterator(ctx), textLoader.Iterator(ctx)
//	defer images.Close()
//	defer texts.Close()
//	for images.Next() && texts.Next() {
//		... images.Batch(), texts.Batch()
//	}
//	return errors.Join(images.Err(), texts.Err())
type Iterator[B any] struct {
	loader  *Loader[B]
	ctx     context.Context
	plan    plan
	started bool
	next    int      // the batch to deliver
	pool    *pool[B] // nil without workers
	seed    int64    // of the workers

	streams *streams[B]    // of samples without indices; nil without workers
	stream  batchStream[B] // and of these where there are none
	scope   *torch.Scope
	batch   B
	err     error
	ended   bool
}

// Next frees the batch before, and what was computed from it, and makes the next
// one. It is false when there are no more, and after an error.
func (it *Iterator[B]) Next() bool {
	it.endBatch()
	if it.ended {
		return false
	}
	delivered := false
	defer func() { // also when Get, a sampler or a worker panicked
		if !delivered {
			it.Close()
		}
	}()
	p, err := it.fetch()
	if err == nil && !it.ended {
		it.scope = torch.OpenScope()
		_, err = own(it.scope, p.tensors)
	}
	if it.err = err; err != nil || it.ended {
		return false
	}
	it.batch = p.batch
	delivered = true
	return true
}

// Batch is the current batch; the zero value before the first and after the last.
func (it *Iterator[B]) Batch() B { return it.batch }

// Index is the number of the current batch, from 0: as many batches were made before it. It is -1 before the first.
func (it *Iterator[B]) Index() int { return it.next - 1 }

// Indices are the samples of the current batch, as the data set numbers them, so that a bad one can be named. They must not
// be changed. Samples of an [IterableDataset] have no numbers: it is nil.
func (it *Iterator[B]) Indices() []int {
	if it.scope == nil || it.loader.stream != nil {
		return nil
	}
	return it.plan.batch(it.Index())
}

// Seek begins the iteration at batch k, counted from 0, in place of the first: to go on where another one stopped. It draws
// the order of the samples at once, all random numbers of the batches before k that this takes, and reads none of their
// samples. Samples of an [IterableDataset], which have no numbers, are read and thrown away.
//
// It comes before the first Next. A k past the last batch is an error; at the number of batches the iteration ends at once.
func (it *Iterator[B]) Seek(k int) error {
	switch {
	case it.started || it.ended:
		return errors.New("datasets: Seek: the iteration has begun: seek before the first Next, or in another Iterator")
	case k < 0:
		return fmt.Errorf("datasets: Seek: expected a batch from 0 on, but got %d", k)
	}
	if it.loader.stream != nil {
		return it.readUntil(k)
	}
	it.next = k
	if err := it.start(); err != nil {
		return err
	}
	if count := it.plan.count; k > count {
		it.Close()
		return pastTheEnd(k, count)
	} else if k == count && it.plan.short { // what the request for the last batch drew
		it.loader.config.finish(it.plan.n)
	}
	return nil
}

func pastTheEnd(k, count int) error {
	return fmt.Errorf("datasets: Seek: expected a batch from 0 to %d, since the iteration has %d, but got %d: is it of other data, "+
		"or of another batch size?", count, count, k)
}

// readUntil throws the batches before k away.
func (it *Iterator[B]) readUntil(k int) error {
	for it.next < k {
		p, err := it.fetchStreamed()
		if err == nil && it.ended {
			err = pastTheEnd(k, it.next)
		}
		if err != nil {
			it.Close()
			return err
		}
		p.free()
	}
	return nil
}

// Err is what ended the iteration early, or nil.
func (it *Iterator[B]) Err() error { return it.err }

// Close ends the iteration: it frees the batch, waits for the workers, and frees
// what they made ahead. A second Close does nothing.
func (it *Iterator[B]) Close() {
	it.ended = true
	it.endBatch()
	if it.pool != nil {
		it.pool.close()
		it.pool = nil
	}
	if it.streams != nil {
		it.streams.close()
		it.streams = nil
	}
	if it.stream != nil {
		if err := it.stream.close(); err != nil && it.err == nil {
			it.err = err
		}
		it.stream = nil
	}
}

// endBatch frees the batch.
func (it *Iterator[B]) endBatch() {
	if it.scope != nil {
		it.scope.Close()
		it.scope = nil
	}
	var none B
	it.batch = none
}

// fetch makes the next batch, or has the workers do so; without one left it sets
// ended.
func (it *Iterator[B]) fetch() (parcel[B], error) {
	l := it.loader
	if l.stream != nil {
		return it.fetchStreamed()
	}
	if err := it.start(); err != nil {
		return parcel[B]{}, err
	}
	k := it.next
	if it.plan.exhaustedBy(k) {
		l.config.finish(it.plan.n)
	}
	if it.ended = k == it.plan.count; it.ended {
		return parcel[B]{}, nil
	}
	if err := it.ctx.Err(); err != nil {
		return parcel[B]{}, err
	}
	it.next++
	var p parcel[B]
	var err error
	if it.pool != nil {
		p, err = it.pool.receive(it.ctx)
	} else {
		p, err = l.fetch(it.ctx, it.plan.batch(k))
	}
	if ended := it.ctx.Err(); err != nil && ended != nil {
		err = ended
	}
	return p, err
}

// start draws the order, and starts the workers, at the first request.
func (it *Iterator[B]) start() error {
	if it.started {
		return nil
	}
	it.started = true
	l := it.loader
	n := l.samples()
	if n < 0 {
		return fmt.Errorf("datasets: the data set says that it has %d samples; expected 0 at least", n)
	}
	var err error
	if it.plan, err = l.config.plan(n); err != nil {
		return err
	}
	if l.config.Workers > 0 && it.next < it.plan.count && it.ctx.Err() == nil {
		it.pool = newPool(it.ctx, it.plan, it.next, &l.config, l.fetch)
	}
	return nil
}

// fetchStreamed is fetch for samples without indices.
func (it *Iterator[B]) fetchStreamed() (p parcel[B], err error) {
	if err := it.ctx.Err(); err != nil {
		return p, err
	}
	workers := it.loader.config.Workers
	switch {
	case it.started:
	case workers > 0:
		it.streams = newStreams(it.ctx, it.loader, it.seed)
	default:
		if it.stream, err = it.loader.stream(it.ctx, Worker{0, 1, it.seed}); err != nil {
			return p, err
		}
	}
	it.started = true
	if workers > 0 {
		p, err = it.streams.receive(it.ctx)
	} else {
		p, err = it.stream.next()
	}
	if errors.Is(err, io.EOF) {
		it.ended = true
		return p, nil
	}
	if ended := it.ctx.Err(); err != nil && ended != nil {
		err = ended
	}
	it.next++
	return p, err
}
