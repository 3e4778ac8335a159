package trainer_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/hooks"
	"multitorch/trainer/metrics"
)

// faulty is a hook that fails at the n-th thing that it is told, in its way.
type faulty struct {
	n    int
	fail func() error
}

func (*faulty) Name() string { return "faulty" }

func (f *faulty) told() error {
	if f.n--; f.n == 0 {
		return f.fail()
	}
	return nil
}

func (f *faulty) OnStep(trainer.Step) error           { return f.told() }
func (f *faulty) OnValidate(trainer.Validation) error { return f.told() }
func (f *faulty) OnEpoch(trainer.Epoch) error         { return f.told() }

// A run that is interrupted anywhere, in a validation too, or whose hook fails or panics, saves its state on the way out and
// goes on to the same end.
func TestResumeAfterAnyEnd(t *testing.T) {
	dir := t.TempDir()
	interrupted := 0
	rapid.Check(t, func(t *rapid.T) {
		c := drawRecipe(t)
		c.MaxSteps = rapid.SampledFrom([]int{0, 0, 5}).Draw(t, "max steps")
		whole := &diary{}
		fit, want := c.make(t, whole)
		forward := counted(fit, 0, nil)
		require.NoError(t, fit.Fit(context.Background()))
		drawn := torch.Rand(torch.Shape{1}).Item()

		state := &hooks.RunState{Path: filepath.Join(dir, "state.safetensors"), Async: rapid.Bool().Draw(t, "async"), Steps: rapid.IntRange(0, 3).Draw(t, "steps")}
		removeStates(t, dir)
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		first := &diary{}
		cutHooks := []trainer.Hook{state, first}
		cut := rapid.SampledFrom([]string{"interrupted", "a hook's error", "a hook's panic"}).Draw(t, "cut")
		n := rapid.IntRange(1, *forward+1).Draw(t, "after")
		fail := map[string]func() error{
			"a hook's error": func() error { return errPower },
			"a hook's panic": func() error { panic(errPower) },
		}[cut]
		if fail != nil {
			n = rapid.IntRange(1, len(whole.steps)+len(whole.midway)+len(whole.epochs)).Draw(t, "thing")
			cutHooks = append(cutHooks, &faulty{n, fail})
		}
		fit, _ = c.make(t, cutHooks...)
		if fail == nil {
			counted(fit, n, cancel)
		}
		switch err := fit.Fit(ctx); {
		case fail != nil:
			var hook *trainer.HookError
			require.ErrorIs(t, err, errPower)
			require.ErrorAs(t, err, &hook)
			require.Equal(t, "faulty", hook.Hook)
		case err != nil:
			var typed *trainer.InterruptedError
			require.ErrorAs(t, err, &typed)
			interrupted++
		}

		rest := &diary{}
		again := &hooks.RunState{Path: state.Path}
		fit, got := c.make(t, rest, again)
		saved, _, damaged, err := trainer.LoadLatestState(state.Path)
		require.NoError(t, err)
		require.NoError(t, damaged)
		require.NoError(t, fit.Resume(context.Background(), saved))
		require.Equal(t, whole.steps, append(first.steps, rest.steps...))
		require.Equal(t, whole.midway, append(first.midway, rest.midway...))
		require.Equal(t, whole.epochs, append(first.epochs, rest.epochs...))
		for i, p := range nn.StateDict(want) {
			require.True(t, torch.Equal(p.Tensor, nn.StateDict(got)[i].Tensor), p.Name)
		}
		if c.MaxSteps == 0 { // else there may have been a validation after the step that a state goes on from
			require.Equal(t, drawn, torch.Rand(torch.Shape{1}).Item())
		}
		require.Equal(t, again.Saved().Step, len(whole.steps))
	})
	require.Positive(t, interrupted)
}

// counted counts the forward passes of a run, and calls do in the n-th.
func counted(fit *fitter, n int, do func()) *int {
	calls := new(int)
	step := fit.Step
	fit.Step = func(b point) (*torch.Tensor, metrics.Classified) {
		if *calls++; *calls == n {
			do()
		}
		return step(b)
	}
	return calls
}

func removeStates(t require.TestingT, dir string) {
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	for _, name := range left {
		require.NoError(t, os.Remove(name))
	}
}

// An error in the middle of a step leaves the last whole state; all hooks are told of a step, also when one fails.
func TestStateOfABrokenStep(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.safetensors")
	c := recipe{Epochs: 2, BatchSize: 4, Workers: 1, Accumulate: 2}
	fit, _ := c.make(t, &hooks.RunState{Path: path, Steps: 1})
	counted(fit, 11, func() { panic(&torch.Error{Op: "step", Message: "broken"}) }) // the second batch of step 5
	require.ErrorContains(t, fit.Fit(t.Context()), "broken")
	state, _, _, err := trainer.LoadLatestState(path)
	require.NoError(t, err)
	at, err := trainer.PlaceOf(state)
	require.NoError(t, err)
	require.Equal(t, trainer.Place{Epoch: 2, Step: 4}, at)

	told := 0
	both := onStep(func(trainer.Step) error { told++; return errPower })
	fit, _ = c.make(t, both, both, onStep(func(trainer.Step) error { return trainer.ErrStop }))
	err = fit.Fit(t.Context())
	require.Equal(t, 2, told)
	require.ErrorIs(t, err, errPower)
	require.Equal(t, 2, strings.Count(err.Error(), errPower.Error()))
	require.False(t, errors.Is(err, trainer.ErrStop))
}

// prioritised notes in which order hooks are called.
type prioritised struct {
	name  string
	at    int
	order *[]string
}

func (p prioritised) Name() string  { return p.name }
func (p prioritised) Priority() int { return p.at }

func (p prioritised) OnStart(trainer.Start) error {
	*p.order = append(*p.order, p.name)
	return nil
}

func (p prioritised) OnEnd(trainer.End) error { return p.OnStart(trainer.Start{}) }

func TestPriorities(t *testing.T) {
	var order []string
	fit, _ := newTrainer(t, 1)
	for name, at := range map[string]int{"last": 2, "first": -1} {
		hook(fit, prioritised{name, at, &order})
	}
	hook(fit, prioritised{"one", 0, &order})
	hook(fit, prioritised{"two", 0, &order})
	require.NoError(t, fit.Fit(t.Context()))
	require.Equal(t, []string{"first", "one", "two", "last", "last", "one", "two", "first"}, order)
}

// A run that is done, and is resumed again and again, does nothing, and then goes on with more epochs.
func TestResumeOfARunThatIsDone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.safetensors")
	c := recipe{Epochs: 4, BatchSize: 4, Workers: 1, Shuffle: true, Dropout: true}
	whole := &diary{}
	fit, _ := c.make(t, whole)
	require.NoError(t, fit.Fit(t.Context()))
	c.Epochs = 2
	part := &diary{}
	fit, _ = c.make(t, part, &hooks.RunState{Path: path})
	require.NoError(t, fit.Fit(t.Context()))
	for _, epochs := range []int{2, 2, 3, 4, 4} {
		c.Epochs = epochs
		state, _, _, err := trainer.LoadLatestState(path)
		require.NoError(t, err)
		var ended trainer.End
		fit, _ = c.make(t, part, &hooks.RunState{Path: path}, onEnd(func(e trainer.End) error { ended = e; return nil }))
		require.NoError(t, fit.Resume(t.Context(), state))
		require.Equal(t, trainer.Place{Epoch: epochs, Step: 5 * epochs}, ended.Place)
	}
	require.Equal(t, whole.steps, part.steps)
	for i, e := range whole.epochs {
		e.Last, part.epochs[i].Last = false, false
		require.Equal(t, e, part.epochs[i])
	}
}
