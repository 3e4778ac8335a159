package main

import (
	"context"
	"fmt"

	"multitorch/datasets"
	"multitorch/multimodal"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/metrics"
	"multitorch/trainer/robustness"
)

// disturbable is a task whose models can be measured while a modality is missing or disturbed.
type disturbable interface {
	// disturbed is what a model's modalities are called, and how to measure it: by the accuracy on the test data.
	disturbed(model nn.Module, device torch.Device) (modalities []string, measure robustness.Measure, err error)
}

// noiseLevels are those of the curves.
var noiseLevels = []float64{0, 0.1, 0.2, 0.3, 0.5, 0.7, 1}

// disturb measures what the flags ask for.
func (c *evalCmd) disturb(s *saved, device torch.Device) error {
	if !c.Ablation && c.Robustness == "" {
		return nil
	}
	t, ok := s.task.(disturbable)
	if !ok {
		return fmt.Errorf("%s: models of %s see one modality, or can't do without one", s.path, s.task.info().title)
	}
	modalities, measure, err := t.disturbed(s.model, device)
	if err != nil {
		return fmt.Errorf("%s: %w", s.path, err)
	}
	if c.Ablation {
		figures, err := robustness.Ablation(modalities, measure)
		if err != nil {
			return err
		}
		for _, f := range figures {
			name := "with all"
			if f.Without != "" {
				name = "without " + f.Without
			}
			printf("%-16s accuracy %.1f %%\n", name, 100*f.Value)
		}
	}
	if c.Robustness == "" {
		return nil
	}
	torch.ManualSeed(0) // of the noise
	curves, err := robustness.Curves(modalities, noiseLevels, measure)
	if err != nil {
		return err
	}
	for _, curve := range curves {
		printf("noise in %-10s", curve.Modality)
		for i, v := range curve.Values {
			printf("  %.1f: %.1f %%", curve.Levels[i], 100*v)
		}
		printf("\n")
	}
	title := fmt.Sprintf("%s, %s: accuracy with noise", s.task.info().title, s.task.modelName())
	if err := robustness.Plot(c.Robustness, title, "Accuracy", curves...); err != nil {
		return err
	}
	printf("curves      %s\n", c.Robustness)
	return nil
}

func (t *emojiTask) disturbed(model nn.Module, device torch.Device) ([]string, robustness.Measure, error) {
	m, ok := model.(multimodal.TakesInputs)
	if !ok {
		return nil, nil, fmt.Errorf("the model %s, the tutorial's, takes what it was made for and nothing less: "+
			"expected one of another fusion, such as gated", t.Model)
	}
	test, err := datasets.NewBatchLoader(t.test, datasets.BatchSize(testBatch))
	if err != nil {
		return nil, nil, err
	}
	return []string{"image", "text"}, func(alter robustness.Alter) (float64, error) {
		e, err := trainer.Evaluate(context.Background(), m, test, func(b multimodal.Batch) (*torch.Tensor, metrics.Classified) {
			b = b.To(device)
			scores := m.LogitsOf(alter(b.Inputs()))
			return crossEntropy.Forward(scores, b.Target), metrics.Classified{Scores: scores, Target: b.Target}
		}, metrics.NewAccuracy())
		return e.Metric("accuracy"), err
	}, nil
}
