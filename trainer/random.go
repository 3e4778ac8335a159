package trainer

import (
	"fmt"

	"multitorch/datasets"
	"multitorch/torch"
)

// randomState is the states of the generators that a run draws from, by their names: the default ones of the CPU and of each
// GPU, and that of the training batches' loader, where it has one of its own.
type randomState struct {
	generators map[string]*torch.Generator
	states     map[string]*torch.Tensor
}

const loaderGenerator = "loader"

// generators are found once: a run asks in each step.
func (t *Trainer[B, O]) generators() map[string]*torch.Generator {
	if t.found == nil {
		t.found = t.findGenerators()
	}
	return t.found
}

func (t *Trainer[B, O]) findGenerators() map[string]*torch.Generator {
	all := map[string]*torch.Generator{"cpu": torch.DefaultGenerator()}
	for i := range torch.CUDADeviceCount() {
		name := fmt.Sprintf("cuda:%d", i)
		if d, err := torch.ParseDevice(name); err == nil {
			all[name] = torch.DefaultGenerator(d)
		}
	}
	if l, ok := any(t.Train).(interface{ Config() datasets.LoaderConfig }); ok && l.Config().Generator != nil {
		all[loaderGenerator] = l.Config().Generator
	}
	return all
}

func (t *Trainer[B, O]) randomNow() *randomState {
	r := &randomState{t.generators(), map[string]*torch.Tensor{}}
	for name, g := range r.generators {
		r.states[name] = g.State().Keep()
	}
	return r
}

// restore brings the generators back. One of a GPU that another machine had, or had not, is left out.
func (r *randomState) restore() {
	for name, state := range r.states {
		if g := r.generators[name]; g != nil {
			g.SetState(state)
		}
	}
}

func (r *randomState) free() {
	for _, s := range r.states {
		s.Free()
	}
}

func (r *randomState) dict() *torch.Dict {
	d := &torch.Dict{}
	for name, s := range r.states {
		d.Set(name, s)
	}
	return d
}

func (t *Trainer[B, O]) randomOf(d *torch.Dict) (*randomState, error) {
	r := &randomState{t.generators(), map[string]*torch.Tensor{}}
	for name, v := range d.All() {
		state, ok := v.(*torch.Tensor)
		if !ok {
			return nil, fmt.Errorf("the generator %v: expected its state as a tensor, but got a %T", name, v)
		}
		r.states[fmt.Sprint(name)] = state
	}
	for _, needed := range []string{"cpu", loaderGenerator} {
		if has, wants := r.states[needed] != nil, r.generators[needed] != nil; has != wants {
			return nil, fmt.Errorf("the generator %q: the state has one: %v, and the run: %v", needed, has, wants)
		}
	}
	return r, nil
}
