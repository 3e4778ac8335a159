package trainer

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/trainer/metrics"
)

// Trainer is a training loop over batches of type B, whose step gives an output of type O beside the loss. Model, Step,
// Optimizer (or Update), Epochs and Train are needed; the rest may be left out.
type Trainer[B, O any] struct {
	Model nn.Module

	// Step is the forward pass: the loss to be minimised, a scalar, and what the metrics look at.
	Step func(batch B) (loss *torch.Tensor, output O)

	Optimizer optim.Optimizer
	// Update applies a loss. Without it that is Optimizer's ZeroGrad, the loss's Backward and Optimizer's Step.
	Update func(loss *torch.Tensor) error

	Epochs   int
	Train    Batches[B]
	Validate Batches[B] // evaluated after each epoch

	Metrics []metrics.Metric[O]
	Hooks   []Hook // called in this order

	// LossEvery says how often the loss is read: in every so many steps, 1 where it is 0. A loss that is read is checked
	// before its step is applied; on a GPU reading it waits for all that was started.
	LossEvery int
}

// Batches is what a loader offers: its batches, each of which lives until the loop asks for the next one.
type Batches[B any] interface {
	All(ctx context.Context) iter.Seq2[B, error]
	Len() int
}

// Fit trains for Epochs epochs, on one OS thread. When ctx ends it finishes the step that runs and returns an
// [*InterruptedError]; a loss that is not finite ends it with a [*NotFiniteError], and a hook with a [*HookError], or, by
// [ErrStop], without an error. Errors of the loaders come back as they are, and those in arithmetic as [*torch.Error].
func (t *Trainer[B, O]) Fit(ctx context.Context) error {
	if err := t.check(); err != nil {
		return err
	}
	var err error
	torch.Pinned(func() { // one thread computes, so one team of OpenMP workers
		at := Place{Epoch: 1}
		err = torch.Try(func() error { return t.fit(ctx, &at) })
		if errors.Is(err, ErrStop) {
			err = nil
		}
		err = errors.Join(err, torch.Try(func() error { return t.ended(End{at, err}) }))
	})
	return single(err)
}

// Steps is the number of steps that Fit takes.
func (t *Trainer[B, O]) Steps() int { return t.Epochs * t.Train.Len() }

func (t *Trainer[B, O]) check() error {
	switch {
	case t.Model == nil || t.Step == nil || t.Train == nil || t.Optimizer == nil && t.Update == nil:
		return errors.New("a Trainer needs Model, Step, Train, and Optimizer or Update")
	case t.Epochs < 1:
		return fmt.Errorf("Trainer.Epochs: expected at least 1, but got %d", t.Epochs)
	case t.LossEvery < 0:
		return fmt.Errorf("Trainer.LossEvery: expected at least 1, or 0 for each step, but got %d", t.LossEvery)
	case t.Train.Len() == 0:
		return errors.New("there are no training batches: the data set is empty, or smaller than a batch with DropLast")
	}
	return checkHooks(t.Hooks)
}

func (t *Trainer[B, O]) fit(ctx context.Context, at *Place) error {
	if err := t.started(Start{t.Epochs, t.Steps(), t.Model}); err != nil {
		return err
	}
	for at.Epoch = 1; at.Epoch <= t.Epochs; at.Epoch++ {
		train, err := t.epoch(ctx, at)
		if err != nil {
			return err
		}
		var validate Evaluation
		if t.Validate != nil {
			if validate, err = t.validate(ctx, *at); err != nil {
				return err
			}
		}
		if err := t.epochDone(Epoch{*at, at.Epoch == t.Epochs, train, validate}); err != nil {
			return err
		}
	}
	at.Epoch = t.Epochs
	return nil
}

func (t *Trainer[B, O]) epoch(ctx context.Context, at *Place) (Evaluation, error) {
	nn.Train(t.Model)
	tally := newTally(t.Metrics)
	value := 0.0
	for batch, err := range t.Train.All(ctx) {
		if ctx.Err() != nil {
			return Evaluation{}, &InterruptedError{*at, ctx.Err()}
		}
		if err != nil {
			return Evaluation{}, err
		}
		loss, output := t.Step(batch)
		read := t.LossEvery <= 1 || (at.Step+1)%t.LossEvery == 0
		if read {
			if value = loss.Item(); !finite(value) {
				return Evaluation{}, &NotFiniteError{Place: Place{at.Epoch, at.Step + 1}, Loss: value}
			}
		}
		if err := t.update(loss); err != nil {
			return Evaluation{}, err
		}
		at.Step++
		samples := tally.add(loss, batch, output)
		if err := t.stepDone(Step{*at, value, read, samples}); err != nil {
			return Evaluation{}, err
		}
	}
	done, err := tally.result()
	if err == nil && !finite(done.Loss) { // in a step whose loss wasn't read
		err = &NotFiniteError{Place: *at, Loss: done.Loss, Applied: true}
	}
	return done, err
}

func (t *Trainer[B, O]) update(loss *torch.Tensor) error {
	if t.Update != nil {
		return t.Update(loss)
	}
	t.Optimizer.ZeroGrad()
	loss.Backward()
	t.Optimizer.Step()
	return nil
}

func (t *Trainer[B, O]) validate(ctx context.Context, at Place) (Evaluation, error) {
	e, err := t.Evaluate(ctx)
	switch {
	case err != nil && ctx.Err() != nil:
		return e, &InterruptedError{at, ctx.Err()}
	case err == nil && e.Samples > 0 && !finite(e.Loss):
		return e, &NotFiniteError{Place: at, Loss: e.Loss, Validation: true}
	}
	return e, err
}

// Evaluate measures the model on the Validate batches: see [Evaluate].
func (t *Trainer[B, O]) Evaluate(ctx context.Context) (Evaluation, error) {
	return Evaluate(ctx, t.Model, t.Validate, t.Step, t.Metrics...)
}

// single is the error alone where several were joined and only one is there.
func single(err error) error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok && len(joined.Unwrap()) == 1 {
		return joined.Unwrap()[0]
	}
	return err
}
