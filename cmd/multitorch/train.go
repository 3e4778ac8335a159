package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"multitorch/datasets/emoji10"
	"multitorch/multimodal"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/plot"
	"multitorch/trainer/progress"
	"multitorch/trainer/tensorboard"
)

// checkpointName is the file of a run that eval and predict load.
const checkpointName = "checkpoint.safetensors"

type trainCmd struct {
	dataFlags
	deviceFlag
	Model       string  `enum:"image,text,concat,joint" default:"concat" help:"image or text (one modality), concat (feature-level fusion), joint (objective-level fusion)."`
	Epochs      int     `default:"12" help:"Passes over the training data."`
	BatchSize   int     `default:"32" help:"Samples of one step."`
	LR          float64 `name:"lr" default:"0.001" help:"Adam's learning rate."`
	WeightDecay float64 `default:"0.00001" help:"Adam's weight decay."`
	Seed        int64   `default:"0" help:"Seed of the weights, the order and dropout."`
	Workers     int     `default:"0" help:"Goroutines that prepare batches ahead."`
	Out         string  `type:"path" placeholder:"DIR" help:"Folder of the run (default: runs/MODEL-seedN)."`
}

// Run trains, and leaves a checkpoint, a plot and a TensorBoard event file.
func (c *trainCmd) Run(ctx context.Context) error {
	if c.Epochs < 1 || c.BatchSize < 1 || c.Workers < 0 {
		return fmt.Errorf("--epochs and --batch-size must be at least 1 and --workers at least 0: got %d, %d, %d",
			c.Epochs, c.BatchSize, c.Workers)
	}
	device, err := c.device()
	if err != nil {
		return err
	}
	_, sides, err := openData(ctx, c.dataFlags, func(s string) { fmt.Fprintln(os.Stderr, s) })
	if err != nil {
		return err
	}
	r := recipe{
		Kind: multimodal.Kind(c.Model), Seed: c.Seed, Epochs: c.Epochs, BatchSize: c.BatchSize,
		LR: c.LR, WeightDecay: c.WeightDecay, Workers: c.Workers,
	}
	s, err := newSession(r, sides, device)
	if err != nil {
		return err
	}
	if c.Out == "" {
		c.Out = filepath.Join("runs", fmt.Sprintf("%s-seed%d", c.Model, c.Seed))
	}
	fmt.Printf("%s: %d parameters on %s, libtorch %s; %d training and %d test samples (%s)\n",
		c.Model, nn.NumParameters(s.model), device, torch.Version(), sides.Train.Len(), sides.Test.Len(), c.options())
	return c.fit(ctx, s, sides)
}

func (c *trainCmd) fit(ctx context.Context, s *session, sides emoji10.Sides) error {
	events, err := tensorboard.NewWriter(c.Out)
	if err != nil {
		return err
	}
	defer events.Close()
	bar := progress.New(os.Stderr, c.Epochs*s.fit.Train.Len(), progress.Epochs(c.Epochs))
	var train, test plot.Series
	train.Name, test.Name = "train", "test"

	about := description{
		Model: multimodal.Kind(c.Model), Classes: emoji10.Classes(), Vocabulary: sides.Vocabulary, Text: c.Text,
		Strict: c.Strict, SplitSeed: c.SplitSeed, Seed: c.Seed, LibTorch: torch.Version(),
	}
	path := filepath.Join(c.Out, checkpointName)
	var last trainer.Epoch
	var recorded error
	s.fit.OnStep = func(step trainer.Step) {
		about.Epoch, about.Step = step.Epoch, step.Step
		bar.Step(step.Epoch, step.Step, step.Loss, step.Samples)
		recorded = errors.Join(recorded, events.Scalar("loss/step", step.Step, step.Loss))
	}
	s.fit.OnEpoch = func(e trainer.Epoch) error {
		last = e
		about.Accuracy = e.Validate.Accuracy
		bar.Message(fmt.Sprintf("epoch %d/%d: train loss %.4f, accuracy %.1f %%; test loss %.4f, accuracy %.1f %%, macro-F1 %.3f",
			e.Epoch, c.Epochs, e.Train.Loss, 100*e.Train.Accuracy, e.Validate.Loss, 100*e.Validate.Accuracy, e.Validate.MacroF1))
		train.Loss, train.Accuracy = append(train.Loss, e.Train.Loss), append(train.Accuracy, e.Train.Accuracy)
		test.Loss, test.Accuracy = append(test.Loss, e.Validate.Loss), append(test.Accuracy, e.Validate.Accuracy)
		return errors.Join(recorded, recordEpoch(events, e), trainer.SaveCheckpoint(path, s.model, about))
	}
	err = s.fit.Fit(ctx)
	bar.Done()
	var stopped *trainer.InterruptedError
	if errors.As(err, &stopped) {
		if e := trainer.SaveCheckpoint(path, s.model, about); e != nil {
			return errors.Join(err, e)
		}
		return fmt.Errorf("%w; the model as it was then is in %s", err, path)
	}
	if err != nil {
		return err
	}
	curves := filepath.Join(c.Out, "curves.png")
	if err := plot.Curves(curves, fmt.Sprintf("Emoji-10, %s, seed %d", c.Model, c.Seed), train, test); err != nil {
		return err
	}
	fmt.Printf("test loss %.4f, accuracy %.1f %%, macro-F1 %.3f%s\n",
		last.Validate.Loss, 100*last.Validate.Accuracy, last.Validate.MacroF1, c.expectation())
	fmt.Printf("checkpoint: %s\nplot:       %s\nevents:     %s (tensorboard --logdir %s)\n", path, curves, c.Out, filepath.Dir(c.Out))
	return nil
}

func recordEpoch(w *tensorboard.Writer, e trainer.Epoch) error {
	return errors.Join(
		w.Scalar("loss/train", e.Epoch, e.Train.Loss),
		w.Scalar("loss/test", e.Epoch, e.Validate.Loss),
		w.Scalar("accuracy/train", e.Epoch, e.Train.Accuracy),
		w.Scalar("accuracy/test", e.Epoch, e.Validate.Accuracy),
		w.Scalar("macro_f1/test", e.Epoch, e.Validate.MacroF1),
		w.Flush(),
	)
}

// expectation is the accuracy that this command line should give.
func (c *trainCmd) expectation() string {
	if c.Epochs != 12 || c.BatchSize != 32 || c.LR != 0.001 || c.WeightDecay != 0.00001 {
		return ""
	}
	if e, ok := expected[expectedKey{c.Model, c.Text}]; ok && !c.Strict && c.SplitSeed == 0 {
		return fmt.Sprintf(" (expected accuracy %.1f to %.1f %%)", e.mean-2*e.spread, e.mean+2*e.spread)
	}
	return ""
}
