package hooks

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
)

// Checkpoint saves the model after each epoch, and when a run is interrupted or a hook ends it: each time the whole file
// or nothing, in place of the one before.
//
// Before the first step it tries whether the file can be written, with the disk's room, and refuses to start where there
// is a file of that name already: a finished model is worth more than the first epoch of another. A run that is resumed
// replaces its own.
type Checkpoint struct {
	Path string
	// Model is saved instead of the run's: [Averaged].Model, say.
	Model nn.Module
	// Describe is what the checkpoint says of itself: see [trainer.SaveCheckpoint]. Without it that is the [State].
	Describe func(State) any
	// GoOn is told why the model could not be saved after an epoch, on a full disk, say: the run goes on, with the last model whole.
	// Without it, and after the last epoch, the error ends the run.
	GoOn func(error)

	model nn.Module
	state State
}

// State is how far the run is whose model is saved.
type State struct {
	trainer.Place
	Finished bool               // it had all its epochs
	Last     trainer.Evaluation // of the validation; Samples is 0 where the model has taken steps since
}

// Name is "checkpoint".
func (c *Checkpoint) Name() string { return "checkpoint" }

// Saved is the step after which the model was saved last, 0 before the first time.
func (c *Checkpoint) Saved() int { return c.state.Step }

// OnStart tries whether the checkpoint can be written.
func (c *Checkpoint) OnStart(s trainer.Start) error {
	c.model, c.state = s.Model, State{}
	if c.Model != nil {
		c.model = c.Model
	}
	switch info, err := os.Stat(c.Path); {
	case err == nil && info.IsDir():
		return fmt.Errorf("%s: expected to write a file there, but found a folder", c.Path)
	case err == nil && !info.Mode().IsRegular():
		return fmt.Errorf("%s: expected to write a file there, but found what is no regular file", c.Path)
	}
	if _, err := os.Lstat(c.Path); err == nil && !s.Resumed {
		return fmt.Errorf("%s is there already, and is not overwritten: move it away or choose another place", c.Path)
	}
	trial := filepath.Join(filepath.Dir(c.Path), "."+filepath.Base(c.Path)+".trial")
	err := trainer.SaveCheckpoint(trial, c.model, c.describe(State{}))
	return errors.Join(err, ignoreMissing(os.Remove(trial)))
}

func ignoreMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// OnEpoch saves the model.
func (c *Checkpoint) OnEpoch(e trainer.Epoch) error {
	err := c.save(State{e.Place, e.Last, e.Validate})
	if err != nil && c.GoOn != nil && !e.Last {
		c.GoOn(err)
		return nil
	}
	return err
}

// OnEnd saves the model of a run that was interrupted, or that a hook ended.
func (c *Checkpoint) OnEnd(e trainer.End) error {
	var interrupted *trainer.InterruptedError
	var hook *trainer.HookError
	ours := errors.As(e.Err, &hook) && hook.Hook == c.Name()
	if e.Step > c.state.Step && !ours && (errors.As(e.Err, &interrupted) || hook != nil) {
		return c.save(State{Place: e.Place})
	}
	return nil
}

func (c *Checkpoint) save(s State) error {
	if err := trainer.SaveCheckpoint(c.Path, c.model, c.describe(s)); err != nil {
		return err
	}
	c.state = s
	return nil
}

func (c *Checkpoint) describe(s State) any {
	if c.Describe == nil {
		return s
	}
	return c.Describe(s)
}

// StateDict is when the model was saved last, for a run that is resumed.
func (c *Checkpoint) StateDict() *torch.Dict { return placeDict(c.state.Place) }

// LoadStateDict takes it over.
func (c *Checkpoint) LoadStateDict(d *torch.Dict) (err error) {
	c.state = State{}
	c.state.Place, err = placeOf(d)
	return err
}

func placeDict(at trainer.Place) *torch.Dict {
	d := &torch.Dict{}
	d.Set("epoch", int64(at.Epoch))
	d.Set("step", int64(at.Step))
	return d
}

func placeOf(d *torch.Dict) (trainer.Place, error) {
	epoch, ok := d.Get("epoch").(int64)
	step, ok2 := d.Get("step").(int64)
	if !ok || !ok2 {
		return trainer.Place{}, errors.New("expected an epoch and a step, numbers: it is the state of another hook")
	}
	return trainer.Place{Epoch: int(epoch), Step: int(step)}, nil
}
