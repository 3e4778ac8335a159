package hooks

import (
	"errors"
	"fmt"
	"math"

	"multitorch/torch"
	"multitorch/trainer"
)

// best is the best value of a validation so far, and where it was.
type best struct {
	value float64 // NaN before the first one
	at    trainer.Place
}

func noBest() best { return best{value: math.NaN()} }

// valueOf is a metric of a validation, or its loss where the name is empty.
func valueOf(e trainer.Evaluation, metric string) (float64, error) {
	value := e.Loss
	if metric != "" {
		value = e.Metric(metric)
	}
	if e.Samples == 0 || math.IsNaN(value) {
		return 0, fmt.Errorf("the validation has no value of %q: give Trainer.Validate, and the metric in Trainer.Metrics", metric)
	}
	return value, nil
}

func (m Mode) check(of string) error {
	if m != Min && m != Max {
		return errors.New(of + ".Mode: expected Min or Max")
	}
	return nil
}

// improve takes a value over that is better by more than delta.
func (b *best) improve(value float64, at trainer.Place, mode Mode, delta float64) bool {
	gain := b.value - value
	if mode == Max {
		gain = -gain
	}
	if !math.IsNaN(b.value) && !(gain > delta) {
		return false
	}
	b.value, b.at = value, at
	return true
}

func (b *best) state() *torch.Dict {
	d := &torch.Dict{}
	d.Set("best", b.value)
	d.Set("epoch", int64(b.at.Epoch))
	d.Set("step", int64(b.at.Step))
	return d
}

func (b *best) load(d *torch.Dict) error {
	value, ok := d.Get("best").(float64)
	epoch, isEpoch := d.Get("epoch").(int64)
	step, isStep := d.Get("step").(int64)
	if !ok || !isEpoch || !isStep {
		return fmt.Errorf("expected numbers for best, epoch and step, but got %v, %v and %v", d.Get("best"), d.Get("epoch"), d.Get("step"))
	}
	*b = best{value, trainer.Place{Epoch: int(epoch), Step: int(step)}}
	return nil
}
