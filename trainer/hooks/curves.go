package hooks

import (
	"fmt"

	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/plot"
)

// Curves draws the losses and the accuracies of all epochs when a run is done, as PNG: see [plot.Curves].
type Curves struct {
	Path, Title string
	Accuracy    string // the metric of the second panel; "accuracy" where it is empty

	train, test plot.Series
}

// Name is "curves".
func (c *Curves) Name() string { return "curves" }

// OnStart begins with no points.
func (c *Curves) OnStart(trainer.Start) error {
	c.train, c.test = plot.Series{Name: "train"}, plot.Series{Name: "test"}
	return nil
}

// OnEpoch takes the epoch's points.
func (c *Curves) OnEpoch(e trainer.Epoch) error {
	c.add(&c.train, e.Train)
	c.add(&c.test, e.Validate)
	return nil
}

func (c *Curves) add(s *plot.Series, e trainer.Evaluation) {
	if e.Samples == 0 {
		return
	}
	s.Loss = append(s.Loss, e.Loss)
	name := c.Accuracy
	if name == "" {
		name = "accuracy"
	}
	s.Accuracy = append(s.Accuracy, min(e.Metric(name), 1)) // NaN leaves a gap; an error rate may be above 1 at first
}

// OnEnd draws, where the run is done.
func (c *Curves) OnEnd(e trainer.End) error {
	if e.Err != nil {
		return nil
	}
	share := "Accuracy"
	if c.Accuracy != "" && c.Accuracy != "accuracy" {
		share = c.Accuracy
	}
	return plot.CurvesOf(c.Path, c.Title, share, c.train, c.test)
}

// StateDict is the points so far, for a run that is resumed.
func (c *Curves) StateDict() *torch.Dict {
	d := &torch.Dict{}
	for _, s := range []plot.Series{c.train, c.test} {
		of := &torch.Dict{}
		of.Set("loss", numbers(s.Loss))
		of.Set("accuracy", numbers(s.Accuracy))
		d.Set(s.Name, of)
	}
	return d
}

// LoadStateDict takes them over.
func (c *Curves) LoadStateDict(d *torch.Dict) error {
	var loaded [2]plot.Series
	for i, name := range []string{c.train.Name, c.test.Name} {
		of, err := d.Dict(name)
		if err != nil {
			return err
		}
		loss, ok := floats(of.Get("loss"))
		accuracy, ok2 := floats(of.Get("accuracy"))
		if !ok || !ok2 || len(loss) != len(accuracy) {
			return fmt.Errorf("%s: expected as many losses as accuracies, lists of numbers", name)
		}
		loaded[i] = plot.Series{Name: name, Loss: loss, Accuracy: accuracy}
	}
	c.train, c.test = loaded[0], loaded[1]
	return nil
}

func numbers(values []float64) []any {
	items := make([]any, len(values))
	for i, v := range values {
		items[i] = v
	}
	return items
}

func floats(v any) (values []float64, ok bool) {
	items, ok := v.([]any)
	for _, item := range items {
		f, is := item.(float64)
		values, ok = append(values, f), ok && is
	}
	return values, ok
}
