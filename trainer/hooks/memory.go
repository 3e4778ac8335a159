package hooks

import (
	"fmt"
	"os"
	"strings"

	"multitorch/torch"
	"multitorch/trainer"
)

// Memory writes what the process takes: "memory/resident_MiB", "memory/tensors", which is how many are alive, "memory/tensors_MiB"
// of CPU tensors with their graph, and "memory/cuda:0_MiB" of each GPU's tensors. A number of tensors that grows from epoch to
// epoch is a leak: something is kept by a field, a slice or a closure.
type Memory struct {
	To    Logger
	Every int // steps; 50 where it is 0
}

// Name is "memory".
func (m *Memory) Name() string { return "memory" }

// OnStep writes.
func (m *Memory) OnStep(s trainer.Step) error {
	every := m.Every
	if every == 0 {
		every = 50
	}
	if !due(s.Step, every) {
		return nil
	}
	write := func(tag string, value float64) error { return m.To.Scalar("memory/"+tag, s.Step, value) }
	stats := torch.Memory()
	if err := write("tensors", float64(stats.Tensors)); err != nil {
		return err
	}
	if err := write("tensors_MiB", float64(stats.Bytes)/(1<<20)); err != nil {
		return err
	}
	if pages, ok := residentPages(); ok {
		if err := write("resident_MiB", float64(pages)*float64(os.Getpagesize())/(1<<20)); err != nil {
			return err
		}
	}
	for i := range torch.CUDADeviceCount() {
		d, err := torch.ParseDevice(fmt.Sprintf("cuda:%d", i))
		if err != nil {
			return err
		}
		gpu, err := torch.CUDAMemoryOf(d)
		if err != nil {
			return err
		}
		if err := write(fmt.Sprintf("%v_MiB", d), float64(gpu.Allocated)/(1<<20)); err != nil {
			return err
		}
	}
	return nil
}

// residentPages are what Linux says of the process.
func residentPages() (pages int, ok bool) {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, false
	}
	var all int
	_, err = fmt.Fscan(strings.NewReader(string(text)), &all, &pages)
	return pages, err == nil
}
