package hooks

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"multitorch/torch"
	"multitorch/trainer"
)

// RunState saves the whole run, so that [trainer.Trainer.Resume] goes on with it as if it had never stopped: before the first
// step, after each epoch, after every so many steps or every so much time, and when the run ends, is interrupted, or another hook
// fails. See [trainer.ReplaceState] for how it is written.
//
//	saver := &hooks.RunState{Path: "runs/a/state.safetensors", Every: time.Minute, Async: true}
//	...
//	state, _, damaged, err := trainer.LoadLatestState("runs/a/state.safetensors")
//	...
//	err = fit.Resume(ctx, state)
//
// It is told of each step after the other hooks: see [trainer.Prioritised].
type RunState struct {
	Path   string
	Steps  int           // between two states; 0 for none but those of epochs
	Every  time.Duration // between two states; 0 for none but those of epochs
	Epochs int           // between two states; 1 where it is 0, and none where it is negative
	// Async takes a copy of the tensors, in as much memory, and writes it while training goes on. A state that is due while
	// the one before is still being written, or memory for the first one is made, waits for a later step.
	Async bool
	// GoOn is told why a state could not be written, on a full disk, say: the run goes on, with the last state whole, and tries
	// again when the next one is due. Without it the error ends the run. Before the first step an error always does.
	GoOn func(error)
	// Metadata are what the file says beside the state.
	Metadata map[string]string

	start   trainer.Start
	saved   moment // that is in the file
	begun   moment // the last one for which the state was asked
	since   time.Time
	due     bool // a state, which could not begin
	copy    snapshot
	ready   <-chan struct{} // closed when the copy's memory is there; nil before the first step
	writing chan error      // nil while nothing is written
}

// moment is when a state was taken.
type moment struct {
	trainer.Place
	epoch bool // after an epoch, and what belongs to it
}

// Name is "run state".
func (s *RunState) Name() string { return "run state" }

// Priority has it told last, and of the end first.
func (s *RunState) Priority() int { return 1000 }

// Saved is what the run had done when its last state was written.
func (s *RunState) Saved() trainer.Place { return s.saved.Place }

// Writing reports whether a state is being written beside training, or memory for the first one made.
func (s *RunState) Writing() bool {
	return s.writing != nil && len(s.writing) == 0 || s.ready != nil && !s.prepared()
}

// prepared reports whether there is memory for a copy.
func (s *RunState) prepared() bool {
	select {
	case <-s.ready:
		return true
	default:
		return false
	}
}

// OnStart saves a run that begins, by which it is known whether the file can be written. A state that is there is not
// overwritten by a run that does not go on with it.
func (s *RunState) OnStart(start trainer.Start) error {
	if s.Steps < 0 || s.Every < 0 {
		return fmt.Errorf("RunState: Steps or Every is negative: expected 0, for none, or more, but got %d and %v", s.Steps, s.Every)
	}
	s.start, s.since, s.due, s.writing, s.ready = start, time.Now(), false, nil, nil
	s.begun = moment{Place: start.From}
	s.saved = s.begun
	if start.Resumed {
		return nil
	}
	if _, err := os.Lstat(s.Path); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is there already, and is not overwritten: go on with that run (Resume), or choose another place", s.Path)
	}
	return s.write(s.begun)
}

// OnStep saves the run, if it is time for that.
func (s *RunState) OnStep(step trainer.Step) error {
	return s.next(moment{Place: step.Place}, s.Steps > 0 && step.Step-s.begun.Step >= s.Steps || s.Every > 0 && time.Since(s.since) >= s.Every)
}

// OnEpoch saves the run, if it is time for that.
func (s *RunState) OnEpoch(e trainer.Epoch) error {
	return s.next(moment{e.Place, true}, s.Epochs >= 0 && e.Epoch%max(s.Epochs, 1) == 0)
}

// next begins a state if one is due.
func (s *RunState) next(at moment, due bool) error {
	s.due = s.due || due
	if s.Async && s.ready == nil { // only now does the optimizer have what it remembers
		state, err := s.start.State()
		if err != nil {
			return err
		}
		s.ready = s.copy.prepare(state)
	}
	switch {
	case !s.due || s.Async && !s.prepared():
		return nil
	case !s.Async:
		return s.policy(s.write(at))
	}
	if s.writing != nil {
		select {
		case err := <-s.writing:
			if err := s.wrote(err); err != nil {
				return err
			}
		default:
			return nil
		}
	}
	state, err := s.state(at)
	if err != nil {
		return err
	}
	state, s.writing = s.copy.of(state), make(chan error, 1)
	go func(written chan<- error) {
		written <- torch.Try(func() error { return trainer.ReplaceState(s.Path, state, s.Metadata) })
	}(s.writing)
	return nil
}

// wrote is the end of what was written beside training.
func (s *RunState) wrote(err error) error {
	s.writing = nil
	if err == nil {
		s.saved = s.begun
	}
	return s.policy(err)
}

func (s *RunState) policy(err error) error {
	if err == nil || s.GoOn == nil {
		return err
	}
	s.GoOn(err)
	return nil
}

// OnEnd writes what is not yet written of a run that is done, or was interrupted or ended by another hook. One that ended in
// the middle of a step is left as it was saved before. One that is done needs no previous state.
func (s *RunState) OnEnd(e trainer.End) error {
	if s.start.State == nil { // it did not begin
		return nil
	}
	var err error
	if s.writing != nil {
		err = s.wrote(<-s.writing)
	}
	if s.ready != nil {
		<-s.ready
	}
	s.copy = snapshot{}
	var interrupted *trainer.InterruptedError
	var hook *trainer.HookError
	ours := errors.As(e.Err, &hook) && hook.Hook == s.Name()
	if ours || e.Err != nil && hook == nil && !errors.As(e.Err, &interrupted) {
		return err
	}
	if !s.saved.epoch || s.saved.Step != e.Step { // something happened since
		last := s.write(moment{e.Place, true})
		if errors.Is(last, trainer.ErrMidStep) {
			return err
		}
		err = errors.Join(err, s.policy(last))
	}
	if e.Err == nil && err == nil && s.saved.Step == e.Step {
		err = ignoreMissing(os.Remove(trainer.PreviousState(s.Path)))
	}
	return err
}

// state asks for the state, and notes when.
func (s *RunState) state(at moment) (*torch.Dict, error) {
	s.due, s.begun, s.since = false, at, time.Now()
	return s.start.State()
}

func (s *RunState) write(at moment) error {
	state, err := s.state(at)
	if err == nil {
		err = trainer.ReplaceState(s.Path, state, s.Metadata)
	}
	if err == nil {
		s.saved = at
	}
	return err
}
