package trainer_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/datasets"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/optim/lr_scheduler"
	"multitorch/torch"
	"multitorch/torch/amp"
	"multitorch/trainer"
	"multitorch/trainer/hooks"
	"multitorch/trainer/metrics"
)

// recipe is how a run is trained.
type recipe struct {
	Epochs, BatchSize, Workers, Accumulate, MaxSteps, ValidateEvery int
	Shuffle, DropLast, OwnGenerator, Dropout, Scaler, Schedule      bool
	Autocast, EMA                                                   bool
	ClipNorm                                                        float64
}

func drawRecipe(t *rapid.T) recipe {
	return recipe{
		Epochs: 3, BatchSize: rapid.IntRange(2, 7).Draw(t, "batch size"), Workers: rapid.IntRange(0, 2).Draw(t, "workers"),
		Accumulate: rapid.IntRange(0, 3).Draw(t, "accumulate"), ValidateEvery: rapid.IntRange(0, 3).Draw(t, "validate every"),
		Shuffle: rapid.Bool().Draw(t, "shuffle"), DropLast: rapid.Bool().Draw(t, "drop last"),
		OwnGenerator: rapid.Bool().Draw(t, "own generator"), Dropout: rapid.Bool().Draw(t, "dropout"),
		Scaler: rapid.Bool().Draw(t, "scaler"), Schedule: rapid.Bool().Draw(t, "schedule"),
		Autocast: rapid.Bool().Draw(t, "autocast"), EMA: rapid.Bool().Draw(t, "EMA"),
		ClipNorm: rapid.SampledFrom([]float64{0, 0.5}).Draw(t, "clip"),
	}
}

type dropoutNet struct {
	nn.Base
	FC1     *nn.Linear
	Dropout *nn.Dropout
	FC2     *nn.Linear
}

// noisy are points that draw a number whenever one is read: with no workers each comes between the steps' own.
type noisy struct{ points }

func (p noisy) Get(i int) (point, error) {
	s, err := p.points.Get(i)
	s.X = s.X.Add(torch.Randn(torch.Shape{2}).Mul(0.1))
	return s, err
}

// make makes a run anew, as a program does that is started again.
func (c recipe) make(t require.TestingT, hs ...trainer.Hook) (*fitter, *dropoutNet) {
	torch.ManualSeed(1)
	m := &dropoutNet{FC1: nn.NewLinear(2, 8), Dropout: nn.NewDropout(0.5), FC2: nn.NewLinear(8, 3)}
	data := datasets.Dataset[point](newPoints(20))
	if c.Workers == 0 {
		data = noisy{newPoints(20)}
	}
	opts := []datasets.Option{
		datasets.BatchSize(c.BatchSize), datasets.Workers(c.Workers), datasets.Shuffle(c.Shuffle), datasets.DropLast(c.DropLast),
	}
	if c.OwnGenerator {
		opts = append(opts, datasets.Generator(torch.NewGenerator(7)))
	}
	train, err := datasets.NewLoader(data, opts...)
	require.NoError(t, err)
	criterion := nn.NewCrossEntropyLoss()
	o := optim.NewAdam(nn.Parameters(m), optim.LR(0.05))
	fit := &fitter{
		Model: m, Optimizer: o, Epochs: c.Epochs, Train: train, Validate: loaderOf(t, newPoints(12)),
		Step: func(b point) (*torch.Tensor, metrics.Classified) {
			x := m.FC1.Forward(b.X).ReLU()
			if c.Dropout {
				x = m.Dropout.Forward(x)
			}
			scores := m.FC2.Forward(x)
			return criterion.Forward(scores, b.Class), metrics.Classified{Scores: scores, Target: b.Class}
		},
		Metrics:    []metrics.Metric[metrics.Classified]{metrics.NewAccuracy(), metrics.NewMacroF1(3)},
		Accumulate: c.Accumulate, MaxSteps: c.MaxSteps, ValidateEvery: c.ValidateEvery, Clip: trainer.Clip{Norm: c.ClipNorm},
	}
	if c.Scaler {
		fit.Scaler = amp.NewGradScaler(amp.GradScalerConfig{InitScale: 1024, GrowthInterval: 2})
	}
	if c.Schedule {
		fit.Hooks = append(fit.Hooks, &hooks.Schedule{Scheduler: lr_scheduler.NewStepLR(o, 2, lr_scheduler.Gamma(0.7))})
	}
	if c.Autocast {
		fit.Autocast = torch.BFloat16
	}
	if c.EMA { // validations measure it
		fit.Hooks = append(fit.Hooks, hooks.NewEMA(m, 0.8))
	}
	fit.Hooks = append(fit.Hooks, hs...)
	return fit, m
}

// diary writes down what a run says.
type diary struct {
	steps  []trainer.Step
	epochs []trainer.Epoch
	midway []trainer.Validation
}

func (*diary) Name() string                    { return "diary" }
func (d *diary) OnStep(s trainer.Step) error   { d.steps = append(d.steps, s); return nil }
func (d *diary) OnEpoch(e trainer.Epoch) error { d.epochs = append(d.epochs, e); return nil }

func (d *diary) OnValidate(v trainer.Validation) error { d.midway = append(d.midway, v); return nil }

func (d *diary) since(step int) (rest diary) {
	for _, s := range d.steps {
		if s.Step > step {
			rest.steps = append(rest.steps, s)
		}
	}
	for _, e := range d.epochs {
		if e.Step >= step { // an epoch ends after its last step
			rest.epochs = append(rest.epochs, e)
		}
	}
	for _, v := range d.midway {
		if v.Step > step {
			rest.midway = append(rest.midway, v)
		}
	}
	return rest
}

// saver writes the run's state after a step and ends the run there, as if the power had gone.
type saver struct {
	path  string
	at    int
	start trainer.Start
}

var errPower = errors.New("no power")

func (*saver) Name() string                        { return "saver" }
func (s *saver) OnStart(start trainer.Start) error { s.start = start; return nil }
func (s *saver) OnStep(step trainer.Step) error {
	if step.Step != s.at {
		return nil
	}
	return s.save()
}

func (s *saver) save() error {
	state, err := s.start.State()
	if err == nil {
		err = trainer.SaveState(s.path, state, nil)
	}
	return errors.Join(err, errPower)
}

// N steps are k steps, an end, and N-k steps, to the last bit: weights, losses, metrics and random numbers.
func TestResumeIsTheSameRun(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		c := drawRecipe(t)
		whole := &diary{}
		fit, want := c.make(t, whole)
		require.NoError(t, fit.Fit(context.Background()))
		drawn := torch.Rand(torch.Shape{1}).Item()
		k := rapid.IntRange(1, len(whole.steps)).Draw(t, "k")

		path := filepath.Join(dir, "state.safetensors")
		fit, _ = c.make(t, &saver{path: path, at: k})
		require.ErrorIs(t, fit.Fit(context.Background()), errPower)

		rest := &diary{}
		fit, got := c.make(t, rest)
		state, _, err := trainer.LoadState(path)
		require.NoError(t, err)
		require.NoError(t, fit.Resume(context.Background(), state))
		require.Equal(t, whole.since(k), *rest)
		require.Equal(t, drawn, torch.Rand(torch.Shape{1}).Item())
		for i, p := range nn.StateDict(want) {
			require.True(t, torch.Equal(p.Tensor, nn.StateDict(got)[i].Tensor), p.Name)
		}
	})
}

// A run that ends between two epochs, or by MaxSteps, or by its context, goes on too.
func TestResumeAfterOtherEnds(t *testing.T) {
	c := recipe{Epochs: 3, BatchSize: 4, Workers: 1, Shuffle: true, Dropout: true, Accumulate: 2} // 3 steps an epoch
	whole := &diary{}
	fit, _ := c.make(t, whole)
	require.NoError(t, fit.Fit(t.Context()))
	require.Len(t, whole.steps, 9)
	for name, end := range map[string]func(path string) int{
		"between epochs": func(path string) int {
			s := &saver{path: path}
			fit, _ := c.make(t, s, onEpoch(func(trainer.Epoch) error { return s.save() }))
			require.ErrorIs(t, fit.Fit(t.Context()), errPower)
			return 3
		},
		"MaxSteps": func(path string) int {
			s := &saver{path: path}
			short := c
			short.MaxSteps = 4
			fit, _ := short.make(t, s, onEnd(func(e trainer.End) error { return s.save() }))
			require.ErrorIs(t, fit.Fit(t.Context()), errPower)
			return 4
		},
		"context": func(path string) int {
			ctx, cancel := context.WithCancel(t.Context())
			s := &saver{path: path}
			fit, _ := c.make(t, s, onEnd(func(e trainer.End) error { return s.save() }), onStep(func(s trainer.Step) error {
				if s.Step == 5 {
					cancel()
				}
				return nil
			}))
			var interrupted *trainer.InterruptedError
			require.ErrorAs(t, fit.Fit(ctx), &interrupted)
			return 5
		},
	} {
		path := filepath.Join(t.TempDir(), "state.safetensors")
		k := end(path)
		state, _, err := trainer.LoadState(path)
		require.NoError(t, err, name)
		rest := &diary{}
		fit, _ := c.make(t, rest)
		require.NoError(t, fit.Resume(t.Context(), state), name)
		got, want := *rest, whole.since(k)
		require.Equal(t, want.steps, got.steps, name)
		require.Equal(t, want.epochs[len(want.epochs)-1], got.epochs[len(got.epochs)-1], name)
	}
}

// k batches of a step have the gradients of one large batch.
func TestAccumulate(t *testing.T) {
	train := func(batch, accumulate int) *diary {
		c := recipe{Epochs: 2, BatchSize: batch, Accumulate: accumulate, Workers: 1}
		d := &diary{}
		fit, m := c.make(t, d)
		fit.Optimizer = optim.NewSGD(nn.Parameters(m), optim.LR(0.5)) // Adam's steps are the same for gradients of any scale
		require.NoError(t, fit.Fit(t.Context()))
		return d
	}
	large, several := train(12, 1), train(4, 3) // 20 samples: the last step has a batch of 8, and 4 and 4
	require.Len(t, several.steps, 4)
	for i, s := range several.steps {
		require.Equal(t, large.steps[i].Place, s.Place)
		require.Equal(t, large.steps[i].Samples, s.Samples)
		require.InDelta(t, large.steps[i].Loss, s.Loss, 1e-6)
	}
	require.InDelta(t, large.epochs[1].Validate.Loss, several.epochs[1].Validate.Loss, 1e-6)
}

func TestResumeRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.safetensors")
	c := recipe{Epochs: 2, BatchSize: 4, Workers: 1}
	fit, _ := c.make(t, &saver{path: path, at: 2})
	require.ErrorIs(t, fit.Fit(t.Context()), errPower)
	load := func() *torch.Dict {
		state, _, err := trainer.LoadState(path)
		require.NoError(t, err)
		return state
	}
	other := c
	other.BatchSize = 5
	fit, _ = other.make(t)
	require.ErrorContains(t, fit.Resume(t.Context(), load()), "the data are not those of the run: batches was 5, and is 4; batch_size was 4, and is 5")
	other = c
	other.OwnGenerator = true
	fit, _ = other.make(t)
	require.ErrorContains(t, fit.Resume(t.Context(), load()), `the generator "loader"`)
	other = c
	other.Scaler = true
	fit, _ = other.make(t)
	require.ErrorContains(t, fit.Resume(t.Context(), load()), "scaler")
	fit, _ = c.make(t)
	fit.Model = &net{FC: nn.NewLinear(2, 3)}
	require.ErrorContains(t, fit.Resume(t.Context(), load()), "the model is not that of the run")
	for _, key := range []string{"version", "epoch", "step", "batch", "model", "optimizer", "random", "sums", "epoch_random", "hooks", "data"} {
		state := load()
		state.Set(key, "nonsense")
		fit, _ = c.make(t)
		require.ErrorContains(t, fit.Resume(t.Context(), state), "resume", key)
	}
	fit, _ = c.make(t)
	require.ErrorContains(t, fit.Resume(t.Context(), nil), "nil")
	fit.Train = failing[point]{fit.Train, 100, nil}
	state := load()
	data := &torch.Dict{}
	data.Set("batches", 5)
	data.Set("batches_a_step", 1)
	state.Set("data", data)
	require.ErrorContains(t, fit.Resume(t.Context(), state), "give Trainer.Train a datasets.Loader")
}

// rows is an output that knows its number of samples, and no weight.
type rows int

func (n rows) Samples() int { return int(n) }

// The same where a batch counts as much as it has samples.
func TestAccumulateBySamples(t *testing.T) {
	train := func(batch, accumulate int) float64 {
		torch.ManualSeed(1)
		m := &net{FC: nn.NewLinear(2, 1)}
		fit := &trainer.Trainer[point, rows]{
			Model: m, Optimizer: optim.NewSGD(nn.Parameters(m), optim.LR(0.01)), Epochs: 2, Accumulate: accumulate,
			Train: loaderOf(t, newPoints(20), datasets.BatchSize(batch)),
			Step: func(b point) (*torch.Tensor, rows) {
				return m.FC.Forward(b.X).Square().Mean(), rows(b.X.Size(0))
			},
		}
		require.NoError(t, fit.Fit(t.Context()))
		return m.FC.Weight.Sum().Item()
	}
	require.InDelta(t, train(12, 1), train(4, 3), 1e-6)
	require.InDelta(t, train(12, 1), train(3, 4), 1e-6)
}

// What is counted goes on in the middle of an epoch, where its random numbers were.
func TestResumeOfACount(t *testing.T) {
	build := func(hs ...trainer.Hook) (*trainer.Trainer[int, rows], *net) {
		torch.ManualSeed(1)
		m := &net{FC: nn.NewLinear(2, 1)}
		return &trainer.Trainer[int, rows]{
			Model: m, Optimizer: optim.NewSGD(nn.Parameters(m), optim.LR(0.01)), Epochs: 2, Train: trainer.Count(7), Hooks: hs,
			Step: func(i int) (*torch.Tensor, rows) {
				return m.FC.Forward(torch.Rand(torch.Shape{3, 2}).Mul(i)).Square().Mean(), 3
			},
		}, m
	}
	fit, want := build()
	require.NoError(t, fit.Fit(t.Context()))
	path := filepath.Join(t.TempDir(), "state")
	fit, _ = build(&saver{path: path, at: 10})
	require.ErrorIs(t, fit.Fit(t.Context()), errPower)
	state, _, err := trainer.LoadState(path)
	require.NoError(t, err)
	fit, got := build()
	torch.Rand(torch.Shape{1})
	require.NoError(t, fit.Resume(t.Context(), state))
	require.Equal(t, weights(want), weights(got))
}
