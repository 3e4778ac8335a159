package hooks

import (
	"fmt"

	"multitorch/torch"
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

	best  best
	since int
}

// Name is "early stopping".
func (s *EarlyStopping) Name() string { return "early stopping" }

// Best is the best value so far, and where it was.
func (s *EarlyStopping) Best() (value float64, at trainer.Place) { return s.best.value, s.best.at }

// OnStart checks the settings.
func (s *EarlyStopping) OnStart(trainer.Start) error {
	if err := s.Mode.check("EarlyStopping"); err != nil {
		return err
	}
	switch {
	case s.Patience < 1:
		return fmt.Errorf("EarlyStopping.Patience: expected at least 1, but got %d", s.Patience)
	case !(s.MinDelta >= 0):
		return fmt.Errorf("EarlyStopping.MinDelta: expected at least 0, but got %v", s.MinDelta)
	}
	s.best, s.since = noBest(), 0
	return nil
}

// OnEpoch looks at the validation.
func (s *EarlyStopping) OnEpoch(e trainer.Epoch) error {
	value, err := valueOf(e.Validate, s.Metric)
	if err != nil {
		return err
	}
	if s.best.improve(value, e.Place, s.Mode, s.MinDelta) {
		s.since = 0
		return nil
	}
	if s.since++; s.since >= s.Patience {
		return trainer.ErrStop
	}
	return nil
}

// StateDict is the best value and how long it has been, for a run that is resumed.
func (s *EarlyStopping) StateDict() *torch.Dict {
	d := s.best.state()
	d.Set("since", int64(s.since))
	return d
}

// LoadStateDict takes it over.
func (s *EarlyStopping) LoadStateDict(d *torch.Dict) error {
	since, ok := d.Get("since").(int64)
	if !ok || since < 0 {
		return fmt.Errorf("its since: expected a number from 0, but got %v", d.Get("since"))
	}
	s.since = int(since)
	return s.best.load(d)
}
