package trainer

import (
	"fmt"

	"multitorch/optim"
	"multitorch/torch"
)

// OfOptimizer is an optimizer as a part of a run's state: see [Trainer].Saved.
func OfOptimizer(o optim.Optimizer) Stateful { return ofOptimizer{o} }

type ofOptimizer struct{ optim.Optimizer }

func (o ofOptimizer) StateDict() *torch.Dict { return optimizerDict(o.Optimizer.StateDict()) }

func optimizerDict(state optim.State) *torch.Dict {
	tensors, metadata, d := &torch.Dict{}, &torch.Dict{}, &torch.Dict{}
	for _, t := range state.Tensors {
		tensors.Set(t.Name, t.Tensor)
	}
	for name, text := range state.Metadata {
		metadata.Set(name, text)
	}
	d.Set("tensors", tensors)
	d.Set("metadata", metadata)
	return d
}

func (o ofOptimizer) LoadStateDict(d *torch.Dict) error {
	tensors, err := d.Dict("tensors")
	if err != nil {
		return err
	}
	metadata, err := d.Dict("metadata")
	if err != nil {
		return err
	}
	state := optim.State{Metadata: map[string]string{}}
	if state.Tensors, err = tensors.Tensors(); err != nil {
		return err
	}
	for name, text := range metadata.All() {
		state.Metadata[fmt.Sprint(name)] = fmt.Sprint(text)
	}
	return o.Optimizer.LoadStateDict(state)
}
