package main

import (
	"context"
	"errors"
	"fmt"
	"math"

	"multitorch/multimodal"
	"multitorch/multimodal/ensemble"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
)

type evalCmd struct {
	dataFlag
	deviceFlag
	Data        string    `type:"path" placeholder:"FILE" help:"Another table, for models of one: all of its rows are test data."`
	SkipBad     bool      `help:"Leave rows of --data out that can't be used, and count them."`
	Ensemble    bool      `help:"Average the class probabilities of all checkpoints (model-level fusion)."`
	Weights     []float64 `placeholder:"NUMBER" help:"How much each checkpoint counts in --ensemble, in their order (default: all the same)."`
	Vote        bool      `help:"In --ensemble, count for which class each checkpoint is, instead of averaging."`
	Ablation    bool      `help:"Measure also with each modality left out."`
	Robustness  string    `type:"path" placeholder:"FILE" help:"Measure with noise in each modality, and draw the curves into this file: .png or .svg."`
	Checkpoints []string  `arg:"" type:"path" help:"Checkpoint files that train wrote, or folders of runs."`
}

// Run measures each checkpoint on the test data that it was made for, or all of them together. It fetches no data.
func (c *evalCmd) Run() error {
	device, err := c.device()
	if err != nil {
		return err
	}
	var all []*saved
	for _, path := range c.Checkpoints {
		s, err := loadModel(path, device)
		if err != nil {
			return err
		}
		all = append(all, s)
	}
	if c.Ensemble {
		return c.together(all, device)
	}
	for _, s := range all {
		if err := c.load(s.task); err != nil {
			return err
		}
		loop, err := s.task.training(s.model, s.about.Recipe, device)
		if err == nil {
			err = show(s.path, s.task, loop)
		}
		if err == nil {
			err = c.disturb(s, device)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Validate is called when the command line is read.
func (c *evalCmd) Validate() error {
	for i, path := range c.Checkpoints {
		c.Checkpoints[i] = checkpointIn(path)
	}
	sum := 0.
	for _, w := range c.Weights {
		if !(w >= 0) || math.IsInf(w, 0) {
			return fmt.Errorf("--weights: expected numbers of at least 0, but got %v", w)
		}
		sum += w
	}
	switch {
	case !c.Ensemble && (c.Vote || c.Weights != nil):
		return errors.New("--vote and --weights: expected --ensemble with them")
	case c.Weights != nil && (len(c.Weights) != len(c.Checkpoints) || sum == 0):
		return fmt.Errorf("--weights: expected one for each of %d checkpoints, and not 0 for all, but got %v", len(c.Checkpoints), c.Weights)
	case c.Ensemble && (c.Ablation || c.Robustness != ""):
		return errors.New("--ensemble: without --ablation and --robustness, which are about one model")
	case c.Robustness != "" && len(c.Checkpoints) > 1:
		return errors.New("--robustness: expected one checkpoint, whose curves the file shows")
	}
	out := outputFile{"robustness", c.Robustness, plotFile, append([]string{c.Data, c.DataDir}, c.Checkpoints...)}
	return errors.Join(out.check(), c.deviceFlag.Validate())
}

func (c *evalCmd) together(all []*saved, device torch.Device) error {
	first := all[0]
	together, ok := first.task.(averager)
	if !ok {
		return fmt.Errorf("--ensemble: models of %s can't be averaged", first.task.info().title)
	}
	var models []nn.Module
	for _, s := range all {
		if !together.sameTest(s.task) {
			return fmt.Errorf("--ensemble: %s and %s were trained on different data, so one's test data may be training data of the other: "+
				"expected the same task, with the same flags for its data", first.path, s.path)
		}
		models = append(models, s.model)
	}
	if err := c.load(first.task); err != nil {
		return err
	}
	loop, err := together.average(models, c.combine(), device)
	if err != nil {
		return err
	}
	return show(fmt.Sprintf("ensemble of %d", len(all)), first.task, loop)
}

// combine is what --ensemble makes of the models' logits.
func (c *evalCmd) combine() func(logits ...*torch.Tensor) *torch.Tensor {
	switch {
	case c.Vote:
		return func(logits ...*torch.Tensor) *torch.Tensor { return ensemble.Vote(c.Weights, logits...) }
	case c.Weights != nil:
		return func(logits ...*torch.Tensor) *torch.Tensor { return ensemble.Probabilities(c.Weights, logits...) }
	}
	return multimodal.Average
}

func (c *evalCmd) load(t task) error {
	if c.Data != "" {
		other, ok := t.(tabular)
		if !ok {
			return fmt.Errorf("--data: a model of %s takes no table: leave it out", t.info().title)
		}
		return other.use(context.Background(), c.Data, c.DataDir, c.SkipBad)
	}
	err := t.load(context.Background(), c.DataDir, false)
	if err != nil {
		hint := "multitorch data " + t.info().name
		if c.DataDir != "" {
			hint += " --data-dir " + c.DataDir
		}
		return fmt.Errorf("%w; %s gets the data", err, hint)
	}
	return nil
}

// show evaluates and prints.
func show(name string, t task, loop training) error {
	e, err := loop.Evaluate(context.Background())
	if err == nil && math.IsNaN(e.Loss) {
		err = errors.New("the loss on the test data is NaN, so the model's scores are NaN or infinite")
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	line, _ := t.data()
	printf("%s on the test data of %s: %s\n%s\n\n%s", name, t.info().title, line, figuresOf(e), t.report())
	return nil
}

// figuresOf is the loss and the metrics in one line.
func figuresOf(e trainer.Evaluation) string {
	line := fmt.Sprintf("loss %.4f", e.Loss)
	for _, v := range e.Metrics {
		line += ", " + v.String()
	}
	return line
}
