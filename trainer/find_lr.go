package trainer

import (
	"context"
	"errors"
	"fmt"
	"math"

	"multitorch/libm"
)

// LRRange is what [Trainer.FindLR] tries: learning rates from Min to Max, each as many times the one before. Zeros are 1e-8 to 1
// in 100 steps, and 4.
type LRRange struct {
	Min, Max float64
	Steps    int
	StopAt   float64 // it ends early when the smoothed loss is so many times the smallest
}

// LRCurve is what learning rates made of the loss.
type LRCurve struct {
	LR, Loss []float64 // of each step; the loss is smoothed, as an exponential average with 0.98 that begins with nothing
	// Best is the rate at which the loss falls fastest, against the rate's logarithm, but for the first steps, which the smoothing has
	// no hold on yet. It is a first guess: look at the curve (plot.LearningRates).
	Best float64
}

// FindLR is the range test of learning rates (Smith, Cyclical Learning Rates for Training Neural Networks, 2015): a short run in
// which each step has a higher rate, for all groups, until the loss runs away. No hook is called. Afterwards all is as before it:
// the model, the optimizer with its rates, the random numbers.
func (t *Trainer[B, O]) FindLR(ctx context.Context, r LRRange) (LRCurve, error) {
	r.Min, r.Max, r.Steps, r.StopAt = orElse(r.Min, 1e-8), orElse(r.Max, 1), orElse(r.Steps, 100), orElse(r.StopAt, 4)
	switch {
	case t.Optimizer == nil:
		return LRCurve{}, errors.New("FindLR: expected a Trainer with an Optimizer, but it has none")
	case !(r.Min > 0 && r.Min < r.Max) || r.Steps < 2 || !(r.StopAt > 1):
		return LRCurve{}, fmt.Errorf("FindLR: expected rates with 0 < Min < Max, at least 2 Steps and a StopAt above 1, but got %+v", r)
	}
	test := &rangeTest{LRRange: r, set: func(rate float64) {
		for _, g := range t.Optimizer.ParamGroups() {
			g.LR = rate
		}
	}}
	err := t.trial(func(quick *Trainer[B, O]) error {
		quick.Epochs, quick.MaxSteps, quick.LossEvery = math.MaxInt32, r.Steps, 1
		quick.Validate, quick.Hooks = nil, []Hook{test}
		return quick.Fit(ctx)
	})
	var notFinite *NotFiniteError
	if errors.As(err, &notFinite) && len(test.curve.LR) > 1 { // it ran away
		err = nil
	}
	test.curve.Best = test.curve.steepest()
	return test.curve, err
}

func orElse[T int | float64](v, other T) T {
	if v == 0 {
		return other
	}
	return v
}

// rangeTest is the hook that raises the rate.
type rangeTest struct {
	LRRange
	set      func(rate float64)
	curve    LRCurve
	smoothed float64
}

func (*rangeTest) Name() string { return "range test of learning rates" }

func (t *rangeTest) rate(step int) float64 {
	return t.Min * libm.Pow(t.Max/t.Min, float64(step)/float64(t.Steps-1))
}

func (t *rangeTest) OnStart(Start) error {
	t.set(t.rate(0))
	return nil
}

func (t *rangeTest) OnStep(s Step) error {
	const keeps = 0.98
	t.smoothed = keeps*t.smoothed + (1-keeps)*s.Loss
	loss := t.smoothed / (1 - libm.Pow(keeps, float64(s.Step)))
	t.curve.LR, t.curve.Loss = append(t.curve.LR, t.rate(s.Step-1)), append(t.curve.Loss, loss)
	least := loss
	for _, l := range t.curve.Loss {
		least = min(least, l)
	}
	if s.Step > 10 && loss > t.StopAt*least {
		return ErrStop
	}
	t.set(t.rate(s.Step))
	return nil
}

// steepest is where the loss falls fastest; 0 of fewer than three points.
func (c LRCurve) steepest() (rate float64) {
	const skipped = 10
	from := min(skipped, len(c.Loss)/3)
	fastest := math.Inf(1)
	for i := max(from, 1); i+1 < len(c.Loss); i++ {
		if slope := c.Loss[i+1] - c.Loss[i-1]; slope < fastest { // the steps of the logarithm are equal
			fastest, rate = slope, c.LR[i]
		}
	}
	return rate
}
