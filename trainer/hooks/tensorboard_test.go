package hooks_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/trainer"
	"multitorch/trainer/hooks"
	"multitorch/trainer/tensorboard"
)

// eachState notes all states that a run could have been saved in: one after each step, and one after each epoch.
type eachState struct {
	dir   string
	paths []string
	start trainer.Start
}

func (*eachState) Name() string  { return "each state" }
func (*eachState) Priority() int { return 2000 }

func (s *eachState) OnStart(start trainer.Start) error {
	s.start = start
	return s.note()
}
func (s *eachState) OnStep(trainer.Step) error   { return s.note() }
func (s *eachState) OnEpoch(trainer.Epoch) error { return s.note() }

func (s *eachState) note() error {
	path := filepath.Join(s.dir, fmt.Sprintf("state-%d", len(s.paths)))
	s.paths = append(s.paths, path)
	state, err := s.start.State()
	if err != nil {
		return err
	}
	return trainer.SaveState(path, state, nil)
}

// points are what TensorBoard shows of a directory, by the rule of its loader: a session start that is not the first forgets what is at
// its step and after it.
func points(t *testing.T, dir string) (found []string) {
	files, err := filepath.Glob(filepath.Join(dir, "events.out.tfevents.*"))
	require.NoError(t, err)
	type point struct {
		step int64
		text string
	}
	var all []point
	began := false
	for _, name := range files {
		f, err := os.Open(name)
		require.NoError(t, err)
		defer f.Close()
		for e, err := range tensorboard.Read(f) {
			require.NoError(t, err)
			if e.Session == tensorboard.SessionStart {
				if began {
					all = slices.DeleteFunc(all, func(p point) bool { return p.step >= e.Step })
				}
				began = true
			}
			for _, v := range e.Values {
				all = append(all, point{e.Step, fmt.Sprintf("%s %d %v", v.Tag, e.Step, v.Data)})
			}
		}
	}
	for _, p := range all {
		found = append(found, p.text)
	}
	slices.Sort(found)
	return found
}

// Whichever state a run goes on from, and whatever was written after it, TensorBoard has each point once.
func TestTensorBoardHasEachPointOnce(t *testing.T) {
	dir := t.TempDir()
	events := func(dir string) *tensorboard.Writer {
		w, err := tensorboard.NewWriter(dir)
		require.NoError(t, err)
		t.Cleanup(func() { _ = w.Close() })
		return w
	}
	board := func(w *tensorboard.Writer) []trainer.Hook {
		return []trainer.Hook{&hooks.TensorBoard{Writer: w, HParams: map[string]any{"lr": 0.1}}}
	}
	whole, states := filepath.Join(dir, "whole"), &eachState{dir: dir}
	w := events(whole)
	run := newSeekable(t, 2, append(board(w), states)...)
	run.ValidateEvery = 2
	require.NoError(t, run.Fit(t.Context()))
	require.NoError(t, w.Close())
	want := points(t, whole)
	require.Len(t, want, 3+10+2*5+4*2, "settings, steps, epochs, and validations within them")
	require.Len(t, states.paths, 1+10+2)
	for i, path := range states.paths {
		killed := filepath.Join(dir, fmt.Sprint("killed-", i)) // after all of it was written
		require.NoError(t, os.CopyFS(killed, os.DirFS(whole)))
		state, _, err := trainer.LoadState(path)
		require.NoError(t, err)
		w := events(killed)
		run := newSeekable(t, 2, board(w)...)
		run.ValidateEvery = 2
		require.NoError(t, run.Resume(t.Context(), state))
		require.NoError(t, w.Close())
		require.Equal(t, want, points(t, killed), "from state %d", i)
	}
}
