package trainer

import (
	"context"
	"errors"
	"slices"
	"time"

	"multitorch/datasets"
	"multitorch/nn"
	"multitorch/torch"
)

// Stateful is what a run's state has beside the model: schedulers, [amp.GradScaler], hooks, and whatever [Trainer].Saved names.
type Stateful interface {
	StateDict() *torch.Dict
	LoadStateDict(*torch.Dict) error
}

// PlaceOf is how far the run was whose state this is: the epoch that it goes on with, and the steps that it had taken.
func PlaceOf(state *torch.Dict) (Place, error) {
	l := loader{d: state}
	return Place{l.int("epoch"), l.int("step")}, l.err
}

var errNoSeek = errors.New("these training batches can't be begun in the middle of an epoch: give Trainer.Train a datasets.Loader, or a method AllFrom")

// Resume goes on with a run from a state that a hook got from [Start].State and saved, as [LoadState] reads it: with the same
// numbers as if it had never stopped, to the last bit. The trainer is made as for Fit. No batch is read twice or left out:
// a datasets.Loader begins in the middle of an epoch without reading what was before, as does what has All's sibling
// AllFrom(ctx, first), which begins with the batch of that number; others can be resumed between epochs alone.
//
// The state has the model, the optimizer, Scaler, Saved, the hooks that are Stateful, the place in the data, the metrics of
// the epoch, and the states of the default generators and of the loader's. More Epochs, MaxSteps or MaxTime than before are
// fine. A state of another model, other data or another batch size is an error that names what differs, and changes nothing
// that is not named there.
func (t *Trainer[B, O]) Resume(ctx context.Context, state *torch.Dict) error {
	if err := t.check(); err != nil {
		return err
	}
	if state == nil {
		return errors.New("resume: the state is nil")
	}
	return t.run(ctx, state)
}

const stateVersion = 2

// state is the run's whole state.
func (r *run[B, O]) state() (*torch.Dict, error) {
	if r.torn {
		return nil, ErrMidStep
	}
	of, err := r.gathered()
	if err != nil {
		return nil, err
	}
	d := &torch.Dict{}
	d.Set("version", int64(stateVersion))
	d.Set("libtorch", torch.Version())
	d.Set("epoch", int64(r.at.Epoch))
	if r.between {
		d.Set("epoch", int64(r.at.Epoch+1))
	}
	d.Set("step", int64(r.at.Step))
	d.Set("batch", int64(r.batch))
	d.Set("seconds", (r.elapsed + time.Since(r.began)).Seconds())
	d.Set("loss", r.loss)
	d.Set("told", r.told)
	d.Set("pending", r.pending.dict())
	d.Set("data", r.data())
	model := &torch.Dict{}
	for _, p := range nn.StateDict(r.Model) {
		model.Set(p.Name, p.Tensor)
	}
	d.Set("model", model)
	if r.Optimizer != nil {
		d.Set("optimizer", of.state(r.Optimizer))
	}
	if r.Scaler != nil {
		d.Set("scaler", r.Scaler.StateDict())
	}
	saved := &torch.Dict{}
	for _, name := range r.savedNames() {
		if o, is := r.Saved[name].(ofOptimizer); is {
			saved.Set(name, of.state(o.Optimizer))
		} else {
			saved.Set(name, r.Saved[name].StateDict())
		}
	}
	d.Set("saved", saved)
	hooks := &torch.Dict{}
	for _, h := range r.Hooks {
		if s, ok := h.(Stateful); ok {
			hooks.Set(h.Name(), s.StateDict())
		}
	}
	d.Set("hooks", hooks)
	d.Set("random", r.randomOfState().dict())
	if r.batch == 0 {
		return d, nil
	}
	if of.random != nil {
		d.Set(randomOfRanks, of.random)
	}
	d.Set("epoch_random", r.epochRandom.dict())
	sums := of.sums
	if sums == nil {
		sums, err = r.sums()
	}
	d.Set("sums", sums)
	return d, err
}

// randomOfState is the random numbers that go on. Before the first step of an epoch they are those of its beginning, for its
// order is drawn again.
func (r *run[B, O]) randomOfState() *randomState {
	switch {
	case r.batch == 0 && !r.between && r.epochRandom != nil:
		return r.epochRandom
	case r.random == nil:
		return r.randomNow()
	}
	return r.random
}

// dict is a step in a state; nil is none.
func (s *Step) dict() any {
	if s == nil {
		return nil
	}
	d := &torch.Dict{}
	d.Set("loss", s.Loss)
	d.Set("read", s.Read)
	d.Set("samples", int64(s.Samples))
	d.Set("skipped", s.Skipped)
	return d
}

func (r *run[B, O]) savedNames() []string {
	names := make([]string, 0, len(r.Saved))
	for name := range r.Saved {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// data is what the place in the data depends on.
func (r *run[B, O]) data() *torch.Dict {
	d := &torch.Dict{}
	d.Set("batches", r.Train.Len())
	d.Set("batches_a_step", max(r.Accumulate, 1))
	if s, ok := any(r.Train).(interface{ Samples() int }); ok {
		d.Set("samples", s.Samples())
	}
	if c, ok := any(r.Train).(interface{ Config() datasets.LoaderConfig }); ok {
		d.Set("batch_size", c.Config().BatchSize)
		d.Set("shuffle", c.Config().Shuffle)
		d.Set("drop_last", c.Config().DropLast)
	}
	return d
}
