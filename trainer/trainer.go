package trainer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/torch/amp"
	"multitorch/trainer/metrics"
	"multitorch/trainer/ranks"
)

// Trainer is a training loop over batches of type B, whose step gives an output of type O beside the loss. Model, Step,
// Optimizer (or Update), Epochs and Train are needed; the rest may be left out.
type Trainer[B, O any] struct {
	Model nn.Module

	// Step is the forward pass: the loss to be minimised, a scalar, and what the metrics look at.
	Step func(batch B) (loss *torch.Tensor, output O)

	Optimizer optim.Optimizer
	// Update applies a loss. Without it that is Optimizer's ZeroGrad, the loss's Backward and Optimizer's Step. A step that is
	// written by hand whole, with several optimizers say, stands in Step, with an Update that does nothing.
	Update func(loss *torch.Tensor) error

	Epochs   int
	Train    Batches[B]
	Validate Batches[B] // evaluated after each epoch

	Metrics []metrics.Metric[O]
	Hooks   []Hook // called in this order: see [Hook]

	// LossEvery says how often the loss is read: in every so many steps, 1 where it is 0. A loss that is read is checked
	// before its step is applied; on a GPU reading it waits for all that was started.
	LossEvery int

	// Accumulate is how many batches make a step, 1 where it is 0: their gradients are those of one large batch, each batch
	// counting as much as it has samples (or as its output's Weight says). The last step of an epoch may have fewer.
	Accumulate int
	Clip       Clip
	// NaN says what becomes of a step whose loss, or gradients, are not finite.
	NaN NaNPolicy
	// Autocast computes Step's forward pass in half precision, of this dtype, on the model's device: see [torch.Autocast].
	Autocast torch.DType
	// Scaler scales the losses of Float16. A step that it leaves out counts as a step, but moves no schedule: see [Step].
	Scaler *amp.GradScaler

	MaxSteps int           // that the run has at most; 0 for as many as the epochs have
	MaxTime  time.Duration // after which it ends, well, with the step that runs; 0 for any
	// ValidateEvery says after how many steps of an epoch there is a validation, beside the one after it; 0 for none.
	ValidateEvery int
	// SanityCheck is how many batches of the validation are tried before the first step, so that a mistake in it does not end
	// the run after its first epoch; 0 for none. It changes no number of the run.
	SanityCheck int

	// Saved is what a state has beside the model, Optimizer, Scaler and hooks: other optimizers (by way of [OfOptimizer]),
	// averaged weights, generators of random numbers.
	Saved map[string]Stateful

	// Group has several ranks train the model together, a *distributed.Group of that package. Everything else stays as in a run of one
	// process. Each rank computes its part of each batch (or its own batches, where Train's loader has a DistributedSampler,
	// or is none), gradients are the whole batch's, and evaluations are put together; ranks have to be seeded alike. Hooks that
	// write (see [RankZero]) are rank 0's. All ranks have to have the same run before them, which is seen to before the first
	// step, and when a context ends, on any rank, all of them end after the same step.
	Group ranks.Group

	times Times                       // of the last run
	found map[string]*torch.Generator // of this run: see generators
}

// SetGroup sets Group, for programs that have trainers of several types.
func (t *Trainer[B, O]) SetGroup(g ranks.Group) { t.Group = g }

// Clip bounds the gradients of all parameters of the model before a step, as torch.nn.utils.clip_grad_norm_ and
// clip_grad_value_. 0 is no bound.
type Clip struct{ Norm, Value float64 }

// Batches is what a loader offers: its batches, each of which lives until the loop asks for the next one.
type Batches[B any] interface {
	All(ctx context.Context) iter.Seq2[B, error]
	Len() int
}

// Fit trains for Epochs epochs, on one OS thread. When ctx ends it finishes the step that runs and returns an
// [*InterruptedError]; a loss that is not finite ends it with a [*NotFiniteError], and a hook, also one that panics, with a
// [*HookError], or, by [ErrStop], without an error. Errors of the loaders come back as they are, and those in arithmetic as [*torch.Error].
func (t *Trainer[B, O]) Fit(ctx context.Context) error {
	if err := t.check(); err != nil {
		return err
	}
	return t.run(ctx, nil)
}

func (t *Trainer[B, O]) run(ctx context.Context, from *torch.Dict) error {
	var err error
	torch.Pinned(func() { // one thread computes, so one team of OpenMP workers
		r := newRun(t)
		if g := t.group(); g != nil {
			defer func() { err = g.Explain(err) }()
		}
		err = torch.Try(func() error { return r.fit(ctx, from) })
		if errors.Is(err, ErrStop) {
			err = nil
		}
		err = errors.Join(err, torch.Try(func() error { return r.ended(End{r.at, err}) }))
	})
	return single(err)
}

// Steps is the number of steps that Fit takes, where its time suffices.
func (t *Trainer[B, O]) Steps() int {
	n := max(t.Accumulate, 1)
	steps := t.Epochs * ((t.Train.Len() + n - 1) / n)
	if t.MaxSteps > 0 {
		return min(steps, t.MaxSteps)
	}
	return steps
}

func (t *Trainer[B, O]) check() error {
	switch {
	case t.Model == nil || t.Step == nil || t.Train == nil || t.Optimizer == nil && t.Update == nil:
		return errors.New("a Trainer needs Model, Step, Train, and Optimizer or Update")
	case t.Epochs < 1:
		return fmt.Errorf("Trainer.Epochs: expected at least 1, but got %d", t.Epochs)
	case t.LossEvery < 0:
		return fmt.Errorf("Trainer.LossEvery: expected at least 1, or 0 for each step, but got %d", t.LossEvery)
	case t.Accumulate < 0 || t.MaxSteps < 0 || t.MaxTime < 0 || t.ValidateEvery < 0 || t.SanityCheck < 0 ||
		t.Clip.Norm < 0 || t.Clip.Value < 0:
		return errors.New("a Trainer's Accumulate, MaxSteps, MaxTime, ValidateEvery, SanityCheck or Clip is negative: " +
			"expected 0, for none, or more")
	case t.NaN < NaNLoss || t.NaN > NaNIgnore:
		return fmt.Errorf("Trainer.NaN: expected NaNLoss, NaNFail, NaNSkip or NaNIgnore, but got %d", t.NaN)
	case t.Update != nil && (t.Accumulate > 1 || t.Clip != Clip{} || t.Scaler != nil || t.NaN.looks()):
		return errors.New("a Trainer whose Update applies the losses has no Accumulate, Clip or Scaler, and its NaN is NaNLoss or NaNIgnore: " +
			"do it in Update")
	case t.group() != nil && t.Scaler != nil:
		return errRanks
	case t.Train.Len() == 0:
		return errors.New("there are no training batches: the data set is empty, or smaller than a batch with DropLast")
	}
	return checkHooks(t.Hooks)
}

// Evaluate measures the model on the Validate batches: see [Evaluate].
func (t *Trainer[B, O]) Evaluate(ctx context.Context) (Evaluation, error) {
	if t.group() != nil {
		return t.evaluateTogether(ctx)
	}
	return Evaluate(ctx, t.Model, t.Validate, t.Step, t.Metrics...)
}

// single is the error alone where several were joined and only one is there.
func single(err error) error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok && len(joined.Unwrap()) == 1 {
		return joined.Unwrap()[0]
	}
	return err
}
