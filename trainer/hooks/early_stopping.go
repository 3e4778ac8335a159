package hooks

import (
	"errors"
	"fmt"
	"math"

	"multitorch/trainer"
)

// Mode says which values of a metric are better.
type Mode int

// The modes. There is no default: for a loss it is Min, for an accuracy Max.
const (
	Min Mode = iota + 1
	Max
)

// EarlyStopping ends a run, well, when the validation has not become better for a while.
type EarlyStopping struct {
	Metric   string // the name of a metric; the loss where it is empty
	Mode     Mode
	Patience int     // the epochs that may pass without a better value; at least 1
	MinDelta float64 // what a value must be better by to count as better

	best   float64
	since  int
	bestAt trainer.Place
}

// Name is "early stopping".
func (s *EarlyStopping) Name() string { return "early stopping" }

// Best is the best value so far, and where it was.
func (s *EarlyStopping) Best() (value float64, at trainer.Place) { return s.best, s.bestAt }

// OnStart checks the settings.
func (s *EarlyStopping) OnStart(trainer.Start) error {
	switch {
	case s.Mode != Min && s.Mode != Max:
		return errors.New("EarlyStopping.Mode: expected Min or Max")
	case s.Patience < 1:
		return fmt.Errorf("EarlyStopping.Patience: expected at least 1, but got %d", s.Patience)
	case !(s.MinDelta >= 0):
		return fmt.Errorf("EarlyStopping.MinDelta: expected at least 0, but got %v", s.MinDelta)
	}
	s.best, s.since, s.bestAt = math.NaN(), 0, trainer.Place{}
	return nil
}

// OnEpoch looks at the validation.
func (s *EarlyStopping) OnEpoch(e trainer.Epoch) error {
	value := e.Validate.Loss
	if s.Metric != "" {
		value = e.Validate.Metric(s.Metric)
	}
	if e.Validate.Samples == 0 || math.IsNaN(value) {
		return fmt.Errorf("the validation has no value of %q: give Trainer.Validate, and the metric in Trainer.Metrics", s.Metric)
	}
	gain := s.best - value
	if s.Mode == Max {
		gain = -gain
	}
	if math.IsNaN(s.best) || gain > s.MinDelta {
		s.best, s.bestAt, s.since = value, e.Place, 0
		return nil
	}
	if s.since++; s.since >= s.Patience {
		return trainer.ErrStop
	}
	return nil
}
