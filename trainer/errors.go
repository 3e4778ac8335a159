package trainer

import (
	"errors"
	"fmt"
	"strings"
)

// Place is how far a run is: the epoch, and the steps that are done, both from 1 over the whole run.
type Place struct{ Epoch, Step int }

// NotFiniteError says that a loss, or a gradient, was NaN or infinite.
type NotFiniteError struct {
	Place
	Loss       float64
	Parameter  string // whose gradient it was, where it was no loss: then Loss is its largest element
	Validation bool   // it was the validation's loss, after Step
	Applied    bool   // it was in one of the steps up to Step, whose losses were not read and which were applied
}

func (e *NotFiniteError) Error() string {
	where := "the loss became %v at step %d (epoch %d), so training stopped before that step was applied"
	switch {
	case e.Parameter != "":
		where = "the gradient of " + strings.ReplaceAll(e.Parameter, "%", "%%") +
			" became %v at step %d (epoch %d), so training stopped before that step was applied"
	case e.Validation:
		where = "the validation loss was %v after step %d (epoch %d), so training stopped"
	case e.Applied:
		where = "the loss became %v in or before step %d (epoch %d), and steps were applied"
	}
	return fmt.Sprintf(where+"; a smaller learning rate often helps", e.Loss, e.Step, e.Epoch)
}

// InterruptedError says that the context ended the training, after Step whole steps and in the given epoch, or its
// validation.
type InterruptedError struct {
	Place
	cause error
}

func (e *InterruptedError) Error() string {
	if e.Step == 0 {
		return "training was interrupted before its first step"
	}
	return fmt.Sprintf("training was interrupted after step %d (epoch %d)", e.Step, e.Epoch)
}

// Unwrap is the context's error.
func (e *InterruptedError) Unwrap() error { return e.cause }

// HookError says which hook ended the training.
type HookError struct {
	Hook string // its name
	Err  error
}

func (e *HookError) Error() string { return fmt.Sprintf("hook %s: %v", e.Hook, e.Err) }

// Unwrap is what the hook said.
func (e *HookError) Unwrap() error { return e.Err }

// ErrMidStep is why there is no state: the run ended in the middle of a step, by an error of its own.
var ErrMidStep = errors.New("the run ended in the middle of a step, so its state is not whole")
