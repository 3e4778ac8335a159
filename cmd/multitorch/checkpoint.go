package main

import (
	"fmt"

	"multitorch/multimodal"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
)

// loadClassifier makes the model that a checkpoint describes, with its weights.
func loadClassifier(path string, device torch.Device) (multimodal.Classifier, description, error) {
	var about description
	state, err := trainer.LoadCheckpoint(path, &about)
	if err != nil {
		return nil, about, err
	}
	if about.Vocabulary == nil || len(about.Classes) == 0 {
		return nil, about, fmt.Errorf("checkpoint %s: its description lacks the vocabulary or the classes", path)
	}
	model, err := multimodal.NewClassifier(about.Model, about.Vocabulary.Len(), len(about.Classes))
	if err != nil {
		return nil, about, fmt.Errorf("checkpoint %s: %w", path, err)
	}
	if err := nn.LoadStateDict(model, state); err != nil {
		return nil, about, fmt.Errorf("checkpoint %s: %w", path, err)
	}
	for _, s := range state {
		s.Tensor.Free()
	}
	nn.To(model, device)
	nn.Eval(model)
	return model, about, nil
}
