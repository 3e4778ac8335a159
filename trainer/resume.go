package trainer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"multitorch/datasets"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
)

// Stateful is what a run's state has beside the model: schedulers, [amp.GradScaler], hooks, and whatever [Trainer].Saved names.
type Stateful interface {
	StateDict() *torch.Dict
	LoadStateDict(*torch.Dict) error
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

const stateVersion = 1

// state is the run's whole state.
func (r *run[B, O]) state() (*torch.Dict, error) {
	d := &torch.Dict{}
	d.Set("version", int64(stateVersion))
	d.Set("libtorch", torch.Version())
	d.Set("epoch", int64(r.at.Epoch))
	d.Set("step", int64(r.at.Step))
	d.Set("batch", int64(r.batch))
	d.Set("seconds", (r.elapsed + time.Since(r.began)).Seconds())
	d.Set("loss", r.loss)
	d.Set("data", r.data())
	model := &torch.Dict{}
	for _, p := range nn.StateDict(r.Model) {
		model.Set(p.Name, p.Tensor)
	}
	d.Set("model", model)
	if r.Optimizer != nil {
		d.Set("optimizer", OfOptimizer(r.Optimizer).StateDict())
	}
	if r.Scaler != nil {
		d.Set("scaler", r.Scaler.StateDict())
	}
	saved := &torch.Dict{}
	for _, name := range r.savedNames() {
		saved.Set(name, r.Saved[name].StateDict())
	}
	d.Set("saved", saved)
	hooks := &torch.Dict{}
	for _, h := range r.Hooks {
		if s, ok := h.(Stateful); ok {
			hooks.Set(h.Name(), s.StateDict())
		}
	}
	d.Set("hooks", hooks)
	random := r.random
	if random == nil {
		random = r.randomNow()
	}
	d.Set("random", random.dict())
	if r.batch == 0 {
		return d, nil
	}
	d.Set("epoch_random", r.epochRandom.dict())
	sums, err := r.kept, error(nil)
	if sums == nil {
		sums, err = r.tally.state()
	}
	d.Set("sums", sums)
	return d, err
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

// load brings the run to where the state was taken.
func (r *run[B, O]) load(d *torch.Dict) error {
	l := loader{d: d}
	if version := l.int("version"); l.err == nil && version != stateVersion {
		return fmt.Errorf("resume: the state is of version %d; this program reads version %d", version, stateVersion)
	}
	r.at = Place{l.int("epoch"), l.int("step")}
	r.batch, r.loss = l.int("batch"), l.float("loss")
	r.elapsed = time.Duration(l.float("seconds") * float64(time.Second))
	data, model, saved, random := l.dict("data"), l.dict("model"), l.dict("saved"), l.dict("random")
	if l.err != nil {
		return fmt.Errorf("resume: %w", l.err)
	}
	if r.at.Epoch < 1 || r.at.Step < 0 || r.batch < 0 {
		return fmt.Errorf("resume: the state is of epoch %d, step %d, batch %d: no run is there", r.at.Epoch, r.at.Step, r.batch)
	}
	if err := differ(data, r.data()); err != nil {
		return fmt.Errorf("resume: the data are not those of the run: %w", err)
	}
	weights, err := model.Tensors()
	if err == nil {
		err = nn.LoadStateDict(r.Model, weights)
	}
	if err != nil {
		return fmt.Errorf("resume: the model is not that of the run: %w", err)
	}
	if r.Optimizer != nil {
		if err := loadPart(d, "optimizer", OfOptimizer(r.Optimizer)); err != nil {
			return err
		}
	}
	if r.Scaler != nil {
		if err := loadPart(d, "scaler", r.Scaler); err != nil {
			return err
		}
	}
	for _, name := range r.savedNames() {
		if err := loadPart(saved, name, r.Saved[name]); err != nil {
			return err
		}
	}
	return r.loadPlace(l, random)
}

func (r *run[B, O]) loadPlace(l loader, random *torch.Dict) (err error) {
	if r.random, err = r.randomOf(random); err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	if r.batch == 0 {
		r.random.restore()
		return nil
	}
	began, sums := l.dict("epoch_random"), l.dict("sums")
	if l.err != nil {
		return fmt.Errorf("resume: %w", l.err)
	}
	if r.epochRandom, err = r.randomOf(began); err == nil {
		err = r.tally.load(sums)
	}
	if err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	return nil
}

// loadHooks gives hooks their states back. One that the run did not have begins anew.
func (r *run[B, O]) loadHooks(d *torch.Dict) error {
	hooks, err := d.Dict("hooks")
	if err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	for _, h := range r.Hooks {
		s, ok := h.(Stateful)
		if _, saved := hooks.Lookup(h.Name()); ok && saved {
			if err := loadPart(hooks, h.Name(), s); err != nil {
				return err
			}
		}
	}
	return nil
}

func loadPart(d *torch.Dict, name string, to Stateful) error {
	part, err := d.Dict(name)
	if err == nil {
		err = to.LoadStateDict(part)
	}
	if err != nil {
		return fmt.Errorf("resume: %s: %w", name, err)
	}
	return nil
}

// differ says what is not the same in two dicts.
func differ(was, is *torch.Dict) error {
	var all []string
	for key, now := range is.All() {
		if then := was.Get(key); fmt.Sprint(then) != fmt.Sprint(now) {
			all = append(all, fmt.Sprintf("%v was %v, and is %v", key, then, now))
		}
	}
	if all == nil {
		return nil
	}
	return errors.New(strings.Join(all, "; "))
}

// loader reads a state, up to the first thing that is not as expected.
type loader struct {
	d   *torch.Dict
	err error
}

func (l *loader) int(key string) int {
	v, ok := l.d.Get(key).(int64)
	if !ok {
		l.wrong(key, "a number")
	}
	return int(v)
}

func (l *loader) float(key string) float64 {
	v, ok := l.d.Get(key).(float64)
	if !ok {
		l.wrong(key, "a number")
	}
	return v
}

func (l *loader) dict(key string) *torch.Dict {
	v, ok := l.d.Get(key).(*torch.Dict)
	if !ok {
		l.wrong(key, "a dict")
	}
	return v
}

func (l *loader) wrong(key, expected string) {
	if l.err == nil {
		l.err = fmt.Errorf("the state's %q: expected %s, but got a %T: it is no state of a run", key, expected, l.d.Get(key))
	}
}

// OfOptimizer is an optimizer as a part of a run's state: see [Trainer].Saved.
func OfOptimizer(o optim.Optimizer) Stateful { return ofOptimizer{o} }

type ofOptimizer struct{ optim.Optimizer }

func (o ofOptimizer) StateDict() *torch.Dict {
	state := o.Optimizer.StateDict()
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
