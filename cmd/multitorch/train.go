package main

import (
	"context"
	"fmt"
	"math"
	"path/filepath"

	"multitorch/datasets/emoji10"
	"multitorch/multimodal"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer/plot"
	"multitorch/trainer/tensorboard"
)

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

// Validate is called when the command line is read.
func (c *trainCmd) Validate() error {
	for _, least := range []struct {
		flag       string
		value, min int
	}{{"epochs", c.Epochs, 1}, {"batch-size", c.BatchSize, 1}, {"workers", c.Workers, 0}} {
		if least.value < least.min {
			return fmt.Errorf("--%s: expected at least %d, but got %d", least.flag, least.min, least.value)
		}
	}
	for flag, value := range map[string]float64{"lr": c.LR, "weight-decay": c.WeightDecay} {
		if !(value >= 0) || math.IsInf(value, 0) { // NaN is not
			return fmt.Errorf("--%s: expected a number of at least 0, but got %v", flag, value)
		}
	}
	return c.deviceFlag.Validate()
}

// Run trains, and leaves a checkpoint, a plot and a TensorBoard event file.
func (c *trainCmd) Run(ctx context.Context) error {
	device, err := c.device()
	if err != nil {
		return err
	}
	data, err := openData(ctx, c.dataFlags)
	if err != nil {
		return err
	}
	sides := data.Split(c.options())
	s, err := newSession(recipe{
		Kind: multimodal.Kind(c.Model), Seed: c.Seed, Epochs: c.Epochs, BatchSize: c.BatchSize,
		LR: c.LR, WeightDecay: c.WeightDecay, Workers: c.Workers,
	}, sides, device)
	if err != nil {
		return err
	}
	if c.Out == "" {
		c.Out = filepath.Join("runs", fmt.Sprintf("%s-seed%d", c.Model, c.Seed))
	}
	events, err := tensorboard.NewWriter(c.Out, tensorboard.ResumeAt(0)) // TensorBoard forgets an earlier run in this folder
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	defer events.Close()
	fmt.Printf("%s: %d parameters on %s, libtorch %s\n", c.Model, nn.NumParameters(s.model), device, torch.Version())
	fmt.Printf("Emoji-10: %d training and %d test samples (%s)\n", sides.Train.Len(), sides.Test.Len(), c.options())
	r := &trainRun{
		session: s, trainCmd: c, events: events,
		about: description{
			Model: multimodal.Kind(c.Model), Classes: emoji10.Classes(), Vocabulary: sides.Vocabulary, Text: c.Text,
			Strict: c.Strict, SplitSeed: c.SplitSeed, Seed: c.Seed, LibTorch: torch.Version(),
		},
		train: plot.Series{Name: "train"}, test: plot.Series{Name: "test"},
	}
	return r.fit(ctx)
}

// expectation is the accuracy that this command line should give.
func (c *trainCmd) expectation() string {
	if c.Epochs != 12 || c.BatchSize != 32 || c.LR != 0.001 || c.WeightDecay != 0.00001 {
		return ""
	}
	if e, ok := expected[expectedKey{c.Model, c.Text}]; ok && !c.Strict && c.SplitSeed == 0 {
		return fmt.Sprintf(" (expected: %.1f to %.1f %%)", e.mean-2*e.spread, e.mean+2*e.spread)
	}
	return ""
}
