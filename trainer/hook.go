package trainer

import (
	"errors"
	"fmt"

	"multitorch/nn"
	"multitorch/torch"
)

// Hook is told of what happens in a run. It has one or more of the methods of [OnStart], [OnStep], [OnValidate], [OnEpoch] and [OnEnd],
// which Fit finds by their types. An error of one ends the run, and Fit returns it as a [*HookError]; an error that is
// [ErrStop] ends it well.
type Hook interface {
	// Name is what errors call it.
	Name() string
}

// ErrStop is what a hook returns to end a run before its last epoch: Fit then returns nil.
var ErrStop = errors.New("stop training")

// What a hook may have.
type (
	// OnStart is called before the first step.
	OnStart interface{ OnStart(Start) error }
	// OnStep is called after each step, and after the validation that comes with it.
	OnStep interface{ OnStep(Step) error }
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
	// State is the state of the whole run, with which Resume goes on, for hooks that save it: see [Trainer.Resume]. It may be
	// asked for by OnStep, OnEpoch and OnEnd. Its tensors are the run's own, and change with the next step.
	State func() (*torch.Dict, error)
}

// Step is what is known after one update.
type Step struct {
	Place
	Loss    float64 // of this batch, or of the last one whose loss was read
	Read    bool    // it is of this batch: see Trainer.LossEvery
	Samples int     // in this step's batches
	Skipped bool    // Trainer.Scaler left it out, since its gradients were not finite
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
	for i, h := range hooks {
		switch h.(type) {
		case OnStart, OnStep, OnValidate, OnEpoch, OnEnd:
		case nil:
			return fmt.Errorf("Trainer.Hooks: hook %d is nil", i)
		default:
			return fmt.Errorf("Trainer.Hooks: hook %d, %q, has none of OnStart, OnStep, OnValidate, OnEpoch and OnEnd "+
				"with the arguments and results that package trainer names", i, h.Name())
		}
	}
	return nil
}

func (t *Trainer[B, O]) started(s Start) error {
	return each(t.Hooks, func(h OnStart) error { return h.OnStart(s) })
}

func (t *Trainer[B, O]) stepDone(s Step) error {
	return each(t.Hooks, func(h OnStep) error { return h.OnStep(s) })
}

func (t *Trainer[B, O]) epochDone(e Epoch) error {
	return each(t.Hooks, func(h OnEpoch) error { return h.OnEpoch(e) })
}

// ended tells every hook, also when one of them fails.
func (t *Trainer[B, O]) ended(e End) error {
	var errs []error
	for _, h := range t.Hooks {
		errs = append(errs, each([]Hook{h}, func(h OnEnd) error { return h.OnEnd(e) }))
	}
	return errors.Join(errs...)
}

// each calls the hooks that have a method.
func each[H any](hooks []Hook, call func(H) error) error {
	for _, h := range hooks {
		has, ok := any(h).(H)
		if !ok {
			continue
		}
		if err := call(has); err != nil {
			return &HookError{h.Name(), err}
		}
	}
	return nil
}
