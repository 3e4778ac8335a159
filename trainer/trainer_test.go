package trainer_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/metrics"
)

func TestFit(t *testing.T) {
	fit, model := newTrainer(t, 30)
	var steps []trainer.Step
	var epochs []trainer.Epoch
	var ends []trainer.End
	fit.Hooks = []trainer.Hook{
		onStart(func(s trainer.Start) error {
			require.Equal(t, []any{30, 90, model, trainer.Place{Epoch: 1}}, []any{s.Epochs, s.Steps, s.Model, s.From})
			return nil
		}),
		onStep(func(s trainer.Step) error {
			require.True(t, model.Training())
			steps = append(steps, s)
			return nil
		}),
		onEpoch(func(e trainer.Epoch) error {
			require.Len(t, steps, e.Step)
			epochs = append(epochs, e)
			return nil
		}),
		onEnd(func(e trainer.End) error { ends = append(ends, e); return nil }),
	}
	require.NoError(t, fit.Fit(t.Context()))

	require.Len(t, steps, 90)
	for i, s := range steps {
		require.Equal(t, []int{i/3 + 1, i + 1, []int{8, 8, 4}[i%3]}, []int{s.Epoch, s.Step, s.Samples})
		require.True(t, s.Read)
	}
	require.Len(t, epochs, 30)
	for i, e := range epochs {
		require.Equal(t, []int{i + 1, 3 * (i + 1)}, []int{e.Epoch, e.Step})
		var sum float64
		for _, s := range steps[3*i : 3*i+3] {
			sum += s.Loss * float64(s.Samples)
		}
		require.InDelta(t, sum/20, e.Train.Loss, 1e-12, "the mean over samples, not over batches")
		require.Equal(t, 20, e.Train.Samples)
		require.Equal(t, 12, e.Validate.Samples)
		require.Equal(t, i == 29, e.Last)
	}
	require.Less(t, epochs[29].Train.Loss, 0.3*epochs[0].Train.Loss)
	require.Greater(t, epochs[29].Validate.Metric("accuracy"), 0.9)
	require.True(t, math.IsNaN(epochs[29].Validate.Metric("none")))
	require.Equal(t, []trainer.End{{Place: trainer.Place{Epoch: 30, Step: 90}}}, ends)
}

// Fit is the same loop as one written by hand.
func TestFitIsThePlainLoop(t *testing.T) {
	fit, model := newTrainer(t, 3)
	fit.Validate = nil
	require.NoError(t, fit.Fit(t.Context()))
	fitted := weights(model)

	plain, model := newTrainer(t, 3)
	for range 3 {
		for b, err := range plain.Train.All(t.Context()) {
			require.NoError(t, err)
			loss, _ := plain.Step(b)
			plain.Optimizer.ZeroGrad()
			loss.Backward()
			plain.Optimizer.Step()
		}
	}
	require.Equal(t, weights(model), fitted)
}

func TestFitWithoutWhatMayBeLeftOut(t *testing.T) {
	fit, _ := newTrainer(t, 2)
	fit.Validate = nil
	var last trainer.Epoch
	hook(fit, onEpoch(func(e trainer.Epoch) error { last = e; return nil }))
	fit.Metrics = nil
	require.NoError(t, fit.Fit(t.Context()))
	require.Zero(t, last.Validate)
	require.Empty(t, last.Train.Metrics)
	require.Equal(t, 6, last.Step)
}

func TestFitRefuses(t *testing.T) {
	for want, change := range map[string]func(*fitter){
		"needs Model, Step, Train, and Optimizer or Update": func(f *fitter) { f.Step = nil },
		"needs Model, Step":                      func(f *fitter) { f.Model = nil },
		"a Trainer needs":                        func(f *fitter) { f.Optimizer = nil },
		"Train, and Optimizer or Update":         func(f *fitter) { f.Train = nil },
		"LossEvery: expected at least 1":         func(f *fitter) { f.LossEvery = -1 },
		"hook 0 is nil":                          func(f *fitter) { f.Hooks = []trainer.Hook{nil} },
		`hook 0, "nothing", has none of OnStart`: func(f *fitter) { hook(f, nothing{}) },
		"Epochs: expected at least 1, but got 0": func(f *fitter) { f.Epochs = 0 },
		"no training batches: the data set is empty": func(f *fitter) {
			f.Train = loaderOf(t, points{torch.Zeros(torch.Shape{0, 2}), torch.Zeros(torch.Shape{0}, torch.Int64)})
		},
		"smaller than a batch with DropLast": func(f *fitter) { f.Train = loaderOf(t, newPoints(7), datasets.DropLast(true)) },
	} {
		fit, _ := newTrainer(t, 1)
		change(fit)
		require.ErrorContains(t, fit.Fit(t.Context()), want)
	}
}

type nothing struct{}

func (nothing) Name() string { return "nothing" }

// OnStep has not the arguments of a hook.
func (nothing) OnStep(int) error { return nil }

// A loss that is read now and then changes nothing of the training, and is found out in the end.
func TestLossEvery(t *testing.T) {
	each, model := newTrainer(t, 2)
	require.NoError(t, each.Fit(t.Context()))
	want := weights(model)

	seldom, model := newTrainer(t, 2)
	seldom.LossEvery = 2
	var read []bool
	hook(seldom, onStep(func(s trainer.Step) error { read = append(read, s.Read); return nil }))
	require.NoError(t, seldom.Fit(t.Context()))
	require.Equal(t, want, weights(model))
	require.Equal(t, []bool{false, true, false, true, false, true}, read)

	never, model := newTrainer(t, 2)
	never.LossEvery = 1000
	hook(never, onStep(func(s trainer.Step) error {
		torch.NoGrad(func() { model.FC.Weight.FillInplace(math.NaN()) })
		return nil
	}))
	var e *trainer.NotFiniteError
	require.ErrorAs(t, never.Fit(t.Context()), &e)
	require.True(t, e.Applied)
	require.Equal(t, trainer.Place{Epoch: 1, Step: 3}, e.Place)
}

// A step of one's own takes the place of the optimizer's, with as many optimizers as it likes.
func TestUpdate(t *testing.T) {
	plain, model := newTrainer(t, 3)
	require.NoError(t, plain.Fit(t.Context()))
	want := weights(model)

	own, model := newTrainer(t, 3)
	optimizer := own.Optimizer
	own.Optimizer = nil
	own.Update = func(loss *torch.Tensor) error {
		optimizer.ZeroGrad()
		loss.Backward()
		optimizer.Step()
		return nil
	}
	require.NoError(t, own.Fit(t.Context()))
	require.Equal(t, want, weights(model))
}

// Targets that count for nothing are left out of the loss's mean and of the metrics, and class probabilities count.
func TestFitWithTargetsThatCountForNothing(t *testing.T) {
	fit, model := newTrainer(t, 1)
	fit.Validate = nil
	data := newPoints(20)
	data.class.IndexFillInplace(0, torch.New([]int64{0, 3, 5, 17}), -100)
	fit.Train = loaderOf(t, data)
	var train trainer.Evaluation
	hook(fit, onEpoch(func(e trainer.Epoch) error { train = e.Train; return nil }))
	require.NoError(t, fit.Fit(t.Context()))

	e, err := trainer.Evaluate(t.Context(), model, fit.Train, fit.Step, fit.Metrics...)
	require.NoError(t, err)
	require.Equal(t, 20, e.Samples)
	scores := model.FC.Forward(data.x)
	require.InDelta(t, nn.NewCrossEntropyLoss().Forward(scores, data.class).Item(), e.Loss, 1e-6)
	right := scores.Argmax(1).Eq(data.class).Sum().ItemInt()
	require.Equal(t, float64(right)/16, e.Metric("accuracy"))
	require.NotEqual(t, train.Loss, e.Loss)

	soft := func(b point) (*torch.Tensor, metrics.Classified) {
		scores, target := model.FC.Forward(b.X), b.X.Sum(1).Unsqueeze(1).Mul(torch.New([]float32{1, 2, 3})).Softmax(1)
		return nn.NewCrossEntropyLoss().Forward(scores, target), metrics.Classified{Scores: scores, Target: target}
	}
	fit.Step = soft
	require.NoError(t, fit.Fit(t.Context()))
	require.False(t, math.IsNaN(train.Metric("accuracy")))
}
