package torch

import (
	"fmt"
	"runtime"
	"time"

	"multitorch/internal/libtorch"
)

// CUDAStream is a queue of work on a GPU. Work of one stream is done in order,
// that of several at the same time. libtorch has a pool of streams, and hands them
// out again and again: two that were made may be the same.
type CUDAStream struct{ handle libtorch.Stream }

// NewCUDAStream takes a stream on a GPU. Without CUDA it is an error.
func NewCUDAStream(d Device) (*CUDAStream, error) {
	if err := d.needCUDA(); err != nil {
		return nil, err
	}
	s, err := libtorch.NewStream(d.Index(), false)
	if err != nil {
		return nil, newError("NewCUDAStream", err, nil)
	}
	return &CUDAStream{s}, nil
}

// CurrentCUDAStream is the stream that this goroutine's work on a GPU goes to:
// the default one outside of [CUDAStream.Do].
func CurrentCUDAStream(d Device) (*CUDAStream, error) {
	if err := d.needCUDA(); err != nil {
		return nil, err
	}
	s, err := libtorch.CurrentStream(d.Index())
	if err != nil {
		return nil, newError("CurrentCUDAStream", err, nil)
	}
	return &CUDAStream{s}, nil
}

// Device is the GPU.
func (s *CUDAStream) Device() Device { return deviceFrom(int(cuda), int(s.handle.Index)) }

func (s *CUDAStream) String() string { return fmt.Sprintf("stream %d on %s", s.handle.ID, s.Device()) }

// Do runs f with its work on this stream, as "with torch.cuda.stream(s)". The
// stream before is restored after f, also when f panics or ends its goroutine. It
// holds for f's own goroutine, and for tensors of the stream's GPU.
//
// A tensor that was made on one stream and is used on another needs Wait before,
// and [CUDAStream.Use] before it is freed.
func (s *CUDAStream) Do(f func()) {
	Pinned(func() {
		before, err := s.handle.Exchange()
		s.must("Do", err)
		defer before.Exchange() // can't fail where the first one did not
		f()
	})
}

// Wait makes what is given to the stream from now on wait for what other was
// given up to now. The CPU does not wait.
func (s *CUDAStream) Wait(other *CUDAStream) { other.Record().Block(s) }

// Use tells libtorch that t, made on another stream, is used on this one: its
// memory stays untouched until what the stream was given up to its end is done.
func (s *CUDAStream) Use(t *Tensor) {
	h := t.acquire("CUDAStream.Use")
	defer t.release()
	s.must("Use", s.handle.Use(h))
}

// IsDone reports whether all work given to the stream is done.
func (s *CUDAStream) IsDone() bool {
	done, err := s.handle.Query()
	s.must("IsDone", err)
	return done
}

// Synchronize waits until all work given to the stream is done. An error of that
// work shows here.
func (s *CUDAStream) Synchronize() error {
	if err := s.handle.Synchronize(); err != nil {
		return newError("CUDAStream.Synchronize", err, nil)
	}
	return nil
}

func (s *CUDAStream) must(op string, err error) {
	if err != nil {
		panic(newError("CUDAStream."+op, err, nil))
	}
}

// CUDAEvent is a mark in a stream's work.
type CUDAEvent struct {
	handle libtorch.Event
	stream *CUDAStream
	timed  bool
}

// Record marks the stream's work up to now.
func (s *CUDAStream) Record() *CUDAEvent { return s.record(false) }

// RecordTimed is Record with the time at which the work is done, for
// [CUDAEvent.Elapsed]: torch.cuda.Event(enable_timing=True).
func (s *CUDAStream) RecordTimed() *CUDAEvent { return s.record(true) }

func (s *CUDAStream) record(timed bool) *CUDAEvent {
	h, err := libtorch.Event(0).Record(s.handle, timed)
	s.must("Record", err)
	e := &CUDAEvent{h, s, timed}
	index := s.handle.Index
	runtime.AddCleanup(e, func(h libtorch.Event) { h.Free(index) }, h)
	return e
}

// Block makes what is given to s from now on wait for the mark.
func (e *CUDAEvent) Block(s *CUDAStream) {
	defer runtime.KeepAlive(e)
	s.must("Block", e.handle.Block(s.handle))
}

// IsDone reports whether the work before the mark is done.
func (e *CUDAEvent) IsDone() bool {
	defer runtime.KeepAlive(e)
	done, err := e.handle.Query()
	e.stream.must("IsDone", err)
	return done
}

// Elapsed is the time that the GPU took from this mark to a later one, to about half
// a microsecond, as start.elapsed_time(end). Both must be timed; it waits for the
// later one.
func (e *CUDAEvent) Elapsed(end *CUDAEvent) (time.Duration, error) {
	if !e.timed || !end.timed {
		return 0, &Error{Op: "CUDAEvent.Elapsed", Kind: ValueError, Message: "expected two marks of RecordTimed, but one is of Record"}
	}
	if err := end.Synchronize(); err != nil {
		return 0, err
	}
	ms, err := e.handle.Elapsed(end.handle)
	runtime.KeepAlive(e)
	runtime.KeepAlive(end)
	if err != nil {
		return 0, newError("CUDAEvent.Elapsed", err, nil)
	}
	return time.Duration(float64(ms) * float64(time.Millisecond)), nil
}

// Synchronize waits until the work before the mark is done, by a stream that has
// nothing else to wait for.
func (e *CUDAEvent) Synchronize() error {
	s, err := NewCUDAStream(e.stream.Device())
	if err != nil {
		return err
	}
	e.Block(s)
	return s.Synchronize()
}
