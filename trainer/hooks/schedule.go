package hooks

import (
	"multitorch/optim/lr_scheduler"
	"multitorch/torch"
	"multitorch/trainer"
)

// Schedule steps a schedule of learning rates after each step of training, as those that are made for a number of steps want
// it, or after each epoch. One that looks at a metric is a [Plateau].
type Schedule struct {
	Scheduler lr_scheduler.LRScheduler
	ByEpoch   bool   // it is made for epochs
	Label     string // what the name says beside "schedule", where there are several
}

// Name is "schedule", with the label.
func (s *Schedule) Name() string { return labelled("schedule", s.Label) }

// OnStep steps a schedule of steps, but for a step that was left out.
func (s *Schedule) OnStep(step trainer.Step) error {
	if !s.ByEpoch && !step.Skipped {
		s.Scheduler.Step()
	}
	return nil
}

// OnEpoch steps one of epochs.
func (s *Schedule) OnEpoch(trainer.Epoch) error {
	if s.ByEpoch {
		s.Scheduler.Step()
	}
	return nil
}

// StateDict is the schedule's, for a run that is resumed.
func (s *Schedule) StateDict() *torch.Dict { return s.Scheduler.StateDict() }

// LoadStateDict takes it over.
func (s *Schedule) LoadStateDict(d *torch.Dict) error { return s.Scheduler.LoadStateDict(d) }
