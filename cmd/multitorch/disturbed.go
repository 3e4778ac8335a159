package main

import (
	"context"
	"fmt"

	"multitorch/datasets"
	"multitorch/multimodal"
	"multitorch/multimodal/columns"
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
		return fmt.Errorf("%s: models of %s see one modality, or can't do without one", s.path, s.task.info().name)
	}
	modalities, measure, err := t.disturbed(s.model, device)
	if err != nil {
		return fmt.Errorf("%s: %w", s.path, err)
	}
	if c.Ablation && len(modalities) < 2 {
		return fmt.Errorf("%s: the model looks at %q alone, and so nothing can be left out", s.path, modalities)
	}
	called := func(modality string) string { return modality }
	if t, ok := s.task.(*tableTask); ok {
		called = t.Schema.Called
	}
	if c.Ablation {
		figures, err := robustness.Ablation(modalities, measure)
		if err != nil {
			return err
		}
		for _, f := range figures {
			name := "with all"
			if f.Without != "" {
				name = "without " + called(f.Without)
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
	for i := range curves {
		curve := &curves[i]
		curve.Modality = called(curve.Modality)
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
	measure, err := measured(m, t.test, func(b multimodal.Batch, alter robustness.Alter) (scores, target *torch.Tensor) {
		b = b.To(device)
		return m.LogitsOf(alter(b.Inputs())), b.Target
	})
	return []string{"image", "text"}, measure, err
}

// disturbed takes numbers and categories together, as the model does.
func (t *tableTask) disturbed(model nn.Module, device torch.Device) ([]string, robustness.Measure, error) {
	m := model.(*multimodal.Model)
	measure, err := measured(m, t.test, func(b columns.Batch, alter robustness.Alter) (scores, target *torch.Tensor) {
		b = b.To(device)
		return m.Forward(alter(b.Inputs)), b.Target
	})
	return t.Schema.Modalities(), measure, err
}

// measured measures the accuracy on test data whose batches are altered before the model scores them.
func measured[B any](model nn.Module, data datasets.BatchGetter[B], score func(B, robustness.Alter) (scores, target *torch.Tensor)) (
	robustness.Measure, error,
) {
	test, err := datasets.NewBatchLoader(data, datasets.BatchSize(testBatch))
	return func(alter robustness.Alter) (float64, error) {
		e, err := trainer.Evaluate(context.Background(), model, test, func(b B) (*torch.Tensor, metrics.Classified) {
			scores, target := score(b, alter)
			return crossEntropy.Forward(scores, target), metrics.Classified{Scores: scores, Target: target}
		}, metrics.NewAccuracy())
		return e.Metric("accuracy"), err
	}, err
}
