package pipelines

import (
	"context"
	"fmt"

	"multitorch/transformers"
	"multitorch/transformers/processors"
)

// ImageClassifier says of which of its own classes a picture is.
type ImageClassifier struct {
	Model     transformers.ImageClassifier
	Processor *processors.ImageProcessor
}

// NewImageClassifier loads a folder with a head of classes of pictures, and its preprocessor_config.json.
func NewImageClassifier(dir string, o ...transformers.Load) (*ImageClassifier, error) {
	p, err := processors.ImageProcessorFromPretrained(dir)
	if err != nil {
		return nil, err
	}
	m, err := transformers.AutoModelForImageClassification(dir, o...)
	if err != nil {
		return nil, err
	}
	return &ImageClassifier{m, p}, nil
}

// Classify scores the classes of picture files, for each the best first. The scores of a picture sum up to 1, unless the settings
// say that it can be of several classes (problem_type "multi_label_classification"), or there is only one.
func (c *ImageClassifier) Classify(ctx context.Context, paths ...string) ([][]Score, error) {
	settings := c.Model.Configuration().Common()
	labels := settings.Labels()
	return inBatches(paths, func(paths []string) ([][]Score, error) {
		pixels, err := c.Processor.Open(ctx, paths...)
		if err != nil {
			return nil, err
		}
		logits := c.Model.Forward(transformers.ImageInput{PixelValues: pixels.To(deviceOf(c.Model))}).Logits
		if logits.Size(1) != len(labels) {
			return nil, fmt.Errorf("the model scores %d classes, but its settings name %d (id2label)", logits.Size(1), len(labels))
		}
		if settings.ProblemType == "multi_label_classification" || len(labels) == 1 {
			return ranked(logits.Sigmoid(), labels), nil
		}
		return ranked(logits.Softmax(-1), labels), nil
	})
}
