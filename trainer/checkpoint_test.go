package trainer_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
)

type about struct {
	Name string
	Step int
}

// newNet has one number in all its weights.
func newNet(value int) *net {
	m := &net{FC: nn.NewLinear(300, 300)}
	fill(m, value)
	return m
}

func fill(m *net, value int) {
	torch.NoGrad(func() {
		for _, s := range nn.StateDict(m) {
			s.Tensor.FillInplace(value)
		}
	})
}

func TestCheckpointRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c")
	saved := newNet(7)
	require.NoError(t, trainer.SaveCheckpoint(path, saved, about{"ü \"quoted\"", 7}))
	var got about
	state, err := trainer.LoadCheckpoint(path, &got)
	require.NoError(t, err)
	require.Equal(t, about{"ü \"quoted\"", 7}, got)
	loaded := newNet(0)
	require.NoError(t, nn.LoadStateDict(loaded, state))
	require.Equal(t, weights(saved), weights(loaded))
}

func TestSaveCheckpointErrorsKeepTheLastOne(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "c")
	require.NoError(t, trainer.SaveCheckpoint(path, newNet(1), about{Step: 1}))
	err := trainer.SaveCheckpoint(path, newNet(2), func() {})
	require.ErrorContains(t, err, path)
	require.ErrorContains(t, err, "func")
	require.Equal(t, 1, load(t, path))
	require.ErrorContains(t, trainer.SaveCheckpoint(filepath.Join(dir, "no", "c"), newNet(2), about{}), "create it first")
	require.ErrorContains(t, trainer.SaveCheckpoint(dir, newNet(2), about{}), "found a folder")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1)
}

// load returns the step of a checkpoint that newNet's weights agree with.
func load(t *testing.T, path string) int {
	t.Helper()
	var a about
	state, err := trainer.LoadCheckpoint(path, &a)
	require.NoError(t, err)
	require.Len(t, state, 2)
	for _, s := range state {
		for _, w := range torch.ToSlice[float32](s.Tensor) {
			require.Equal(t, float32(a.Step), w, "%s is not of step %d", s.Name, a.Step)
		}
		s.Tensor.Free()
	}
	return a.Step
}

func TestLoadCheckpointErrors(t *testing.T) {
	tensors := []torch.NamedTensor{{Name: "x", Tensor: torch.Zeros(torch.Shape{2})}}
	for name, c := range map[string]struct {
		metadata map[string]string
		want     string
	}{
		"no metadata":      {nil, "no description of the model"},
		"another's":        {map[string]string{"format": "pt"}, "no description of the model"},
		"empty":            {map[string]string{"multitorch": ""}, "can't be read"},
		"no JSON":          {map[string]string{"multitorch": "{"}, "can't be read"},
		"another type":     {map[string]string{"multitorch": `{"Step":"one"}`}, "can't be read"},
		"a number too big": {map[string]string{"multitorch": `{"Step":1e300}`}, "can't be read"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "c")
			require.NoError(t, torch.SaveSafetensors(path, tensors, c.metadata))
			before := leak.CollectorOff(t)
			var a about
			state, err := trainer.LoadCheckpoint(path, &a)
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, err, path)
			require.Nil(t, state)
			require.Equal(t, before, torch.LiveTensors())
		})
	}
	path := filepath.Join(t.TempDir(), "c")
	require.NoError(t, trainer.SaveCheckpoint(path, newNet(1), about{}))
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, size := range []int{0, 7, 100, len(whole) / 2, len(whole) - 1} {
		require.NoError(t, os.WriteFile(path, whole[:size], 0o644))
		_, err := trainer.LoadCheckpoint(path, &about{})
		require.ErrorContains(t, err, path)
	}
	_, err = trainer.LoadCheckpoint(path+"x", &about{})
	require.ErrorIs(t, err, os.ErrNotExist)
}

func FuzzCheckpoint(f *testing.F) {
	good, err := json.Marshal(about{"n", 3})
	require.NoError(f, err)
	f.Add(string(good))
	f.Add(`{"Step":-9223372036854775808}`)
	f.Add(`[[[[`)
	f.Fuzz(func(t *testing.T, description string) {
		path := filepath.Join(t.TempDir(), "c")
		tensors := []torch.NamedTensor{{Name: "x", Tensor: torch.Zeros(torch.Shape{2})}}
		if torch.SaveSafetensors(path, tensors, map[string]string{"multitorch": description}) != nil {
			return // no UTF-8
		}
		var got about
		state, err := trainer.LoadCheckpoint(path, &got)
		if err != nil {
			require.ErrorContains(t, err, path)
			require.Nil(t, state)
			return
		}
		require.Len(t, state, 1)
		require.True(t, json.Valid([]byte(description)))
	})
}
