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

	// OnStep is called after each step, OnEpoch after each epoch. An error ends
	// the training.
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

// NotFiniteError says that a loss was NaN or infinite. The step was not applied.
type NotFiniteError struct {
	Epoch, Step int
	Loss        float64
}

func (e *NotFiniteError) Error() string {
	return fmt.Sprintf("the loss became %v at step %d (epoch %d), so training stopped before that step was applied; "+
		"a smaller learning rate often helps", e.Loss, e.Step, e.Epoch)
}

// InterruptedError says that the context ended the training after a whole step.
type InterruptedError struct {
	Epoch, Step int
	cause       error
}

func (e *InterruptedError) Error() string {
	return fmt.Sprintf("training was interrupted after step %d (epoch %d)", e.Step, e.Epoch)
}

// Unwrap is the context's error.
func (e *InterruptedError) Unwrap() error { return e.cause }

// Fit trains for Epochs epochs. When ctx ends it finishes the step that runs and
// returns an [*InterruptedError]; a loss that is not finite ends it with a
// [*NotFiniteError]. Errors in arithmetic come back as [*torch.Error].
func (t *Trainer[B]) Fit(ctx context.Context) error {
	if t.Train.Len() == 0 {
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
		if err != nil {
			return err
		}
		if t.Validate != nil {
			if done.Validate, err = Evaluate(t.Model, t.Validate, t.Loss); err != nil {
				return err
			}
		}
		if t.OnEpoch != nil {
			if err := t.OnEpoch(done); err != nil {
				return err
			}
		}
		if ctx.Err() != nil && epoch < t.Epochs {
			return &InterruptedError{epoch, step, ctx.Err()}
		}
	}
	return nil
}

func (t *Trainer[B]) epoch(ctx context.Context, epoch int, step *int) (Epoch, error) {
	nn.Train(t.Model)
	var tally tally
	batches := 0
	for batch, err := range t.Train.All(context.WithoutCancel(ctx)) {
		if err != nil {
			return Epoch{}, err
		}
		batches++
		*step++
		loss, scores, target := t.Loss(batch)
		value := loss.Item()
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return Epoch{}, &NotFiniteError{epoch, *step, value}
		}
		t.Optimizer.ZeroGrad()
		loss.Backward()
		t.Optimizer.Step()
		samples, err := tally.add(value, scores, target)
		if err != nil {
			return Epoch{}, err
		}
		if t.OnStep != nil {
			t.OnStep(Step{epoch, *step, value, samples})
		}
		if ctx.Err() != nil && batches < t.Train.Len() {
			return Epoch{}, &InterruptedError{epoch, *step, ctx.Err()}
		}
	}
	return Epoch{Epoch: epoch, Step: *step, Train: tally.result()}, nil
}

// Evaluation is how well a model did on some batches.
type Evaluation struct {
	Loss      float64 // mean over the samples
	Accuracy  float64 // share of samples classified right, 0 to 1
	MacroF1   float64 // mean F1 over the classes, 0 to 1
	Confusion *metrics.ConfusionMatrix
}

// Evaluate measures a model in evaluation mode, without recording gradients.
func Evaluate[B any](model nn.Module, batches Batches[B], loss LossFunc[B]) (e Evaluation, err error) {
	nn.Eval(model)
	torch.NoGrad(func() {
		err = torch.Try(func() error {
			var tally tally
			for batch, err := range batches.All(context.Background()) {
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
