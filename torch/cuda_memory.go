package torch

import (
	"multitorch/internal/libtorch"
)

// CUDAMemoryStats is what libtorch's allocator of GPU memory holds, of all the
// statistics of torch.cuda.memory_stats those that a program asks for. The peaks and
// the counts are -1 before libtorch 2.9, which keeps them where only a program that
// is compiled with CUDA's headers can read them.
type CUDAMemoryStats struct {
	Allocated    int64 // bytes of tensors now: torch.cuda.memory_allocated
	MaxAllocated int64 // the most bytes of tensors at one time: max_memory_allocated
	Reserved     int64 // bytes taken from the driver, the cache included: memory_reserved
	MaxReserved  int64 // max_memory_reserved
	Retries      int64 // allocations that worked only after the cache was emptied
	OutOfMemory  int64 // allocations that failed
}

// CUDAMemoryOf reads the statistics of a GPU's memory. Before libtorch 2.9 it makes a
// small tensor to learn them.
func CUDAMemoryOf(d Device) (CUDAMemoryStats, error) {
	if err := d.needCUDA(); err != nil {
		return CUDAMemoryStats{}, err
	}
	s, err := libtorch.DeviceMemory(int(d.kind()), d.Index())
	if err != nil {
		return CUDAMemoryStats{}, newError("CUDAMemoryOf", err, nil)
	}
	return CUDAMemoryStats{s.Allocated, s.MaxAllocated, s.Reserved, s.MaxReserved, s.Retries, s.Failures}, nil
}

// CUDAResetPeakMemoryStats makes the peaks of a GPU's memory what it holds now, as
// torch.cuda.reset_peak_memory_stats. Before libtorch 2.9 it is an error of the kind
// [NotImplemented].
func CUDAResetPeakMemoryStats(d Device) error {
	if err := d.needCUDA(); err != nil {
		return err
	}
	if err := libtorch.ResetPeak(d.Index()); err != nil {
		return newError("CUDAResetPeakMemoryStats", err, nil)
	}
	return nil
}

// CUDAEmptyCache gives back to the driver, for other programs, what libtorch keeps of
// freed tensors on all GPUs, as torch.cuda.empty_cache. Without CUDA it does nothing.
// Before libtorch 2.9 it asks for more than there is, at which the allocator empties
// its cache: that shows in the counts of other tools as an allocation that failed.
func CUDAEmptyCache() error {
	if !CUDAIsAvailable() {
		return nil
	}
	if err := libtorch.EmptyCache(); err != nil {
		return newError("CUDAEmptyCache", err, nil)
	}
	return nil
}
