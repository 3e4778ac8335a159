package hooks

import (
	"multitorch/optim/lr_scheduler"
	"multitorch/trainer"
)

// Schedule steps a schedule of learning rates after each step of training, as those that are made for a number of steps want
// it. For one that is made for epochs, step it in a hook of one's own after each epoch.
type Schedule struct{ Scheduler lr_scheduler.LRScheduler }

// Name is "schedule".
func (s *Schedule) Name() string { return "schedule" }

// OnStep steps the schedule.
func (s *Schedule) OnStep(trainer.Step) error {
	s.Scheduler.Step()
	return nil
}
