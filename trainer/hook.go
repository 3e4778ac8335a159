package trainer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"multitorch/nn"
	"multitorch/torch"
)

// Hook is told of what happens in a run. It has one or more of the methods of [OnStart], [BeforeUpdate], [OnStep], [AroundValidate],
// [OnValidate], [OnEpoch], [OnEnd] and [OnPhase], which Fit finds by their types. An error of one ends the run, and Fit returns it as a
// [*HookError]; an error that is [ErrStop] ends it well. A hook that panics is an error too, with a [*PanicError] in it that has
// the line; OnEnd is called all the same.
//
// At each of these moments hooks are called in the order in which they stand in Trainer.Hooks, unless they are [Prioritised]: what
// must not be lost, a checkpoint, stands first, and what changes for others, such as averages of weights that a checkpoint saves,
// before them. When one ends the run after a step, a validation or an epoch, the others are told of that too, so that a state which
// is saved on the way out has all of them at the same place.
type Hook interface {
	// Name is what errors call it, and a state, so that two that are [Stateful] need two names.
	Name() string
}

var (
	// ErrStop is what a hook returns to end a run before its last epoch: Fit then returns nil.
	ErrStop = errors.New("stop training")
	// ErrSkip is what BeforeUpdate returns to leave a step out. It counts as a step, and Step.Skipped says so.
	ErrSkip = errors.New("leave this step out")
)

// Prioritised is a hook that is called by its priority, those with a lower one first: 0 is that of all others, which are called
// as they stand in [Trainer].Hooks. At the end the order of the priorities is the other way round. So what saves a run's state
// is told of a step when the others have dealt with it, and of the end before they tidy up.
type Prioritised interface{ Priority() int }

// What a hook may have.
type (
	// OnStart is called before the first step.
	OnStart interface{ OnStart(Start) error }
	// BeforeUpdate is called before each update, with the place of the step that is to be. The parameters have the gradients of the
	// mean over all of the step's batches, unscaled and not yet clipped; it may change them. A hook that reads them makes a GPU be waited
	// for. It is not called where Trainer.Update applies the losses.
	BeforeUpdate interface{ BeforeUpdate(Place) error }
	// OnStep is called after each step, and after the validation that comes with it.
	OnStep interface{ OnStep(Step) error }
	// AroundValidate is called before each validation. What it returns, if not nil, is called right after that, however it went, the
	// last hook's first: so another model's weights can be measured.
	AroundValidate interface {
		AroundValidate(Place) (after func(), err error)
	}
	// OnValidate is called after a validation in the middle of an epoch: see [Trainer].ValidateEvery.
	OnValidate interface{ OnValidate(Validation) error }
	// OnEpoch is called after each epoch and its validation.
	OnEpoch interface{ OnEpoch(Epoch) error }
	// OnEnd is called at the end of every run that was started, however it ended.
	OnEnd interface{ OnEnd(End) error }
)

// Start is what is known before the first step.
type Start struct {
	Epochs, Steps int // that the run will have
	Model         nn.Module
	From          Place // of a run that was resumed: what it had done; else no step, in epoch 1
	Resumed       bool
	// State is the state of the whole run, with which Resume goes on, for hooks that save it: see [Trainer.Resume]. It may be
	// asked for by OnStart, OnStep, OnEpoch and OnEnd. Its tensors are the run's own, and change with the next step.
	State func() (*torch.Dict, error)
	// Times are those of the run up to now: see [Trainer.Times].
	Times func() Times
}

// Step is what is known after one update.
type Step struct {
	Place
	Loss    float64 // of this batch, or of the last one whose loss was read
	Read    bool    // it is of this batch: see Trainer.LossEvery
	Samples int     // in this step's batches
	Skipped bool    // it was left out: by Trainer.Scaler or NaNSkip, since something was not finite, or by a hook
}

// Validation is what is known after a validation in the middle of an epoch.
type Validation struct {
	Place
	Validate Evaluation
}

// Epoch is what is known after one pass over the training batches.
type Epoch struct {
	Place
	Last     bool
	Train    Evaluation // measured during training, with dropout and changing weights
	Validate Evaluation // zero without Trainer.Validate
}

// End is how a run ended.
type End struct {
	Place
	Err error // nil: it is done
}

func checkHooks(hooks []Hook) error {
	stateful := map[string]bool{}
	for i, h := range hooks {
		switch h.(type) {
		case OnStart, BeforeUpdate, OnStep, AroundValidate, OnValidate, OnEpoch, OnEnd, OnPhase:
		case nil:
			return fmt.Errorf("Trainer.Hooks: hook %d is nil", i)
		default:
			return fmt.Errorf("Trainer.Hooks: hook %d, %q, has none of OnStart, BeforeUpdate, OnStep, AroundValidate, OnValidate, OnEpoch "+
				"and OnEnd with the arguments and results that package trainer names", i, h.Name())
		}
		if _, ok := h.(Stateful); ok {
			if stateful[h.Name()] {
				return fmt.Errorf("Trainer.Hooks: hook %d is a second one that is called %q, and both have a state: give it another name", i, h.Name())
			}
			stateful[h.Name()] = true
		}
	}
	return nil
}

func priority(h Hook) int {
	if p, ok := h.(Prioritised); ok {
		return p.Priority()
	}
	return 0
}

// beforeUpdate tells the hooks, up to one that leaves the step out.
func (r *run[B, O]) beforeUpdate(at Place) error {
	return until(r.hooks, func(h BeforeUpdate) error { return h.BeforeUpdate(at) })
}

// evaluated is a validation among the hooks that stand around it.
func (r *run[B, O]) evaluated(ctx context.Context, at Place) (e Evaluation, err error) {
	for _, h := range r.hooks {
		around, ok := h.(AroundValidate)
		if !ok {
			continue
		}
		var after func()
		if err := guarded(h, func() (err error) { after, err = around.AroundValidate(at); return err }); err != nil {
			return e, err
		}
		if after != nil {
			defer func() {
				err = single(errors.Join(err, guarded(h, func() error { after(); return nil })))
			}()
		}
	}
	return r.Evaluate(ctx)
}

func byPriority(hooks []Hook) []Hook {
	sorted := slices.Clone(hooks)
	slices.SortStableFunc(sorted, func(a, b Hook) int { return cmp.Compare(priority(a), priority(b)) })
	return sorted
}

// started tells the hooks, up to one that refuses.
func (r *run[B, O]) started(s Start) error {
	return r.served(func() error { return until(r.hooks, func(h OnStart) error { return h.OnStart(s) }) })
}

// until calls the hooks that have a method, up to one that fails.
func until[H any](hooks []Hook, call func(H) error) error {
	for _, h := range hooks {
		if has, ok := any(h).(H); ok {
			if err := guarded(h, func() error { return call(has) }); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *run[B, O]) stepDone(s Step) error {
	return r.served(func() error { return each(r.hooks, func(h OnStep) error { return h.OnStep(s) }) })
}

func (r *run[B, O]) validated(v Validation) error {
	return r.served(func() error { return each(r.hooks, func(h OnValidate) error { return h.OnValidate(v) }) })
}

func (r *run[B, O]) epochDone(e Epoch) error {
	return r.served(func() error { return each(r.hooks, func(h OnEpoch) error { return h.OnEpoch(e) }) })
}

func (r *run[B, O]) ended(e End) error {
	last := slices.Clone(r.hooks)
	slices.SortStableFunc(last, func(a, b Hook) int { return cmp.Compare(priority(b), priority(a)) })
	call := func() error { return each(last, func(h OnEnd) error { return h.OnEnd(e) }) }
	if !r.allEnd(e.Err) { // the other ranks are elsewhere
		return call()
	}
	return r.served(call)
}

// each calls all hooks that have a method, also when one fails: a state that is saved afterwards has them at the same place.
func each[H any](hooks []Hook, call func(H) error) error {
	var errs []error
	for _, h := range hooks {
		if has, ok := any(h).(H); ok {
			errs = append(errs, guarded(h, func() error { return call(has) }))
		}
	}
	return joined(errs...)
}

// joined joins errors. Beside others, ErrStop is none.
func joined(errs ...error) error {
	var stop error
	var others []error
	for _, err := range errs {
		switch {
		case err == nil:
		case errors.Is(err, ErrStop):
			stop = err
		default:
			others = append(others, err)
		}
	}
	if others == nil {
		return stop
	}
	return single(errors.Join(others...))
}
