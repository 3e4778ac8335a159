package hooks_test

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"iter"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/hooks"
	"multitorch/trainer/metrics"
	"multitorch/trainer/progress"
	"multitorch/trainer/tensorboard"
)

// five is five batches of one number each, in each pass.
type five struct{}

func (five) Len() int { return 5 }

func (five) All(context.Context) iter.Seq2[float64, error] {
	return func(yield func(float64, error) bool) {
		for i := range 5 {
			if !yield(float64(i), nil) {
				return
			}
		}
	}
}

type run = trainer.Trainer[float64, metrics.Classified]

// newRun fits a line through the origin to y = 2x.
func newRun(epochs int, with ...trainer.Hook) *run {
	torch.ManualSeed(0)
	model := nn.NewLinear(1, 2)
	return &run{
		Model: model, Optimizer: optim.NewSGD(nn.Parameters(model), optim.LR(0.01)), Epochs: epochs, Train: five{}, Validate: five{},
		Step: func(x float64) (*torch.Tensor, metrics.Classified) {
			scores := model.Forward(torch.New([][]float32{{float32(x)}}))
			target := torch.New([]int64{int64(x) % 2})
			return nn.NewCrossEntropyLoss().Forward(scores, target), metrics.Classified{Scores: scores, Target: target}
		},
		Metrics: []metrics.Metric[metrics.Classified]{metrics.NewAccuracy()},
		Hooks:   with,
	}
}

// stopper ends a run after a step, in its way.
type stopper struct {
	step int
	err  error
}

func (stopper) Name() string { return "stopper" }

func (s stopper) OnStep(at trainer.Step) error {
	if at.Step == s.step {
		return s.err
	}
	return nil
}

var errBroken = errors.New("broken")

func stepOf(t *testing.T, path string) int {
	t.Helper()
	var s hooks.State
	_, err := trainer.LoadCheckpoint(path, &s)
	require.NoError(t, err)
	return s.Step
}

func names(t *testing.T, dir string) (names []string) {
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestCheckpoint(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "c")
	c := &hooks.Checkpoint{Path: path}
	var said []hooks.State
	c.Describe = func(s hooks.State) any { said = append(said, s); return s }
	require.NoError(t, newRun(3, c).Fit(t.Context()))
	require.Equal(t, 15, stepOf(t, path))
	require.Equal(t, 15, c.Saved())
	require.Len(t, said, 4, "before the first step, and after each epoch")
	require.Zero(t, said[0])
	for i, s := range said[1:] {
		require.Equal(t, trainer.Place{Epoch: i + 1, Step: 5 * (i + 1)}, s.Place)
		require.Equal(t, i == 2, s.Finished)
		require.Equal(t, 5, s.Last.Samples)
	}
	require.Equal(t, []string{"c"}, names(t, dir))

	// What is there stays.
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	err = newRun(1, c).Fit(t.Context())
	require.ErrorContains(t, err, "is there already, and is not overwritten")
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, bytes.Equal(before, after))
}

// A run that is interrupted, or that another hook ends, is saved; one whose loss is not finite isn't.
func TestCheckpointOfARunThatEndedEarly(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want int
	}{"by a hook's error": {errBroken, 7}, "well": {trainer.ErrStop, 5}} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "c")
			err := newRun(3, &hooks.Checkpoint{Path: path}, stopper{7, c.err}).Fit(t.Context())
			if c.err == trainer.ErrStop {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, c.err)
			}
			require.Equal(t, c.want, stepOf(t, path))
		})
	}
	path := filepath.Join(t.TempDir(), "c")
	ctx, cancel := context.WithCancel(t.Context())
	r := newRun(3, &hooks.Checkpoint{Path: path})
	step, calls := r.Step, 0
	r.Step = func(x float64) (*torch.Tensor, metrics.Classified) {
		if calls++; calls == 2 {
			cancel()
		}
		return step(x)
	}
	require.ErrorIs(t, r.Fit(ctx), context.Canceled)
	require.Equal(t, 2, stepOf(t, path))

	path = filepath.Join(t.TempDir(), "c")
	r = newRun(3, &hooks.Checkpoint{Path: path})
	step, calls = r.Step, 0
	r.Step = func(x float64) (*torch.Tensor, metrics.Classified) {
		loss, output := step(x)
		if calls++; calls == 2 {
			loss = loss.Mul(math.NaN())
		}
		return loss, output
	}
	var notFinite *trainer.NotFiniteError
	require.ErrorAs(t, r.Fit(t.Context()), &notFinite)
	require.NoFileExists(t, path)
}

// That it can't be written is found out before the first step.
func TestCheckpointThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]string{
		dir:                                "found a folder",
		filepath.Join(dir, "no", "c"):      "create it first",
		filepath.Join("/proc", "c"):        "/proc/",
		filepath.Join("/dev", "null", "c"): "not a directory",
	} {
		steps := 0
		err := newRun(1, &hooks.Checkpoint{Path: path}, counter{&steps}).Fit(t.Context())
		require.ErrorContains(t, err, want)
		var hook *trainer.HookError
		require.ErrorAs(t, err, &hook)
		require.Zero(t, steps)
	}
	require.Empty(t, names(t, dir))
}

type counter struct{ n *int }

func (counter) Name() string { return "counter" }

func (c counter) OnStep(trainer.Step) error { *c.n++; return nil }

func TestEarlyStopping(t *testing.T) {
	for _, c := range []struct {
		name     string
		stopping hooks.EarlyStopping
		values   []float64 // of the loss, or of the accuracy
		epochs   int       // until it stops; 0: it doesn't
		best     float64
	}{
		{"falls", hooks.EarlyStopping{Mode: hooks.Min, Patience: 1}, []float64{3, 2, 1}, 0, 1},
		{"stays", hooks.EarlyStopping{Mode: hooks.Min, Patience: 2}, []float64{3, 3, 3, 3}, 3, 3},
		{"comes back in time", hooks.EarlyStopping{Mode: hooks.Min, Patience: 2}, []float64{3, 4, 2, 3, 3}, 5, 2},
		{"too little", hooks.EarlyStopping{Mode: hooks.Min, Patience: 1, MinDelta: 0.5}, []float64{3, 2.6, 2}, 2, 3},
		{"rises", hooks.EarlyStopping{Metric: "accuracy", Mode: hooks.Max, Patience: 1}, []float64{0.1, 0.2, 0.1}, 3, 0.2},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := c.stopping
			require.NoError(t, s.OnStart(trainer.Start{}))
			stopped := 0
			for i, v := range c.values {
				e := trainer.Evaluation{Samples: 1, Loss: v, Metrics: []metrics.Value{{Name: "accuracy", Value: v}}}
				err := s.OnEpoch(trainer.Epoch{Place: trainer.Place{Epoch: i + 1}, Validate: e})
				if errors.Is(err, trainer.ErrStop) {
					stopped = i + 1
					break
				}
				require.NoError(t, err)
			}
			require.Equal(t, c.epochs, stopped)
			best, _ := s.Best()
			require.Equal(t, c.best, best)
		})
	}
	for want, s := range map[string]*hooks.EarlyStopping{
		"Mode: expected Min or Max":   {Patience: 1},
		"Patience: expected at least": {Mode: hooks.Min},
		"MinDelta: expected at least": {Mode: hooks.Min, Patience: 1, MinDelta: math.NaN()},
		`no value of "F1"`:            {Metric: "F1", Mode: hooks.Max, Patience: 1},
	} {
		require.ErrorContains(t, newRun(1, s).Fit(t.Context()), want)
	}
}

func TestProgress(t *testing.T) {
	var out bytes.Buffer
	p := hooks.NewProgress(&out, progress.Every(1))
	p.Message("before the start it has nowhere to go")
	require.NoError(t, newRun(2, p).Fit(t.Context()))
	require.Regexp(t, `^epoch 1/2 step 1/10 loss .*\n(.*\n)*epoch 1/2: loss \d.*, accuracy \d+\.\d %; test loss \d.*, accuracy \d+\.\d %\n`+
		`(.*\n)*epoch 2/2 step 10/10 loss .* took 0:00\n$`, out.String())
}

func TestTensorBoardAndCurves(t *testing.T) {
	dir := t.TempDir()
	w, err := tensorboard.NewWriter(dir)
	require.NoError(t, err)
	picture := filepath.Join(dir, "curves.png")
	require.NoError(t, newRun(2, &hooks.TensorBoard{Writer: w}, &hooks.Curves{Path: picture, Title: "a run"}).Fit(t.Context()))
	require.NoError(t, w.Close())
	files, err := filepath.Glob(filepath.Join(dir, "events.*"))
	require.NoError(t, err)
	f, err := os.Open(files[0])
	require.NoError(t, err)
	defer f.Close()
	steps := map[string][]int64{}
	for e, err := range tensorboard.Read(f) {
		require.NoError(t, err)
		for _, v := range e.Values {
			steps[v.Tag] = append(steps[v.Tag], e.Step)
		}
	}
	require.Equal(t, map[string][]int64{
		"loss/step": {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, "loss/train": {5, 10}, "loss/test": {5, 10},
		"accuracy/train": {5, 10}, "accuracy/test": {5, 10}, "epoch": {5, 10},
	}, steps)
	drawn, err := os.Open(picture)
	require.NoError(t, err)
	defer drawn.Close()
	_, err = png.Decode(drawn)
	require.NoError(t, err)
}
