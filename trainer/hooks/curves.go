package hooks

import (
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
