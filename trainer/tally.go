package trainer

import (
	"fmt"

	"multitorch/torch"
	"multitorch/trainer/metrics"
)

// tally sums up an evaluation batch by batch, where the batches lie, so that no outputs need be kept and nothing is read
// back meanwhile.
type tally[O any] struct {
	loss    metrics.Mean
	metrics []metrics.Metric[O]
	samples int
}

func newTally[O any](ms []metrics.Metric[O]) *tally[O] {
	t := &tally[O]{metrics: ms}
	t.reset()
	return t
}

func (t *tally[O]) reset() {
	for _, m := range t.metrics {
		m.Reset()
	}
	t.loss, t.samples = metrics.Mean{}, 0
}

func (t *tally[O]) add(loss *torch.Tensor, samples int, weight any, output O) {
	t.addLoss(loss, samples, weight)
	t.update(output)
}

func (t *tally[O]) addLoss(loss *torch.Tensor, samples int, weight any) {
	t.samples += samples
	t.loss.Add(loss, weight)
}

func (t *tally[O]) update(output O) {
	for _, m := range t.metrics {
		m.Update(output)
	}
}

func (t *tally[O]) result() (Evaluation, error) {
	if t.samples == 0 {
		return Evaluation{}, nil
	}
	values, err := metrics.Compute(t.metrics)
	return Evaluation{t.loss.Compute(), t.samples, values}, err
}

// state is what was summed up.
func (t *tally[O]) state() (*torch.Dict, error) {
	sums := &torch.Dict{}
	for _, m := range t.metrics {
		s, ok := metrics.StateOf(m)
		if !ok {
			return nil, fmt.Errorf("the metric %q has no State and Merge, so a run can't be saved in the middle of an epoch: see metrics.Stateful",
				m.Name())
		}
		sums.Set(m.Name(), list(s.State()))
	}
	d := &torch.Dict{}
	d.Set("samples", int64(t.samples))
	d.Set("loss", list(t.loss.State()))
	d.Set("metrics", sums)
	return d, nil
}

func list(ts []*torch.Tensor) []any {
	items := make([]any, len(ts))
	for i, t := range ts {
		items[i] = t
	}
	return items
}

// load goes on with what state gave.
func (t *tally[O]) load(d *torch.Dict) error {
	t.reset()
	return t.merge(d)
}

// merge adds what another tally's state has.
func (t *tally[O]) merge(d *torch.Dict) error {
	samples, ok := d.Get("samples").(int64)
	if !ok || samples < 0 {
		return fmt.Errorf("its samples: expected a number of them, but got %v", d.Get("samples"))
	}
	loss, err := tensors(d.Get("loss"))
	if err == nil {
		err = t.loss.Merge(loss)
	}
	if err != nil {
		return fmt.Errorf("its loss: %w", err)
	}
	sums, err := d.Dict("metrics")
	if err != nil {
		return err
	}
	for _, m := range t.metrics {
		saved, found := sums.Lookup(m.Name())
		s, ok := metrics.StateOf(m)
		if !ok || !found {
			return fmt.Errorf("the metric %q is not among those of the state, or has no Merge", m.Name())
		}
		state, err := tensors(saved)
		if err == nil {
			err = s.Merge(state)
		}
		if err != nil {
			return fmt.Errorf("the metric %q: %w", m.Name(), err)
		}
	}
	t.samples += int(samples)
	return nil
}

// tensors are those of a list; nil of an empty one.
func tensors(v any) ([]*torch.Tensor, error) {
	items, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("expected a list of tensors, but got a %T", v)
	}
	var all []*torch.Tensor
	for _, item := range items {
		t, ok := item.(*torch.Tensor)
		if !ok {
			return nil, fmt.Errorf("expected a list of tensors, but got a %T in it", item)
		}
		all = append(all, t)
	}
	return all, nil
}
