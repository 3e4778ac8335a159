package main

import (
	"fmt"
	"math"

	"multitorch/torch"
)

// recipe is all that decides the numbers of a training run, beside the task and its model. The defaults are the task's.
type recipe struct {
	Epochs      int     `kong:"-" json:"epochs"` // passes over the training data
	BatchSize   int     `default:"${batch_size}" help:"Samples of one step." json:"batch_size"`
	LR          float64 `name:"lr" default:"${lr}" help:"Adam's learning rate." json:"lr"`
	WeightDecay float64 `default:"${weight_decay}" help:"Adam's weight decay." json:"weight_decay"`
	Seed        int64   `default:"0" help:"Seed of the weights, the order and dropout." json:"seed"`
	Workers     int     `default:"0" help:"Goroutines that prepare batches ahead." json:"-"`
}

func (r recipe) check() error {
	for _, least := range []struct {
		flag       string
		value, min int
	}{{"batch-size", r.BatchSize, 1}, {"workers", r.Workers, 0}} {
		if least.value < least.min {
			return fmt.Errorf("--%s: expected at least %d, but got %d", least.flag, least.min, least.value)
		}
	}
	for flag, value := range map[string]float64{"lr": r.LR, "weight-decay": r.WeightDecay} {
		if !(value >= 0) || math.IsInf(value, 0) { // NaN is not
			return fmt.Errorf("--%s: expected a number of at least 0, but got %v", flag, value)
		}
	}
	return nil
}

// epochsFlag is how long to train. Without it that is as the task's recipe for its data has it.
type epochsFlag struct {
	Given *int `name:"epochs" placeholder:"${epochs}" help:"Passes over the training data."`
}

func (f epochsFlag) check() error {
	if f.Given != nil && *f.Given < 1 {
		return fmt.Errorf("--epochs: expected at least 1, but got %d", *f.Given)
	}
	return nil
}

func (f epochsFlag) of(t task) int {
	if f.Given != nil {
		return *f.Given
	}
	return recipeOf(t).Epochs
}

// ownEpochs is a task that trains longer on some of its data than its recipe says.
type ownEpochs interface{ epochs() int }

// recipeOf is a task's recipe for the data that its fields mean.
func recipeOf(t task) recipe {
	r := t.info().recipe
	if own, ok := t.(ownEpochs); ok {
		r.Epochs = own.epochs()
	}
	return r
}

// like reports whether two recipes should give the same figures, whatever the seed.
func (r recipe) like(other recipe) bool {
	r.Seed, r.Workers = other.Seed, other.Workers
	return r == other
}

// dataFlag says where a task's data is.
type dataFlag struct {
	DataDir string `type:"path" placeholder:"DIR" help:"Folder of the data (default: one of its own in $$MULTITORCH_DATA, else in the user's cache folder)."`
}

// deviceFlag chooses a device: CUDA where it is available, unless one is named.
type deviceFlag struct {
	Device  string `placeholder:"cpu|cuda|cuda:N" help:"Device (default: cuda if available, else cpu)."`
	Threads int    `placeholder:"N" help:"Threads of one operator, libtorch's and BLAS's (default: libtorch's choice)."`
}

// maxThreads is more than any processor has; each takes memory even when idle.
const maxThreads = 1024

// Validate is called when the command line is read.
func (f deviceFlag) Validate() error {
	if f.Threads < 0 || f.Threads > maxThreads {
		return fmt.Errorf("--threads: expected 1 to %d, but got %d", maxThreads, f.Threads)
	}
	if f.Device == "" {
		return nil
	}
	if _, err := torch.ParseDevice(f.Device); err != nil {
		return fmt.Errorf("--device: %w", err)
	}
	return nil
}

// device sets the number of threads, and checks that the device is there.
func (f deviceFlag) device() (torch.Device, error) {
	if f.Threads > 0 {
		torch.SetNumThreads(f.Threads)
	}
	if f.Device == "" {
		if torch.CUDAIsAvailable() {
			return torch.CUDA, nil
		}
		return torch.CPU, nil
	}
	d, err := torch.ParseDevice(f.Device)
	if err != nil {
		return d, fmt.Errorf("--device: %w", err)
	}
	if err := d.Check(); err != nil {
		return d, fmt.Errorf("--device: %w; leave --device out to fall back to the CPU", err)
	}
	return d, nil
}
