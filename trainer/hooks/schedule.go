package hooks

import (
	"multitorch/optim/lr_scheduler"
	"multitorch/torch"
	"multitorch/trainer"
)

// Schedule steps a schedule of learning rates after each step of training, as those that are made for a number of steps want
// it. For one that is made for epochs, step it in a hook of one's own after each epoch.
type Schedule struct{ Scheduler lr_scheduler.LRScheduler }

// Name is "schedule".
func (s *Schedule) Name() string { return "schedule" }

// OnStep steps the schedule, but for a step that was left out.
func (s *Schedule) OnStep(step trainer.Step) error {
	if !step.Skipped {
		s.Scheduler.Step()
	}
	return nil
}

// StateDict is the schedule's, for a run that is resumed.
func (s *Schedule) StateDict() *torch.Dict { return s.Scheduler.StateDict() }

// LoadStateDict takes it over.
func (s *Schedule) LoadStateDict(d *torch.Dict) error { return s.Scheduler.LoadStateDict(d) }
