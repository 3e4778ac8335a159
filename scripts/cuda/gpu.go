package main

import (
	"fmt"
	"slices"

	"multitorch/torch"
)

func streams(d torch.Device) error {
	side, err := torch.NewCUDAStream(d)
	if err != nil {
		return err
	}
	current, err := torch.CurrentCUDAStream(d)
	if err != nil {
		return err
	}
	x := torch.Ones(torch.Shape{512, 512}, side.Device())
	side.Wait(current)
	var y *torch.Tensor
	side.Do(func() {
		y = x
		for range 20 {
			y = y.Matmul(x).Div(512)
		}
	})
	side.Use(x)
	done := side.Record()
	done.Block(current)
	if sum := y.Sum().Item(); sum != 512*512 {
		return fmt.Errorf("a chain of products on another stream sums to %v", sum)
	}
	if err := done.Synchronize(); err != nil {
		return err
	}
	if !done.IsDone() || !side.IsDone() {
		return fmt.Errorf("the work on %s is not done after it was waited for", side)
	}
	return side.Synchronize()
}

func pinned(d torch.Device) error {
	x := torch.Arange(0, 1<<20, 1, torch.Float32).PinMemory()
	if !x.IsPinned() {
		return fmt.Errorf("the copy is not in pinned memory")
	}
	y := x.To(d, torch.NonBlocking(true)).Add(1)
	back := y.To(torch.CPU, torch.NonBlocking(true))
	if err := torch.Synchronize(d); err != nil {
		return err
	}
	if !slices.Equal(back.Bytes(), x.Add(1).Bytes()) {
		return fmt.Errorf("the numbers that came back differ")
	}
	return nil
}

// memory runs the same work again and again: the driver must not be asked for
// more after the first time.
func memory(d torch.Device) error {
	var after []int64
	for range 5 {
		torch.Scoped(func(s *torch.Scope) {
			x := s.Own(torch.Ones(torch.Shape{1 << 24}, d))
			for range 10 {
				x = x.Add(1)
			}
		})
		if err := torch.Synchronize(d); err != nil {
			return err
		}
		free, _, err := torch.CUDAMemory(d)
		if err != nil {
			return err
		}
		after = append(after, free)
	}
	if after[4] < after[0] {
		return fmt.Errorf("the GPU's free memory fell from %d to %d bytes over the same work", after[0], after[4])
	}
	return nil
}

func twoDevices(torch.Device) error {
	if n := torch.CUDADeviceCount(); n < 2 {
		return skipped(fmt.Sprintf("there is %d GPU", n))
	}
	x := torch.Ones(torch.Shape{3}, torch.NewDevice("cuda:1"))
	if x.Device() != torch.NewDevice("cuda:1") {
		return fmt.Errorf("a tensor for cuda:1 is on %s", x.Device())
	}
	return near(x.To(torch.NewDevice("cuda:0")).Add(1), torch.Full(torch.Shape{3}, 2.0), 0)
}
