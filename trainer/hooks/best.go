package hooks

import (
	"fmt"
	"os"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
)

// Best saves the model whenever a validation, after an epoch or in the middle of one, is the best so far: each time the whole file
// or nothing, in place of the one before. [Checkpoint] beside it has the last model.
//
// A run that does not go on from a state refuses to start where there is a file of that name.
type Best struct {
	Path     string
	Metric   string // the name of a metric; the loss where it is empty
	Mode     Mode   // has no default
	MinDelta float64
	// Model is saved instead of the run's: [Averaged].Model, where validations measure it.
	Model nn.Module
	// Describe is what the checkpoint says of itself: see [trainer.SaveCheckpoint]. Without it that is the [State].
	Describe func(State) any

	best best
}

// Name is "best checkpoint", with the metric's where there is one.
func (b *Best) Name() string {
	if b.Metric == "" {
		return "best checkpoint"
	}
	return "best checkpoint by " + b.Metric
}

// Best is the best value so far, NaN before the first, and where it was.
func (b *Best) Best() (value float64, at trainer.Place) { return b.best.value, b.best.at }

// OnStart checks the settings.
func (b *Best) OnStart(s trainer.Start) error {
	if err := b.Mode.check("Best"); err != nil {
		return err
	}
	if !(b.MinDelta >= 0) {
		return fmt.Errorf("Best.MinDelta: expected at least 0, but got %v", b.MinDelta)
	}
	if _, err := os.Lstat(b.Path); err == nil && s.From.Step == 0 {
		return fmt.Errorf("%s is there already, and is not overwritten: move it away or choose another place", b.Path)
	}
	if b.best = noBest(); b.Model == nil {
		b.Model = s.Model
	}
	return nil
}

// OnValidate saves the model if it is the best.
func (b *Best) OnValidate(v trainer.Validation) error {
	return b.look(State{Place: v.Place, Last: v.Validate})
}

// OnEpoch saves the model if it is the best.
func (b *Best) OnEpoch(e trainer.Epoch) error { return b.look(State{e.Place, e.Last, e.Validate}) }

func (b *Best) look(s State) error {
	value, err := valueOf(s.Last, b.Metric)
	if err != nil {
		return err
	}
	was := b.best
	if !b.best.improve(value, s.Place, b.Mode, b.MinDelta) {
		return nil
	}
	var info any = s
	if b.Describe != nil {
		info = b.Describe(s)
	}
	if err := trainer.SaveCheckpoint(b.Path, b.Model, info); err != nil {
		b.best = was
		return err
	}
	return nil
}

// StateDict is the best value, for a run that is resumed.
func (b *Best) StateDict() *torch.Dict { return b.best.state() }

// LoadStateDict takes it over.
func (b *Best) LoadStateDict(d *torch.Dict) error { return b.best.load(d) }
