package main

import (
	"context"
	"fmt"

	"multitorch/datasets"
	"multitorch/multimodal"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
)

type evalCmd struct {
	deviceFlag
	DataDir     string   `type:"path" placeholder:"DIR" help:"Folder of the data (default: emoji10 in $$MULTITORCH_DATA, else in the user's cache folder)."`
	Ensemble    bool     `help:"Average the class probabilities of all checkpoints (model-level fusion)."`
	Checkpoints []string `arg:"" type:"path" help:"Checkpoint files that train wrote."`
}

// Run measures each checkpoint on the test split that it was made for, or all
// of them together.
func (c *evalCmd) Run(ctx context.Context) error {
	device, err := c.device()
	if err != nil {
		return err
	}
	var models []multimodal.Classifier
	var abouts []*description
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
	for i, a := range abouts[1:] {
		if !a.sameTest(abouts[0]) {
			return fmt.Errorf("%s and %s were trained with different --text, --strict or --split-seed, "+
				"so one's test split holds training data of the other", c.Checkpoints[0], c.Checkpoints[i+1])
		}
	}
	return c.measure(ctx, fmt.Sprintf("ensemble of %d", len(models)), abouts[0], device, models...)
}

func (c *evalCmd) measure(ctx context.Context, name string, about *description, device torch.Device, models ...multimodal.Classifier) error {
	flags := dataFlags{Text: about.Text, Strict: about.Strict, SplitSeed: about.SplitSeed, DataDir: c.DataDir}
	data, err := openData(ctx, flags)
	if err != nil {
		return err
	}
	options := flags.options()
	options.Vocabulary = about.Vocabulary
	test, err := newLoader(data.Split(options).Test, datasets.BatchSize(testBatch))
	if err != nil {
		return err
	}
	var e trainer.Evaluation
	if len(models) == 1 { // with the loss that training showed
		e, err = trainer.Evaluate(ctx, models[0], test, lossOf(models[0], device))
	} else {
		e, err = evaluateAverage(ctx, models, test, device)
	}
	if err != nil {
		return err
	}
	fmt.Printf("%s on the test split (%s):\nloss %.4f, accuracy %.1f %%, macro-F1 %.3f\n\n%s",
		name, options, e.Loss, 100*e.Accuracy, e.MacroF1, e.Confusion.Table(about.Classes...))
	return nil
}

// evaluateAverage measures the mean of the models' class probabilities.
func evaluateAverage(ctx context.Context, models []multimodal.Classifier, test trainer.Batches[multimodal.Batch],
	device torch.Device,
) (trainer.Evaluation, error) {
	criterion := nn.NewNLLLoss()
	for _, m := range models {
		nn.Eval(m)
	}
	return trainer.Evaluate(ctx, models[0], test, func(b multimodal.Batch) (loss, scores, target *torch.Tensor) {
		b = b.To(device)
		var logits []*torch.Tensor
		for _, m := range models {
			logits = append(logits, m.Logits(b))
		}
		mean := multimodal.Average(logits...)
		return criterion.Forward(mean.Log(), b.Target), mean, b.Target
	})
}
