package main

import (
	"context"
	"crypto/rand"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"time"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/hooks"
)

// checkpoints times a run of 400 MB, 33 million weights under Adam, that is saved, resumed and saved beside training; and the
// disk, which gets as many bytes. BENCH_DISK names a folder on the disk that is meant.
func checkpoints() (map[string]float64, error) {
	dir, err := os.MkdirTemp(os.Getenv("BENCH_DISK"), "bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "state.safetensors")
	seconds := map[string]float64{}
	if seconds["disk"], err = timed(func() error { return fill(filepath.Join(dir, "disk")) }); err != nil {
		return nil, err
	}
	state := &timedState{RunState: &hooks.RunState{Path: path, Steps: 1, Async: true}}
	fit := largeRun(state)
	if err := fit.Fit(context.Background()); err != nil {
		return nil, err
	}
	seconds["stall"] = state.longest
	whole, err := state.start.State()
	if err != nil {
		return nil, err
	}
	if seconds["save"], err = timed(func() error { return trainer.SaveState(path, whole, nil) }); err != nil {
		return nil, err
	}
	fit = largeRun()
	seconds["load"], err = timed(func() error {
		whole, _, err := trainer.LoadState(path)
		if err != nil {
			return err
		}
		return fit.Resume(context.Background(), whole)
	})
	return seconds, err
}

func timed(f func() error) (float64, error) {
	begin := time.Now()
	err := f()
	return time.Since(begin).Seconds(), err
}

// fill writes 378 MiB, as dd conv=fsync does.
func fill(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	block := make([]byte, 1<<20)
	rand.Read(block)
	for range 378 {
		if _, err := f.Write(block); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	return errors.Join(f.Sync(), f.Close())
}

// timedState notes the longest time that the hook has held training up for.
type timedState struct {
	*hooks.RunState
	start   trainer.Start
	longest float64
}

func (s *timedState) OnStart(start trainer.Start) error {
	s.start = start
	return s.RunState.OnStart(start)
}

func (s *timedState) OnStep(step trainer.Step) error {
	took, err := timed(func() error { return s.RunState.OnStep(step) })
	s.longest = max(s.longest, took)
	return err
}

// three is three batches.
type three struct{}

func (three) Len() int { return 3 }

func (three) All(context.Context) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i := range 3 {
			if !yield(i, nil) {
				return
			}
			time.Sleep(time.Second) // as long as a step of such a model takes on real batches
		}
	}
}

func largeRun(with ...trainer.Hook) *trainer.Trainer[int, struct{}] {
	layers := nn.NewSequential()
	for range 33 {
		layers.Append(nn.NewLinear(1000, 1000, nn.Bias(false)))
	}
	return &trainer.Trainer[int, struct{}]{
		Model: layers, Optimizer: optim.NewAdam(nn.Parameters(layers), optim.LR(0.001)), Epochs: 1, Train: three{}, Hooks: with,
		Step: func(int) (*torch.Tensor, struct{}) {
			return layers.Forward(torch.Randn(torch.Shape{1, 1000})).Square().Mean(), struct{}{}
		},
	}
}
