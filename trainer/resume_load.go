package trainer

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"multitorch/nn"
	"multitorch/torch"
)

// load brings the run to where the state was taken.
func (r *run[B, O]) load(d *torch.Dict) error {
	l := loader{d: d}
	if version := l.int("version"); l.err == nil && version != stateVersion {
		return fmt.Errorf("resume: the state is of version %d; this program reads version %d", version, stateVersion)
	}
	r.at = Place{l.int("epoch"), l.int("step")}
	r.batch, r.loss = l.int("batch"), l.float("loss")
	r.elapsed = time.Duration(l.float("seconds") * float64(time.Second))
	r.told = l.bool("told")
	data, model, saved, random := l.dict("data"), l.dict("model"), l.dict("saved"), l.dict("random")
	if own, has := r.ofRank(d); has {
		random = own
	}
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
	if err := cmp.Or(l.err, r.loadPending(l)); err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	if r.epochRandom, err = r.randomOf(began); err == nil {
		err = r.tally.load(sums)
	}
	if err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	return nil
}

// loadPending takes over the step that was pending.
func (r *run[B, O]) loadPending(l loader) error {
	if l.d.Get("pending") == nil {
		return nil
	}
	p := loader{d: l.dict("pending")}
	if l.err == nil {
		r.pending = &Step{r.at, p.float("loss"), p.bool("read"), p.int("samples"), p.bool("skipped")}
	}
	return cmp.Or(l.err, p.err)
}

// loadHooks gives hooks their states back. One that the run did not have begins anew.
func (r *run[B, O]) loadHooks(d *torch.Dict) error {
	hooks, err := d.Dict("hooks")
	if err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	for _, h := range r.hooks {
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

func (l *loader) bool(key string) bool {
	v, ok := l.d.Get(key).(bool)
	if !ok {
		l.wrong(key, "true or false")
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
