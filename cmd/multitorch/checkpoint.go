package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/hooks"
)

// description is what a checkpoint says of itself.
type description struct {
	Task     string             `json:"task"`
	Options  json.RawMessage    `json:"options"` // the task's fields
	Recipe   recipe             `json:"recipe"`
	Epoch    int                `json:"epoch"`
	Step     int                `json:"step"`
	Finished bool               `json:"finished"`
	Test     map[string]float64 `json:"test,omitempty"` // figures, known at the end of an epoch
	LibTorch string             `json:"libtorch"`
}

// describer describes a run's checkpoints.
func describer(t task, r recipe) (func(hooks.State) any, error) {
	options, err := json.Marshal(t)
	return func(s hooks.State) any {
		d := description{
			Task: t.info().name, Options: options, Recipe: r, Epoch: s.Epoch, Step: s.Step, Finished: s.Finished,
			LibTorch: torch.Version(),
		}
		if s.Last.Samples > 0 {
			d.Test = map[string]float64{"loss": s.Last.Loss}
			for _, v := range s.Last.Metrics {
				d.Test[v.Name] = v.Value
			}
		}
		return d
	}, err
}

// task is the task that a description tells of, checked before a model is made of it.
func (d *description) task() (task, error) {
	t, err := taskNamed(d.Task)
	if err != nil {
		return nil, fmt.Errorf("its description names %w", err)
	}
	if err := json.Unmarshal(d.Options, t); err != nil {
		return nil, fmt.Errorf("its description of the task can't be read: %w", err)
	}
	if err := t.check(); err != nil {
		return nil, fmt.Errorf("its description names %w", err)
	}
	return t, nil
}

// saved is a model as a checkpoint has it.
type saved struct {
	path  string
	about description
	task  task
	model nn.Module
}

// checkpointIn is the checkpoint that a path means: that of a run, where it is a run's folder.
func checkpointIn(path string) string {
	if inside := filepath.Join(path, checkpointName); isThere(inside) {
		return inside
	}
	return path
}

// loadModel makes the model that a checkpoint describes, with its weights.
func loadModel(path string, device torch.Device) (*saved, error) {
	path = checkpointIn(path)
	s := &saved{path: path}
	state, err := trainer.LoadCheckpoint(path, &s.about)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("checkpoint %s: there is no such file; multitorch train makes one", path)
	}
	var refused syscall.Errno
	if errors.As(err, &refused) { // by the system: it may be whole
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("%w; multitorch train makes a new one", err)
	}
	defer func() {
		for _, s := range state {
			s.Tensor.Free()
		}
	}()
	s.task, err = s.about.task()
	if err == nil {
		nn.SkipInit(func() { s.model, err = s.task.newModel() })
	}
	if err == nil {
		err = nn.LoadStateDict(s.model, state)
	}
	if err == nil {
		err = finite(state)
	}
	if err != nil {
		return nil, fmt.Errorf("checkpoint %s: %w; multitorch train makes a new one", path, err)
	}
	nn.To(s.model, device)
	nn.Eval(s.model)
	if !s.about.Finished {
		logLine(fmt.Sprintf("%s: its training was interrupted in epoch %d of %d", path, s.about.Epoch, s.about.Recipe.Epochs))
	}
	return s, nil
}

// finite names the first tensor that holds a NaN or an infinity: nothing that is computed from it means anything.
func finite(state []torch.NamedTensor) error {
	for _, s := range state {
		if !s.Tensor.DType().IsFloatingPoint() {
			continue
		}
		if n := s.Tensor.Numel() - int(s.Tensor.IsFinite().Sum().ItemInt()); n > 0 {
			return fmt.Errorf("%s: %d of its %d numbers are NaN or infinite", s.Name, n, s.Tensor.Numel())
		}
	}
	return nil
}
