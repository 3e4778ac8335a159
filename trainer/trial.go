package trainer

import (
	"context"
	"errors"
	"fmt"

	"multitorch/nn"
	"multitorch/torch"
)

// FastDevRun tries whether a program's parts fit, in seconds: one step, one batch of validation, the metrics. No hook is called,
// so nothing is written. Afterwards all is as before it: the model, the optimizer, the random numbers.
func (t *Trainer[B, O]) FastDevRun(ctx context.Context) error {
	return t.trial(func(quick *Trainer[B, O]) error {
		quick.Train = First(t.Train, max(t.Accumulate, 1))
		if t.Validate != nil {
			quick.Validate = First(t.Validate, 1)
		}
		quick.Epochs, quick.Hooks = 1, nil
		return quick.Fit(ctx)
	})
}

// Forward computes Step on the first training batch, for what wants to see the model run: a graph of its modules ([hooks.TensorBoard]),
// say. The random numbers are as without it.
func (t *Trainer[B, O]) Forward(ctx context.Context) error {
	random := t.randomNow()
	defer random.free()
	defer random.restore()
	for batch, err := range First(t.Train, 1).All(ctx) {
		if err != nil {
			return err
		}
		t.forward(batch, func() []*nn.Parameter { return nn.Parameters(t.Model) })
	}
	return nil
}

// trial runs f with a copy of the trainer, and brings back what a run changes.
func (t *Trainer[B, O]) trial(f func(quick *Trainer[B, O]) error) error {
	quick := *t
	if err := quick.check(); err != nil {
		return err
	}
	undo, err := t.remember()
	if err != nil {
		return err
	}
	return errors.Join(f(&quick), torch.Try(undo))
}

// remember copies what a run changes, and returns what brings it back.
func (t *Trainer[B, O]) remember() (undo func() error, err error) {
	var model []torch.NamedTensor
	parts, states := map[string]Stateful{}, map[string]*torch.Dict{}
	if t.Optimizer != nil {
		parts["optimizer"] = OfOptimizer(t.Optimizer)
	}
	if t.Scaler != nil {
		parts["scaler"] = t.Scaler
	}
	for name, s := range t.Saved {
		parts["saved "+name] = s
	}
	err = torch.Try(func() error {
		for _, n := range nn.StateDict(t.Model) {
			model = append(model, torch.NamedTensor{Name: n.Name, Tensor: n.Tensor.Detach().Clone().Keep()})
		}
		for name, s := range parts {
			states[name] = cloned(s.StateDict()).(*torch.Dict)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	random := t.randomNow()
	return func() error {
		defer random.free()
		random.restore()
		if err := nn.LoadStateDict(t.Model, model); err != nil {
			return err
		}
		nn.ZeroGrad(t.Model, nn.SetToNone(true))
		nn.Train(t.Model)
		for name, s := range parts {
			if err := s.LoadStateDict(states[name]); err != nil {
				return fmt.Errorf("bringing back the %s: %w", name, err)
			}
		}
		return nil
	}, nil
}

// cloned is a state whose tensors are copies.
func cloned(v any) any {
	switch v := v.(type) {
	case *torch.Tensor:
		return v.Detach().Clone().Keep()
	case []any:
		items := make([]any, len(v))
		for i, item := range v {
			items[i] = cloned(item)
		}
		return items
	case *torch.Dict:
		d := &torch.Dict{}
		for key, value := range v.All() {
			d.Set(key, cloned(value))
		}
		return d
	}
	return v
}
