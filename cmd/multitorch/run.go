package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"multitorch/trainer"
	"multitorch/trainer/plot"
	"multitorch/trainer/progress"
	"multitorch/trainer/tensorboard"
)

// The files of a run, beside TensorBoard's. The checkpoint is what eval and
// predict load.
const (
	checkpointName = "checkpoint.safetensors"
	curvesName     = "curves.png"
)

// trainRun is one run of train, and what it leaves in its folder.
type trainRun struct {
	*session
	*trainCmd
	events      *tensorboard.Writer
	about       description // of the model as it is now
	saved       int         // the step after which the checkpoint was written; 0: not yet
	recorded    error       // the first error in writing an event
	train, test plot.Series
	last        trainer.Epoch
}

func (r *trainRun) fit(ctx context.Context) error {
	bar := progress.New(os.Stderr, r.Epochs*r.trainer.Train.Len(), progress.Epochs(r.Epochs))
	defer context.AfterFunc(ctx, func() {
		bar.Message("stopping after this step; Ctrl-C once more ends the program at once")
	})()
	r.trainer.OnStep = func(step trainer.Step) {
		r.about.Epoch, r.about.Step, r.about.Accuracy = step.Epoch, step.Step, 0
		bar.Step(step.Epoch, step.Step, step.Loss, step.Samples)
		if r.recorded == nil {
			r.recorded = r.events.Scalar("loss/step", step.Step, step.Loss)
		}
	}
	r.trainer.OnEpoch = func(e trainer.Epoch) error {
		bar.Message(fmt.Sprintf("epoch %d/%d: loss %.4f, accuracy %.1f %%; test loss %.4f, accuracy %.1f %%",
			e.Epoch, r.Epochs, e.Train.Loss, 100*e.Train.Accuracy, e.Validate.Loss, 100*e.Validate.Accuracy))
		return r.record(e)
	}
	err := r.trainer.Fit(ctx)
	bar.Done()
	var stopped *trainer.InterruptedError
	if errors.As(err, &stopped) && stopped.Step > r.saved {
		err = errors.Join(err, r.save())
	}
	if err != nil && r.saved == 0 {
		return fmt.Errorf("%w; this run saved no model", err)
	}
	if err != nil {
		return fmt.Errorf("%w; %s holds the model as it was after step %d", err, r.path(checkpointName), r.saved)
	}
	return r.finish()
}

// record keeps what an epoch gave: the model first, for it is worth most.
func (r *trainRun) record(e trainer.Epoch) error {
	r.last, r.about.Accuracy = e, e.Validate.Accuracy
	r.train.Loss, r.train.Accuracy = append(r.train.Loss, e.Train.Loss), append(r.train.Accuracy, e.Train.Accuracy)
	r.test.Loss, r.test.Accuracy = append(r.test.Loss, e.Validate.Loss), append(r.test.Accuracy, e.Validate.Accuracy)
	return errors.Join(
		r.save(),
		r.recorded,
		r.events.Scalar("loss/train", e.Epoch, e.Train.Loss),
		r.events.Scalar("loss/test", e.Epoch, e.Validate.Loss),
		r.events.Scalar("accuracy/train", e.Epoch, e.Train.Accuracy),
		r.events.Scalar("accuracy/test", e.Epoch, e.Validate.Accuracy),
		r.events.Scalar("macro_f1/test", e.Epoch, e.Validate.MacroF1),
		r.events.Flush(),
	)
}

func (r *trainRun) save() error {
	err := trainer.SaveCheckpoint(r.path(checkpointName), r.model, r.about)
	if err == nil {
		r.saved = r.about.Step
	}
	return err
}

func (r *trainRun) finish() error {
	title := fmt.Sprintf("Emoji-10, %s, seed %d", r.Model, r.Seed)
	if err := plot.Curves(r.path(curvesName), title, r.train, r.test); err != nil {
		return err
	}
	v := r.last.Validate
	fmt.Printf("\ntest loss   %.4f\naccuracy    %.1f %%%s\nmacro-F1    %.3f\n", v.Loss, 100*v.Accuracy, r.expectation(), v.MacroF1)
	fmt.Printf("checkpoint  %s\ncurves      %s\nevents      tensorboard --logdir %s\n",
		r.path(checkpointName), r.path(curvesName), r.Out)
	return nil
}

func (r *trainRun) path(name string) string { return filepath.Join(r.Out, name) }
