package main

import (
	"errors"

	"multitorch/torch"
	"multitorch/trainer"
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
