package hooks

import (
	"multitorch/optim/lr_scheduler"
	"multitorch/torch"
	"multitorch/trainer"
)

// Plateau steps a [lr_scheduler.ReduceLROnPlateau] after each epoch by its validation.
type Plateau struct {
	Scheduler *lr_scheduler.ReduceLROnPlateau
	Metric    string // the name of a metric; the loss where it is empty
	Label     string // what the name says beside "plateau", where there are several
}

// Name is "plateau", with the label.
func (p *Plateau) Name() string { return labelled("plateau", p.Label) }

// OnEpoch steps the schedule.
func (p *Plateau) OnEpoch(e trainer.Epoch) error {
	value, err := valueOf(e.Validate, p.Metric)
	if err == nil {
		p.Scheduler.Step(value)
	}
	return err
}

// StateDict is the schedule's, for a run that is resumed.
func (p *Plateau) StateDict() *torch.Dict { return p.Scheduler.StateDict() }

// LoadStateDict takes it over.
func (p *Plateau) LoadStateDict(d *torch.Dict) error { return p.Scheduler.LoadStateDict(d) }

func labelled(name, label string) string {
	if label == "" {
		return name
	}
	return name + " " + label
}
