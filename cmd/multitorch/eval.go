package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"multitorch/datasets"
	"multitorch/datasets/emoji10"
	"multitorch/multimodal"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
)

type evalCmd struct {
	deviceFlag
	DataDir     string   `type:"path" help:"Folder of the prepared data."`
	Ensemble    bool     `help:"Average the class probabilities of all checkpoints (model-level fusion)."`
	Checkpoints []string `arg:"" type:"path" help:"Checkpoint files."`
}

// Run measures each checkpoint on the test split that it was made for, or all
// of them together.
func (c *evalCmd) Run(ctx context.Context) error {
	device, err := c.device()
	if err != nil {
		return err
	}
	var models []multimodal.Classifier
	var abouts []description
	for _, path := range c.Checkpoints {
		m, about, err := loadClassifier(path, device)
		if err != nil {
			return err
		}
		models, abouts = append(models, m), append(abouts, about)
	}
	if !c.Ensemble {
		for i, m := range models {
			if err := c.measure(ctx, c.Checkpoints[i], abouts[i], device, m); err != nil {
				return err
			}
		}
		return nil
	}
	for _, a := range abouts[1:] {
		b := abouts[0]
		if a.Text != b.Text || a.Strict != b.Strict || a.SplitSeed != b.SplitSeed {
			return errors.New("the checkpoints were trained on different texts or splits, so a common test split would hold training data of some")
		}
	}
	return c.measure(ctx, fmt.Sprintf("ensemble of %d", len(models)), abouts[0], device, models...)
}

func (c *evalCmd) measure(ctx context.Context, name string, about description, device torch.Device, models ...multimodal.Classifier) error {
	flags := dataFlags{Text: about.Text, Strict: about.Strict, SplitSeed: about.SplitSeed, DataDir: c.DataDir}
	data, err := emoji10.Open(ctx, flags.DataDir, func(s string) { fmt.Fprintln(os.Stderr, s) })
	if err != nil {
		return err
	}
	options := flags.options()
	options.Vocabulary = about.Vocabulary
	test, err := newLoader(data.Split(options).Test, datasets.BatchSize(testBatch))
	if err != nil {
		return err
	}
	e, err := evaluateAverage(models, test, device)
	if err != nil {
		return err
	}
	fmt.Printf("%s on the test split (%s):\nloss %.4f, accuracy %.1f %%, macro-F1 %.3f\n\n%s",
		name, options, e.Loss, 100*e.Accuracy, e.MacroF1, e.Confusion.Table(about.Classes...))
	return nil
}

// evaluateAverage measures the mean of the models' class probabilities.
func evaluateAverage(models []multimodal.Classifier, test trainer.Batches[multimodal.Batch], device torch.Device) (trainer.Evaluation, error) {
	criterion := nn.NewNLLLoss()
	for _, m := range models {
		nn.Eval(m)
	}
	return trainer.Evaluate(models[0], test, func(b multimodal.Batch) (loss, scores, target *torch.Tensor) {
		b = b.To(device)
		var logits []*torch.Tensor
		for _, m := range models {
			logits = append(logits, m.Logits(b))
		}
		mean := multimodal.Average(logits...)
		return criterion.Forward(mean.Log(), b.Target), mean, b.Target
	})
}
