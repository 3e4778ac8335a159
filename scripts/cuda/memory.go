package main

import (
	"errors"
	"fmt"
	"runtime"

	"multitorch/torch"
)

// statistics: the allocator's counts follow what tensors hold, and its cache can be
// given back.
func statistics(d torch.Device) error {
	const bytes = 64 << 20
	look := func() torch.CUDAMemoryStats {
		s, e := torch.CUDAMemoryOf(d)
		if e != nil {
			panic(&torch.Error{Op: "CUDAMemoryOf", Message: e.Error()})
		}
		return s
	}
	if err := torch.CUDAEmptyCache(); err != nil { // or what comes may lie in a piece that others hold
		return err
	}
	before := look()
	x := torch.Empty(torch.Shape{bytes}, torch.Uint8, d)
	during := look()
	x.Free()
	after := look()
	if grown := during.Allocated - before.Allocated; grown < bytes || grown > 2*bytes {
		return fmt.Errorf("a tensor of %d bytes adds %d to what is allocated", bytes, grown)
	}
	if after.Allocated != before.Allocated {
		return fmt.Errorf("%d bytes are allocated before and %d after a tensor came and went", before.Allocated, after.Allocated)
	}
	if during.Reserved < during.Allocated {
		return fmt.Errorf("%d bytes are allocated of %d that are reserved", during.Allocated, during.Reserved)
	}
	if err := torch.CUDAEmptyCache(); err != nil {
		return err
	}
	if emptied := look(); emptied.Reserved > after.Reserved-bytes {
		return fmt.Errorf("%d bytes are reserved before the cache was emptied, and %d after", after.Reserved, emptied.Reserved)
	}
	return nil
}

func peaks(d torch.Device) error {
	const bytes = 64 << 20
	err := torch.CUDAResetPeakMemoryStats(d)
	var e *torch.Error
	if errors.As(err, &e) && e.Kind == torch.NotImplemented {
		return skipped(err.Error())
	}
	if err != nil {
		return err
	}
	before, err := torch.CUDAMemoryOf(d)
	if err != nil {
		return err
	}
	torch.Empty(torch.Shape{bytes}, torch.Uint8, d).Free()
	after, err := torch.CUDAMemoryOf(d)
	if err != nil {
		return err
	}
	if before.MaxAllocated != before.Allocated || after.MaxAllocated < before.Allocated+bytes {
		return fmt.Errorf("the peak is %d of %d after it was reset, and %d after %d more came and went",
			before.MaxAllocated, before.Allocated, after.MaxAllocated, bytes)
	}
	return nil
}

// garbage: tensors that nobody refers to are collected when the GPU's memory is full,
// and the allocation is tried again.
func garbage(d torch.Device) error {
	if err := torch.CUDAEmptyCache(); err != nil {
		return err
	}
	free, _, err := torch.CUDAMemory(d)
	if err != nil {
		return err
	}
	runtime.GC()
	before := torch.Memory().Collected
	for range 4 {
		torch.Empty(torch.Shape{int(free / 10 * 6)}, torch.Uint8, d) // two don't fit
	}
	if torch.Memory().Collected == before {
		return errors.New("four tensors of 60% of the memory each were made, and the collector was not called")
	}
	return torch.CUDAEmptyCache()
}

func timedEvents(d torch.Device) error {
	s, err := torch.CurrentCUDAStream(d)
	if err != nil {
		return err
	}
	x := torch.Ones(torch.Shape{1024, 1024}, d)
	start := s.RecordTimed()
	for range 10 {
		x = x.Matmul(x).Div(1024)
	}
	half := s.RecordTimed()
	for range 10 {
		x = x.Matmul(x).Div(1024)
	}
	end := s.RecordTimed()
	first, err := start.Elapsed(half)
	if err != nil {
		return err
	}
	all, err := start.Elapsed(end)
	if err != nil {
		return err
	}
	if first <= 0 || all <= first {
		return fmt.Errorf("ten products took %v, and twenty %v", first, all)
	}
	if _, err := start.Elapsed(s.Record()); err == nil {
		return errors.New("the time to an event without one is no error")
	}
	return nil
}
