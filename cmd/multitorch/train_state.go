package main

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/hooks"
	"multitorch/trainer/metrics"
)

// StateDict is the last epoch's figures, so that a run that is resumed after its end has them to show.
func (r *trainRun) StateDict() *torch.Dict {
	var names, values, shares []any
	for _, v := range r.last.Metrics {
		names, values, shares = append(names, v.Name), append(values, v.Value), append(shares, v.Share)
	}
	d := &torch.Dict{}
	d.Set("loss", r.last.Loss)
	d.Set("samples", int64(r.last.Samples))
	d.Set("names", names)
	d.Set("values", values)
	d.Set("shares", shares)
	return d
}

// LoadStateDict takes them over.
func (r *trainRun) LoadStateDict(d *torch.Dict) error {
	loss, ok := d.Get("loss").(float64)
	samples, ok2 := d.Get("samples").(int64)
	names, _ := d.Get("names").([]any)
	values, _ := d.Get("values").([]any)
	shares, _ := d.Get("shares").([]any)
	if !ok || !ok2 || len(values) != len(names) || len(shares) != len(names) {
		return errors.New("expected a loss, a number of samples, and as many names as values")
	}
	last := trainer.Evaluation{Loss: loss, Samples: int(samples)}
	for i := range names {
		name, ok := names[i].(string)
		value, ok2 := values[i].(float64)
		share, ok3 := shares[i].(bool)
		if !ok || !ok2 || !ok3 {
			return errors.New("expected names, numbers, and whether they are shares")
		}
		last.Metrics = append(last.Metrics, metrics.Value{Name: name, Value: value, Share: share})
	}
	r.last = last
	return nil
}

// keepCheckpoint writes the checkpoint of a run that is done anew, where somebody has deleted or damaged it: its state holds the model
// as well. A rank but 0 has none.
func (r *trainRun) keepCheckpoint(model nn.Module, step int) error {
	if r.scratch != "" {
		return nil
	}
	path := r.checkpoint.Path
	var about description
	weights, wrong := trainer.LoadCheckpoint(path, &about)
	for _, w := range weights {
		w.Tensor.Free()
	}
	var refused syscall.Errno
	switch {
	case wrong == nil:
		return nil
	case errors.Is(wrong, fs.ErrNotExist):
		wrong = fmt.Errorf("%s is not there any more", path)
	case errors.As(wrong, &refused): // by the system: it may be whole
		return wrong
	}
	done := hooks.State{Place: trainer.Place{Epoch: r.Epochs, Step: step}, Finished: true, Last: r.last}
	if err := trainer.SaveCheckpoint(path, model, r.checkpoint.Describe(done)); err != nil {
		return err
	}
	logLine(fmt.Sprintf("WARNING: %v: it was written anew, out of the run's state", wrong))
	return nil
}
