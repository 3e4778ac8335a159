package hooks_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/datasets"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/hooks"
	"multitorch/trainer/metrics"
)

// fivePoints is a data set of five numbers.
type fivePoints struct{}

func (fivePoints) Len() int { return 5 }

func (fivePoints) Get(i int) (*torch.Tensor, error) { return torch.New([]float32{float32(i)}), nil }

// newSeekable is newRun over a loader, which a run can begin in the middle of.
func newSeekable(t testing.TB, epochs int, with ...trainer.Hook) *trainer.Trainer[*torch.Tensor, metrics.Classified] {
	torch.ManualSeed(0)
	model := nn.NewLinear(1, 2)
	loader := func() *datasets.Loader[*torch.Tensor] {
		l, err := datasets.NewLoader[*torch.Tensor](fivePoints{}, datasets.Shuffle(true))
		require.NoError(t, err)
		return l
	}
	return &trainer.Trainer[*torch.Tensor, metrics.Classified]{
		Model: model, Optimizer: optim.NewAdam(nn.Parameters(model), optim.LR(0.01)), Epochs: epochs, Train: loader(), Validate: loader(),
		Step: func(x *torch.Tensor) (*torch.Tensor, metrics.Classified) {
			scores, target := model.Forward(x), x.Remainder(2).To(torch.Int64).Flatten(0, -1)
			return nn.NewCrossEntropyLoss().Forward(scores, target), metrics.Classified{Scores: scores, Target: target}
		},
		Metrics: []metrics.Metric[metrics.Classified]{metrics.NewAccuracy()}, Hooks: with,
	}
}

// places notes which states there were, after each step and epoch.
type places struct {
	path string
	seen []trainer.Place
}

func (*places) Name() string  { return "places" }
func (*places) Priority() int { return 2000 }

func (p *places) look() error {
	state, _, _, err := trainer.LoadLatestState(p.path)
	if err != nil {
		return err
	}
	at, err := trainer.PlaceOf(state)
	p.seen = append(p.seen, at)
	return err
}

func (p *places) OnStep(trainer.Step) error   { return p.look() }
func (p *places) OnEpoch(trainer.Epoch) error { return p.look() }

func TestRunStateIsSavedWhenItIsDue(t *testing.T) {
	at := func(epoch, step int) trainer.Place { return trainer.Place{Epoch: epoch, Step: step} }
	for name, c := range map[string]struct {
		saver hooks.RunState
		want  []trainer.Place
	}{
		"each epoch":       {hooks.RunState{}, []trainer.Place{at(1, 0), at(1, 0), at(1, 0), at(1, 0), at(1, 0), at(2, 5)}},
		"every two steps":  {hooks.RunState{Steps: 2}, []trainer.Place{at(1, 0), at(1, 2), at(1, 2), at(1, 4), at(1, 4), at(2, 5)}},
		"all the time":     {hooks.RunState{Every: 1}, []trainer.Place{at(1, 1), at(1, 2), at(1, 3), at(1, 4), at(1, 5), at(2, 5)}},
		"no epoch":         {hooks.RunState{Epochs: -1, Steps: 3}, []trainer.Place{at(1, 0), at(1, 0), at(1, 3), at(1, 3), at(1, 3), at(1, 3)}},
		"now and then":     {hooks.RunState{Epochs: 2}, []trainer.Place{at(1, 0), at(1, 0), at(1, 0), at(1, 0), at(1, 0), at(1, 0)}},
		"in a few minutes": {hooks.RunState{Every: time.Hour}, []trainer.Place{at(1, 0), at(1, 0), at(1, 0), at(1, 0), at(1, 0), at(2, 5)}},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "state.safetensors")
		c.saver.Path, c.saver.Metadata = path, map[string]string{"about": "a test"}
		p := &places{path: path}
		require.NoError(t, newSeekable(t, 1, p, &c.saver).Fit(t.Context()), name)
		require.Equal(t, c.want, p.seen, name)
		require.Equal(t, trainer.Place{Epoch: 1, Step: 5}, c.saver.Saved())
		require.Equal(t, []string{"state.safetensors"}, names(t, dir), "of a run that is done the last one")
		state, metadata, damaged, err := trainer.LoadLatestState(path)
		require.NoError(t, err)
		require.NoError(t, damaged)
		require.Equal(t, "a test", metadata["about"])
		ended, err := trainer.PlaceOf(state)
		require.NoError(t, err)
		require.Equal(t, at(2, 5), ended)

		// The same place is no other run's.
		require.ErrorContains(t, newSeekable(t, 1, &c.saver).Fit(t.Context()), "is there already, and is not overwritten")
		require.NoError(t, newSeekable(t, 2, &c.saver).Resume(t.Context(), state))
		require.Equal(t, 10, c.saver.Saved().Step)
	}
	for _, wrong := range []hooks.RunState{{Steps: -1}, {Every: -1}} {
		require.ErrorContains(t, newSeekable(t, 1, &wrong).Fit(t.Context()), "is negative")
	}
}

// A damaged state is passed over for the one before it, from which the run comes to the same end.
func TestRunStateThatIsDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.safetensors")
	whole := newSeekable(t, 3)
	require.NoError(t, whole.Fit(t.Context()))
	require.ErrorIs(t, newSeekable(t, 3, &hooks.RunState{Path: path, Steps: 1}, stopper{7, errBroken}).Fit(t.Context()), errBroken)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	for name, damage := range map[string]func() error{
		"half":      func() error { return os.WriteFile(path, content[:len(content)/2], 0o644) },
		"a bit":     func() error { content[len(content)-3] ^= 1; return os.WriteFile(path, content, 0o644) },
		"not there": func() error { return os.Remove(path) },
	} {
		require.NoError(t, damage(), name)
		state, _, damaged, err := trainer.LoadLatestState(path)
		require.NoError(t, err, name)
		require.ErrorContains(t, damaged, path, name)
		again := newSeekable(t, 3)
		require.NoError(t, again.Resume(t.Context(), state))
		requireSame(t, whole.Model, again.Model)
	}
	require.NoError(t, os.WriteFile(trainer.PreviousState(path), nil, 0o644))
	_, _, _, err = trainer.LoadLatestState(path)
	require.ErrorContains(t, err, path)
	require.ErrorContains(t, err, trainer.PreviousState(path))
}

func requireSame(t *testing.T, want, got nn.Module) {
	for i, p := range nn.StateDict(want) {
		require.True(t, torch.Equal(p.Tensor, nn.StateDict(got)[i].Tensor), p.Name)
	}
}

// A state that can't be written ends the run, or is told of, and the last one stays whole.
func TestRunStateThatCannotBeWritten(t *testing.T) {
	for _, async := range []bool{false, true} {
		for _, goOn := range []bool{false, true} {
			dir := t.TempDir()
			path := filepath.Join(dir, "state.safetensors")
			s := &hooks.RunState{Path: path, Steps: 1, Async: async}
			var told []error
			if goOn {
				s.GoOn = func(err error) { told = append(told, err) }
			}
			blocked := path + ".new" // a folder where the new state is to be
			block := onStep(func(step trainer.Step) error {
				for async && step.Step > 1 && s.Writing() {
					time.Sleep(time.Millisecond)
				}
				switch step.Step {
				case 3:
					return os.Mkdir(blocked, 0o755)
				case 8:
					return os.Remove(blocked)
				}
				return nil
			})
			fit := newSeekable(t, 2, s, block)
			err := fit.Fit(t.Context())
			if goOn {
				require.NoError(t, err)
				require.NotEmpty(t, told)
				require.ErrorContains(t, errors.Join(told...), blocked)
				require.Equal(t, 10, s.Saved().Step, "it tried again")
				continue
			}
			require.ErrorContains(t, err, "run state")
			require.ErrorContains(t, err, blocked)
			state, _, _, err := trainer.LoadLatestState(path)
			require.NoError(t, err)
			at, err := trainer.PlaceOf(state)
			require.NoError(t, err)
			require.Equal(t, 2, at.Step)
		}
	}
	s := &hooks.RunState{Path: filepath.Join(t.TempDir(), "no", "state.safetensors"), GoOn: func(error) {}}
	require.ErrorContains(t, newSeekable(t, 1, s).Fit(t.Context()), "create it first", "before the first step")
}

type onStep func(trainer.Step) error

func (onStep) Name() string                  { return "on step" }
func (f onStep) OnStep(s trainer.Step) error { return f(s) }

// What is written beside training is the state of its step, though the tensors change meanwhile.
func TestAsyncRunStateIsThatOfItsStep(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.safetensors")
	var weights [][]float32
	fit := newSeekable(t, 4, &hooks.RunState{Path: path, Steps: 1, Async: true})
	fit.Hooks = append(fit.Hooks, onStep(func(s trainer.Step) error {
		weights = append(weights, torch.ToSlice[float32](nn.Parameters(fit.Model)[0].Tensor.Detach()))
		state, _, _, err := trainer.LoadLatestState(path)
		if err != nil {
			return err
		}
		at, err := trainer.PlaceOf(state)
		if err != nil || at.Step == 0 {
			return err
		}
		model, err := state.Dict("model")
		if err != nil {
			return err
		}
		require.Equal(t, weights[at.Step-1], torch.ToSlice[float32](model.Get("weight").(*torch.Tensor)), "after step %d", at.Step)
		return nil
	}))
	require.NoError(t, fit.Fit(context.Background()))
	require.Len(t, weights, 20)
}

// Hooks go on with what they knew.
func TestHooksThatAreResumed(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "state.safetensors")
	with := func(name string, more ...trainer.Hook) []trainer.Hook {
		return append([]trainer.Hook{
			&hooks.Checkpoint{Path: filepath.Join(dir, "c")},
			&hooks.Best{Path: filepath.Join(dir, name), Mode: hooks.Min},
			&hooks.EarlyStopping{Metric: "accuracy", Mode: hooks.Max, Patience: 4, MinDelta: 1},
			&hooks.Curves{Path: filepath.Join(dir, name+".png"), Title: "a run"},
		}, more...)
	}
	whole := with("whole")
	fit := newSeekable(t, 9, whole...)
	require.NoError(t, fit.Fit(t.Context()))
	require.NoError(t, os.Remove(filepath.Join(dir, "c")))

	require.ErrorIs(t, newSeekable(t, 9, with("half", &hooks.RunState{Path: path}, stopper{13, errBroken})...).Fit(t.Context()), errBroken)
	state, _, _, err := trainer.LoadLatestState(path)
	require.NoError(t, err)
	rest := with("half")
	again := newSeekable(t, 9, rest...)
	require.NoError(t, again.Resume(t.Context(), state))
	requireSame(t, fit.Model, again.Model)
	require.Equal(t, 25, again.Hooks[0].(*hooks.Checkpoint).Saved(), "early stopping ended it: four epochs after the first")
	for _, pair := range [][2]string{{"whole.png", "half.png"}, {"whole", "half"}} {
		want, err := os.ReadFile(filepath.Join(dir, pair[0]))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join(dir, pair[1]))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for i, h := range whole {
		require.Equal(t, h.(trainer.Stateful).StateDict(), rest[i].(trainer.Stateful).StateDict(), h.Name())
		for _, broken := range []*torch.Dict{{}, badDict("epoch", "x"), badDict("train", "x")} {
			require.Error(t, h.(trainer.Stateful).LoadStateDict(broken), h.Name())
		}
	}
}

func badDict(key string, value any) *torch.Dict {
	d := &torch.Dict{}
	d.Set(key, value)
	return d
}

type onEpoch func(trainer.Epoch) error

func (onEpoch) Name() string                    { return "on epoch" }
func (f onEpoch) OnEpoch(e trainer.Epoch) error { return f(e) }

// A model that can't be saved after an epoch is told of, and the last one has to be saved.
func TestCheckpointThatGoesOn(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "c")
	var told []error
	block := func(from, to int) trainer.Hook { // by a folder where the file is to be
		return onEpoch(func(e trainer.Epoch) error {
			switch e.Epoch {
			case from:
				return errors.Join(os.Rename(path, path+".away"), os.Mkdir(path, 0o755))
			case to:
				return errors.Join(os.Remove(path), os.Rename(path+".away", path))
			}
			return nil
		})
	}
	c := &hooks.Checkpoint{Path: path, GoOn: func(err error) { told = append(told, err) }}
	require.NoError(t, newSeekable(t, 4, block(2, 3), c).Fit(t.Context()))
	require.Len(t, told, 1)
	require.ErrorContains(t, told[0], path)
	require.Equal(t, 20, stepOf(t, path))

	require.NoError(t, os.Remove(path))
	require.ErrorContains(t, newSeekable(t, 2, block(2, 3), c).Fit(t.Context()), "hook checkpoint", "the last one")
	require.Equal(t, 5, stepOf(t, path+".away"), "stays whole")
}
