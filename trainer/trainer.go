package trainer

import (
	"context"
	"errors"
	"fmt"
	"math"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/trainer/metrics"
)

// Trainer is a training loop with what goes on around it. Model, Loss, Optimizer,
// Epochs and Train are needed; the rest may be left out.
type Trainer[B any] struct {
	Model     nn.Module
	Loss      LossFunc[B]
	Optimizer optim.Optimizer
	Epochs    int
	Train     Batches[B]
	Validate  Batches[B] // evaluated after each epoch

	// OnStep is called after each step, OnEpoch after each epoch and its
	// validation. An error ends the training, and Fit returns it.
	OnStep  func(Step)
	OnEpoch func(Epoch) error
}

// LossFunc is the forward pass: the loss to be minimised, the class scores
// [N, classes], and the classes [N] that would have been right.
type LossFunc[B any] func(batch B) (loss, scores, target *torch.Tensor)

// Step is what is known after one update.
type Step struct {
	Epoch   int     // from 1
	Step    int     // from 1, over the whole run
	Loss    float64 // of this batch
	Samples int     // in this batch
}

// Epoch is what is known after one pass over the training batches.
type Epoch struct {
	Epoch, Step int
	Train       Evaluation // measured during training, with dropout and changing weights
	Validate    Evaluation // zero without Validate
}

// NotFiniteError says that a loss was NaN or infinite. A step whose own loss it
// was has not been applied.
type NotFiniteError struct {
	Epoch, Step int
	Loss        float64
	Validation  bool // it was the validation's loss, after Step
}

func (e *NotFiniteError) Error() string {
	where := "the loss became %v at step %d (epoch %d), so training stopped before that step was applied"
	if e.Validation {
		where = "the validation loss was %v after step %d (epoch %d), so training stopped"
	}
	return fmt.Sprintf(where+"; a smaller learning rate often helps", e.Loss, e.Step, e.Epoch)
}

// InterruptedError says that the context ended the training, after Step whole
// steps and in the given epoch, or its validation.
type InterruptedError struct {
	Epoch, Step int
	cause       error
}

func (e *InterruptedError) Error() string {
	if e.Step == 0 {
		return "training was interrupted before its first step"
	}
	return fmt.Sprintf("training was interrupted after step %d (epoch %d)", e.Step, e.Epoch)
}

// Unwrap is the context's error.
func (e *InterruptedError) Unwrap() error { return e.cause }

// Fit trains for Epochs epochs. When ctx ends it finishes the step that runs and
// returns an [*InterruptedError]; a loss that is not finite ends it with a
// [*NotFiniteError]. Errors of the loaders come back as they are, and those in
// arithmetic as [*torch.Error].
func (t *Trainer[B]) Fit(ctx context.Context) error {
	switch {
	case t.Model == nil || t.Loss == nil || t.Optimizer == nil || t.Train == nil:
		return errors.New("a Trainer needs Model, Loss, Optimizer and Train")
	case t.Epochs < 1:
		return fmt.Errorf("Trainer.Epochs: expected at least 1, but got %d", t.Epochs)
	case t.Train.Len() == 0:
		return errors.New("there are no training batches: the data set is empty, or smaller than a batch with DropLast")
	}
	var err error
	torch.Pinned(func() { // one thread computes, so one team of OpenMP workers
		err = torch.Try(func() error { return t.fit(ctx) })
	})
	return err
}

func (t *Trainer[B]) fit(ctx context.Context) error {
	step := 0
	for epoch := 1; epoch <= t.Epochs; epoch++ {
		done, err := t.epoch(ctx, epoch, &step)
		if err == nil && t.Validate != nil {
			done.Validate, err = t.validate(ctx, epoch, step)
		}
		if err == nil && t.OnEpoch != nil {
			err = t.OnEpoch(done)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *Trainer[B]) epoch(ctx context.Context, epoch int, step *int) (Epoch, error) {
	nn.Train(t.Model)
	var tally tally
	for batch, err := range t.Train.All(ctx) {
		if ctx.Err() != nil {
			return Epoch{}, &InterruptedError{epoch, *step, ctx.Err()}
		}
		if err != nil {
			return Epoch{}, err
		}
		loss, scores, target := t.Loss(batch)
		value := loss.Item()
		if !finite(value) {
			return Epoch{}, &NotFiniteError{Epoch: epoch, Step: *step + 1, Loss: value}
		}
		t.Optimizer.ZeroGrad()
		loss.Backward()
		t.Optimizer.Step()
		*step++
		samples, err := tally.add(value, scores, target)
		if err != nil {
			return Epoch{}, err
		}
		if t.OnStep != nil {
			t.OnStep(Step{epoch, *step, value, samples})
		}
	}
	return Epoch{Epoch: epoch, Step: *step, Train: tally.result()}, nil
}

func (t *Trainer[B]) validate(ctx context.Context, epoch, step int) (Evaluation, error) {
	e, err := Evaluate(ctx, t.Model, t.Validate, t.Loss)
	switch {
	case err != nil && ctx.Err() != nil:
		return e, &InterruptedError{epoch, step, ctx.Err()}
	case err == nil && e.Confusion != nil && !finite(e.Loss):
		return e, &NotFiniteError{epoch, step, e.Loss, true}
	}
	return e, err
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// Evaluation is how well a model did on some batches.
type Evaluation struct {
	Loss      float64 // mean over the samples
	Accuracy  float64 // share of samples classified right, 0 to 1
	MacroF1   float64 // mean F1 over the classes, 0 to 1
	Confusion *metrics.ConfusionMatrix
}

// Evaluate measures a model in evaluation mode, without recording gradients. As
// in Python the model stays in evaluation mode; Fit sets training mode for each
// epoch. The end of ctx ends it before the next batch, with ctx's error.
func Evaluate[B any](ctx context.Context, model nn.Module, batches Batches[B], loss LossFunc[B]) (e Evaluation, err error) {
	nn.Eval(model)
	torch.NoGrad(func() {
		err = torch.Try(func() error {
			var tally tally
			for batch, err := range batches.All(ctx) {
				if err != nil {
					return err
				}
				l, scores, target := loss(batch)
				if _, err := tally.add(l.Item(), scores, target); err != nil {
					return err
				}
			}
			e = tally.result()
			return nil
		})
	})
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("the evaluation was interrupted: %w", ctx.Err())
	}
	return e, err
}

// tally sums up an evaluation batch by batch, so that no scores need be kept.
type tally struct {
	loss      metrics.Mean
	confusion *metrics.ConfusionMatrix
}

func (t *tally) add(loss float64, scores, target *torch.Tensor) (samples int, err error) {
	if t.confusion == nil {
		if t.confusion, err = metrics.NewConfusionMatrix(scores.Size(1)); err != nil {
			return 0, err
		}
	}
	predicted := scores.Argmax(1)
	got, want := ints(predicted), ints(target)
	predicted.Free()
	if err := t.confusion.Add(got, want); err != nil {
		return 0, err
	}
	return len(want), t.loss.Add(loss, len(want))
}

func ints(t *torch.Tensor) []int {
	values := torch.ToSlice[int64](t)
	out := make([]int, len(values))
	for i, v := range values {
		out[i] = int(v)
	}
	return out
}

func (t *tally) result() Evaluation {
	if t.confusion == nil {
		return Evaluation{}
	}
	return Evaluation{
		Loss:      t.loss.Value(),
		Accuracy:  t.confusion.Accuracy(),
		MacroF1:   t.confusion.MacroF1(),
		Confusion: t.confusion,
	}
}
