package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"multitorch/transformers"
	"multitorch/transformers/pipelines"
	"multitorch/transformers/pretrained"
)

type classifyCmd struct {
	deviceFlag
	Model    string   `required:"" placeholder:"DIR" help:"Hugging Face folder: of a CLIP or SigLIP model for --labels, else of a classifier of pictures."`
	Labels   []string `placeholder:"LABEL" help:"What may be on the pictures, in any words (default: the classes that the model was trained on)."`
	Template string   `default:"${template}" help:"The text that is made of a label, in the place of {}."`
	Top      int      `default:"5" help:"Labels to print."`
	Pictures []string `arg:"" type:"path" help:"Picture files: PNG, JPEG, GIF, WebP, BMP or TIFF."`
}

// Validate is called when the command line is read.
func (c *classifyCmd) Validate() error {
	if c.Top < 1 {
		return fmt.Errorf("--top: expected at least 1, but got %d", c.Top)
	}
	if !strings.Contains(c.Template, "{}") {
		return fmt.Errorf("--template: expected a text with {} in it, but got %.80q", c.Template)
	}
	return errors.Join(distinct("labels", c.Labels), c.deviceFlag.Validate())
}

// Run prints the likeliest labels of each picture.
func (c *classifyCmd) Run(ctx context.Context) error {
	found, err := c.scores(ctx)
	if err != nil {
		return err
	}
	for i, scores := range found {
		if len(found) > 1 {
			printf("%s\n", c.Pictures[i])
		}
		for _, s := range scores[:min(c.Top, len(scores))] {
			printf("%-20s %5.1f %%\n", s.Label, 100*s.Score)
		}
	}
	return nil
}

func (c *classifyCmd) scores(ctx context.Context) ([][]pipelines.Score, error) {
	device, err := c.device()
	if err != nil {
		return nil, err
	}
	dir, err := pretrained.Find(c.Model)
	if err != nil {
		return nil, fmt.Errorf("--model: %w", err)
	}
	load := transformers.Load{Device: device}
	if len(c.Labels) == 0 {
		m, err := pipelines.NewImageClassifier(dir, load)
		if e := (*transformers.LoadError)(nil); errors.As(err, &e) && len(e.Missing) > 0 {
			return nil, fmt.Errorf("--model: %s has no classes of its own; --labels says what may be on the pictures, if it is of CLIP or SigLIP: %w",
				dir, err)
		}
		if err != nil {
			return nil, err
		}
		return m.Classify(ctx, c.Pictures...)
	}
	m, err := pipelines.NewZeroShotImageClassifier(dir, load)
	if err != nil {
		return nil, err
	}
	m.Template = c.Template
	return m.Classify(ctx, c.Labels, c.Pictures...)
}
