package libtorch

// #include "shim.h"
import "C"

// CUDAInfo is what the driver says of a GPU.
type CUDAInfo struct {
	Name                     string
	TotalBytes               int64
	Major, Minor, Processors int
}

// CUDAProperties asks the driver about a GPU; -1 is the current one, here and below.
func CUDAProperties(index int) (CUDAInfo, error) {
	var c C.mt_cuda_info
	err := take(C.mt_cuda_properties(C.int32_t(index), &c))
	return CUDAInfo{C.GoString(&c.name[0]), int64(c.total_bytes), int(c.major), int(c.minor), int(c.processors)}, err
}

// CUDAMemory is the GPU's memory that no program has taken, and all of it.
func CUDAMemory(index int) (free, total int64, err error) {
	var f, t C.int64_t
	err = take(C.mt_cuda_memory(C.int32_t(index), &f, &t))
	return int64(f), int64(t), err
}

// Stream is a CUDA stream of libtorch's pool, which is never freed.
type Stream struct {
	ID    int64
	Index int32
}

func (s Stream) c() C.mt_stream { return C.mt_stream{id: C.int64_t(s.ID), index: C.int32_t(s.Index)} }

func streamFrom(c C.mt_stream) Stream { return Stream{int64(c.id), int32(c.index)} }

// NewStream takes the next stream of the pool.
func NewStream(index int, highPriority bool) (Stream, error) {
	var c C.mt_stream
	err := take(C.mt_stream_new(C.int32_t(index), cbool(highPriority), &c))
	return streamFrom(c), err
}

// CurrentStream is the one that this OS thread uses.
func CurrentStream(index int) (Stream, error) {
	var c C.mt_stream
	err := take(C.mt_stream_current(C.int32_t(index), &c))
	return streamFrom(c), err
}

// Exchange makes s the stream of this OS thread and returns the one before.
func (s Stream) Exchange() (Stream, error) {
	var c C.mt_stream
	err := take(C.mt_stream_exchange(s.c(), &c))
	return streamFrom(c), err
}

// Query reports whether all its work is done.
func (s Stream) Query() (bool, error) {
	var done C.int32_t
	err := take(C.mt_stream_query(s.c(), &done))
	return done != 0, err
}

// Synchronize waits until all its work is done.
func (s Stream) Synchronize() error { return take(C.mt_stream_synchronize(s.c())) }

// Use keeps t's memory from being used again before s is done with it.
func (s Stream) Use(t Tensor) error { return take(C.mt_stream_use(s.c(), t.c())) }

// Event is a mark in a stream; 0 is none yet.
type Event uintptr

// Record makes the event, or moves it to what s has been given so far.
func (e Event) Record(s Stream, timed bool) (Event, error) {
	c := C.mt_event(e)
	err := take(C.mt_event_record(s.c(), cbool(timed), &c))
	return Event(c), err
}

// Block makes s wait for the event.
func (e Event) Block(s Stream) error { return take(C.mt_event_block(C.mt_event(e), s.c())) }

// Query reports whether the stream has come past it.
func (e Event) Query() (bool, error) {
	var done C.int32_t
	err := take(C.mt_event_query(C.mt_event(e), &done))
	return done != 0, err
}

// Elapsed is the milliseconds between two timed events.
func (e Event) Elapsed(to Event) (float32, error) {
	var ms C.float
	err := take(C.mt_event_elapsed(C.mt_event(e), C.mt_event(to), &ms))
	return float32(ms), err
}

// Free gives it back.
func (e Event) Free(index int32) { C.mt_event_free(C.mt_event(e), C.int32_t(index)) }

// MemoryStats is what a device's allocator holds, in bytes, and how often it had to
// try again or failed; -1 is unknown.
type MemoryStats struct{ Allocated, MaxAllocated, Reserved, MaxReserved, Retries, Failures int64 }

// DeviceMemory asks the allocator of a device.
func DeviceMemory(kind, index int) (MemoryStats, error) {
	var c C.mt_memory_stats
	err := take(C.mt_device_memory(C.int32_t(kind), C.int32_t(index), &c))
	return MemoryStats{
		int64(c.allocated), int64(c.max_allocated), int64(c.reserved), int64(c.max_reserved),
		int64(c.retries), int64(c.failures),
	}, err
}

// ResetPeak makes the peaks of a GPU what it holds now.
func ResetPeak(index int) error { return take(C.mt_cuda_reset_peak(C.int32_t(index))) }

// EmptyCache gives the memory back that the allocators of all GPUs keep for later.
func EmptyCache() error { return take(C.mt_cuda_empty_cache()) }
