package hooks_test

import (
	"bytes"
	stdimage "image"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/optim/lr_scheduler"
	"multitorch/optim/swa_utils"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/hooks"
	"multitorch/trainer/metrics"
	"multitorch/trainer/tensorboard"
)

// log keeps what monitors write.
type log map[string]map[int]float64

func (l log) Scalar(tag string, step int, value float64) error {
	if l[tag] == nil {
		l[tag] = map[int]float64{}
	}
	l[tag][step] = value
	return nil
}

// after is a hook that is a function, called after each step.
type after func(trainer.Step) error

func (after) Name() string                  { return "after" }
func (f after) OnStep(s trainer.Step) error { return f(s) }

func flat(m nn.Module) (all []float32) {
	for _, p := range nn.Parameters(m) {
		all = append(all, torch.ToSlice[float32](p.Detach().Flatten(0, -1))...)
	}
	return all
}

func TestMonitors(t *testing.T) {
	l := log{}
	r := newRun(2)
	r.Clip.Norm = 1e-3
	schedule := lr_scheduler.NewStepLR(r.Optimizer, 1, lr_scheduler.Gamma(0.5))
	r.Hooks = []trainer.Hook{
		&hooks.Schedule{Scheduler: schedule, ByEpoch: true}, &hooks.LearningRates{Optimizer: r.Optimizer, To: l, Every: 5},
		&hooks.GradientNorms{To: l, Each: true}, &hooks.Throughput{To: l, Every: 2}, &hooks.Memory{To: l, Every: 10},
	}
	require.NoError(t, r.Fit(t.Context()))
	require.Equal(t, map[int]float64{5: 0.01, 10: 0.005}, l["lr"], "the rate of the step, not of the next one")
	require.Len(t, l["gradient_norm"], 10)
	for step, n := range l["gradient_norm"] {
		weight, bias := l["gradient_norm/weight"][step], l["gradient_norm/bias"][step]
		require.InDelta(t, math.Sqrt(weight*weight+bias*bias), n, 1e-9)
		require.Greater(t, n, 1e-2, "before clipping")
	}
	require.Len(t, l["throughput/samples_per_second"], 5)
	for step, v := range l["throughput/samples_per_second"] {
		require.InEpsilon(t, v, l["throughput/steps_per_second"][step], 1e-9, "each step has one sample")
		require.GreaterOrEqual(t, l["throughput/data_wait_percent"][step], 0.)
		require.LessOrEqual(t, l["throughput/data_wait_percent"][step], 100.)
	}
	require.Equal(t, []int{1, 1, 1}, []int{len(l["memory/tensors"]), len(l["memory/tensors_MiB"]), len(l["memory/resident_MiB"])})
	require.Greater(t, l["memory/resident_MiB"][10], 10.)
}

// An exponential average is that of its formula, is what validations measure, and leaves the run's weights and numbers alone.
func TestEMA(t *testing.T) {
	const decay = 0.9
	plain := newRun(2)
	require.NoError(t, plain.Fit(t.Context()))

	r := newRun(2)
	ema := hooks.NewEMA(r.Model, decay)
	var want []float64
	measured := map[int]float64{}
	r.Hooks = []trainer.Hook{ema, after(func(s trainer.Step) error {
		for i, w := range flat(r.Model) {
			if s.Step == 1 {
				want = append(want, float64(w))
			} else {
				want[i] = decay*want[i] + (1-decay)*float64(w)
			}
		}
		return nil
	}), epochs(func(e trainer.Epoch) error { measured[e.Epoch] = e.Validate.Loss; return nil })}
	require.NoError(t, r.Fit(t.Context()))
	require.Equal(t, flat(plain.Model), flat(r.Model))
	require.Equal(t, 10, ema.Count())
	got := flat(ema.Model())
	for i := range want {
		require.InDelta(t, want[i], got[i], 1e-5)
	}
	require.NotEqual(t, got, flat(r.Model))
	own, err := r.Evaluate(t.Context())
	require.NoError(t, err)
	require.NotEqual(t, own.Loss, measured[2])
	require.NoError(t, nn.LoadStateDict(r.Model, nn.StateDict(ema.Model())))
	averaged, err := r.Evaluate(t.Context())
	require.NoError(t, err)
	require.Equal(t, averaged.Loss, measured[2], "the validation measured the average")

	require.NoError(t, ema.OnStep(trainer.Step{Skipped: true}))
	require.Equal(t, 10, ema.Count(), "a step that was left out has no weights of its own")
	other := newRun(1, ema)
	require.ErrorContains(t, other.Fit(t.Context()), "made for another model")
}

type epochs func(trainer.Epoch) error

func (epochs) Name() string                    { return "epochs" }
func (f epochs) OnEpoch(e trainer.Epoch) error { return f(e) }

func TestSWA(t *testing.T) {
	r := newRun(4)
	swa := hooks.NewSWA(r.Model, 2, swa_utils.UseBuffers(true))
	sum := make([]float64, 4)
	r.Hooks = []trainer.Hook{swa, epochs(func(e trainer.Epoch) error {
		for i, w := range flat(r.Model) {
			if e.Epoch >= 2 {
				sum[i] += float64(w) / 3
			}
		}
		return nil
	})}
	require.NoError(t, r.Fit(t.Context()))
	require.Equal(t, []any{"SWA", 3}, []any{swa.Name(), swa.Count()})
	for i, w := range flat(swa.Model()) {
		require.InDelta(t, sum[i], w, 1e-5)
	}
}

// What hooks keep goes on where a run was resumed.
func TestHooksResume(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	build := func(epochs int, more ...trainer.Hook) (*run, *hooks.Averaged, *hooks.EarlyStopping, *hooks.Best) {
		r := newRun(epochs)
		ema := hooks.NewEMA(r.Model, 0.5)
		stop := &hooks.EarlyStopping{Mode: hooks.Min, Patience: 50}
		best := &hooks.Best{Path: filepath.Join(filepath.Dir(path), "best"), Mode: hooks.Min, Model: ema.Model()}
		r.Hooks = append([]trainer.Hook{ema, stop, best}, more...)
		return r, ema, stop, best
	}
	whole, want, wantStop, wantBest := build(4)
	require.NoError(t, whole.Fit(t.Context()))
	require.NoError(t, os.Remove(wantBest.Path))

	r, _, _, _ := build(4, &keeper{path: path, at: 3})
	require.ErrorIs(t, r.Fit(t.Context()), errBroken)
	r, ema, stop, best := build(4)
	state, _, err := trainer.LoadState(path)
	require.NoError(t, err)
	require.NoError(t, r.Resume(t.Context(), state))
	require.Equal(t, flat(want.Model()), flat(ema.Model()))
	require.Equal(t, want.Count(), ema.Count())
	require.Equal(t, flat(whole.Model), flat(r.Model))
	for _, pair := range [][2]interface {
		Best() (float64, trainer.Place)
	}{{wantStop, stop}, {wantBest, best}} {
		w, wAt := pair[0].Best()
		g, gAt := pair[1].Best()
		require.Equal(t, []any{w, wAt}, []any{g, gAt})
	}
}

// keeper writes the state of the run after an epoch, and ends it.
type keeper struct {
	path  string
	at    int
	start trainer.Start
}

func (*keeper) Name() string                    { return "keeper" }
func (k *keeper) OnStart(s trainer.Start) error { k.start = s; return nil }
func (k *keeper) OnEpoch(e trainer.Epoch) error {
	if e.Epoch != k.at {
		return nil
	}
	state, err := k.start.State()
	if err == nil {
		err = trainer.SaveState(k.path, state, nil)
	}
	if err != nil {
		return err
	}
	return errBroken
}

func TestBest(t *testing.T) {
	path := filepath.Join(t.TempDir(), "best")
	b := &hooks.Best{Path: path, Metric: "accuracy", Mode: hooks.Max}
	model := nn.NewLinear(1, 2)
	require.NoError(t, b.OnStart(trainer.Start{Model: model}))
	for i, v := range []float64{0.1, 0.3, 0.3, 0.2, 0.4, 0.4} {
		e := trainer.Evaluation{Samples: 1, Loss: 1, Metrics: []metrics.Value{{Name: "accuracy", Value: v}}}
		place := trainer.Place{Epoch: i + 1, Step: 10 * (i + 1)}
		if i%2 == 0 {
			require.NoError(t, b.OnValidate(trainer.Validation{Place: place, Validate: e}))
		} else {
			require.NoError(t, b.OnEpoch(trainer.Epoch{Place: place, Validate: e}))
		}
		require.Equal(t, []int{10, 20, 20, 20, 50, 50}[i], stepOf(t, path))
	}
	b.Path = filepath.Join(path, "no folder", "best")
	e := trainer.Evaluation{Samples: 1, Metrics: []metrics.Value{{Name: "accuracy", Value: 0.5}}}
	require.Error(t, b.OnEpoch(trainer.Epoch{Validate: e}), "it is not the best that is saved")
	b.Path = path
	value, at := b.Best()
	require.Equal(t, []any{0.4, 50}, []any{value, at.Step})
	require.ErrorContains(t, b.OnStart(trainer.Start{Model: model}), "is there already")
	require.NoError(t, b.OnStart(trainer.Start{Model: model, From: trainer.Place{Step: 3}}))
	require.ErrorContains(t, (&hooks.Best{Path: path}).OnStart(trainer.Start{}), "Best.Mode: expected Min or Max")
	require.ErrorContains(t, newRun(1, &hooks.Best{Path: path + "2", Metric: "F1", Mode: hooks.Max}).Fit(t.Context()), `no value of "F1"`)
}

func TestPlateau(t *testing.T) {
	r := newRun(4)
	r.Optimizer = optim.NewSGD(nn.Parameters(r.Model), optim.LR(1e-30)) // nothing becomes better
	r.Hooks = []trainer.Hook{
		&hooks.Plateau{Scheduler: lr_scheduler.NewReduceLROnPlateau(r.Optimizer, lr_scheduler.Patience(0), lr_scheduler.Eps(0))},
		&hooks.Plateau{Scheduler: lr_scheduler.NewReduceLROnPlateau(r.Optimizer), Label: "of accuracy", Metric: "accuracy"},
	}
	require.NoError(t, r.Fit(t.Context()))
	require.InEpsilon(t, 1e-33, r.Optimizer.ParamGroups()[0].LR, 1e-9)
	r.Hooks = r.Hooks[:1]
	r.Validate = nil
	require.ErrorContains(t, r.Fit(t.Context()), "hook plateau: the validation has no value")
}

// The time of validations is not that of training.
func TestThroughputWithoutValidations(t *testing.T) {
	const validation = 300 * time.Millisecond
	h := &hooks.Throughput{To: log{}, Every: 10}
	begin := time.Now()
	require.NoError(t, h.OnStart(trainer.Start{Times: func() (times trainer.Times) { return times }}))
	after, err := h.AroundValidate(trainer.Place{})
	require.NoError(t, err)
	time.Sleep(validation)
	after()
	require.NoError(t, h.OnStep(trainer.Step{Place: trainer.Place{Step: 10}, Samples: 80}))
	require.Greater(t, h.Last().Steps, 10/(time.Since(begin)-validation).Seconds(), "10 steps in the time beside it")
	require.InEpsilon(t, 8*h.Last().Steps, h.Last().Samples, 1e-9)
}

func TestModelSummary(t *testing.T) {
	var out bytes.Buffer
	r := newRun(1)
	r.Hooks = []trainer.Hook{&hooks.Summary{W: &out, Forward: func() { r.Model.(*nn.Linear).Forward(torch.Zeros(torch.Shape{3, 1})) }}}
	require.NoError(t, r.Fit(t.Context()))
	require.Contains(t, out.String(), "[3, 2]")
}

// Tables of samples change no number of the run.
func TestSamples(t *testing.T) {
	plain := newRun(2)
	require.NoError(t, plain.Fit(t.Context()))
	dir := t.TempDir()
	w, err := tensorboard.NewWriter(dir)
	require.NoError(t, err)
	r := newRun(2)
	r.Hooks = []trainer.Hook{&hooks.Samples{Dir: dir, Writer: w, Draw: func() (all []hooks.Sample, err error) {
		torch.Rand(torch.Shape{1})
		require.False(t, r.Model.(*nn.Linear).Training())
		for i, said := range []string{"cat", "dog", "bird"} {
			m := stdimage.NewRGBA(stdimage.Rect(0, 0, 20, 10+10*i))
			for k := range m.Pix {
				m.Pix[k] = uint8(50*i + k%4*40)
			}
			all = append(all, hooks.Sample{Picture: m, Truth: []string{"cat", "horse", ""}[i], Said: said})
		}
		return all, nil
	}}}
	require.NoError(t, r.Fit(t.Context()))
	require.NoError(t, w.Close())
	require.Equal(t, flat(plain.Model), flat(r.Model))
	require.FileExists(t, filepath.Join(dir, "samples-0001.png"))
	require.FileExists(t, filepath.Join(dir, "samples-0002.png"))
	if keep := os.Getenv("KEEP_PICTURES"); keep != "" {
		data, err := os.ReadFile(filepath.Join(dir, "samples-0002.png"))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(keep, "samples.png"), data, 0o644))
	}
}

// twoSided is a model of two inputs that meet outside of any module.
type twoSided struct {
	nn.Base
	Image *nn.Sequential
	Text  *nn.Embedding
	Head  *nn.Linear
}

func (m *twoSided) Forward(image, text *torch.Tensor) *torch.Tensor {
	return m.Head.Forward(m.Image.Forward(image).Add(m.Text.Forward(text)))
}

func TestModuleGraph(t *testing.T) {
	m := &twoSided{
		Image: nn.NewSequential(nn.NewLinear(5, 4), nn.NewReLU()), Text: nn.NewEmbedding(7, 4), Head: nn.NewLinear(4, 2),
	}
	nn.Eval(m.Head)
	torch.ManualSeed(1)
	nodes := hooks.ModuleGraph(m, func() {
		require.False(t, m.Text.Training())
		torch.Rand(torch.Shape{1})
		m.Forward(torch.Zeros(torch.Shape{3, 5}), torch.Zeros(torch.Shape{3}, torch.Int64))
	})
	torch.ManualSeed(1)
	require.Equal(t, []bool{true, true, false}, []bool{m.Training(), m.Text.Training(), m.Head.Training()})
	inputs := map[string][]string{}
	for _, n := range nodes {
		inputs[n.Name] = n.Inputs
		if n.Name == "image/0/Linear" {
			require.Equal(t, []int{3, 4}, n.Shape)
			require.Contains(t, n.Text, "in_features=5")
		}
	}
	require.Equal(t, map[string][]string{
		"image/0/weight": nil, "image/0/bias": nil, "text/weight": nil, "head/weight": nil,
		"head/bias": nil, "input_3_5": nil, "input_3": nil,
		"image/0/Linear": {"image/0/weight", "image/0/bias", "input_3_5"},
		"image/1/ReLU":   {"image/0/Linear"},
		"text/Embedding": {"text/weight", "input_3"},
		"head/Linear": {
			"head/weight", "head/bias", "image/1/ReLU", "text/Embedding",
		},
	}, inputs)
	for _, n := range hooks.ModuleGraph(m, nil) {
		require.False(t, strings.HasPrefix(n.Name, "input"))
	}
}

// A state that is no hook's is an error, and leaves the hook as it was.
func TestHooksRefuseStates(t *testing.T) {
	ema := hooks.NewEMA(nn.NewLinear(1, 2), 0.9)
	other := hooks.NewEMA(nn.NewLinear(3, 2), 0.9)
	for name, h := range map[string]trainer.Stateful{
		"EMA": ema, "stopping": &hooks.EarlyStopping{}, "best": &hooks.Best{},
	} {
		good := h.StateDict()
		for key := range good.All() {
			for _, bad := range []any{nil, "text", []any{}, int64(-1)} {
				if bad == int64(-1) && key != "count" && key != "since" {
					continue
				}
				d := &torch.Dict{}
				for k, v := range good.All() {
					d.Set(k, v)
				}
				d.Set(key, bad)
				require.Error(t, h.LoadStateDict(d), "%s: %v is %v", name, key, bad)
			}
		}
		require.Error(t, h.LoadStateDict(&torch.Dict{}))
		require.NoError(t, h.LoadStateDict(good))
	}
	before := flat(ema.Model())
	require.Error(t, ema.LoadStateDict(other.StateDict()))
	require.Equal(t, before, flat(ema.Model()))
	require.Zero(t, ema.Count())
}
