package trainer

import (
	"context"
	"fmt"
	"math"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer/metrics"
)

// Evaluation is how well a model did on some batches.
type Evaluation struct {
	Loss    float64         // mean over the samples
	Samples int             // 0: there were none
	Metrics []metrics.Value // in the order of the metrics given
}

// Metric is the value of the metric of that name, NaN where there is none.
func (e Evaluation) Metric(name string) float64 {
	for _, v := range e.Metrics {
		if v.Name == name {
			return v.Value
		}
	}
	return math.NaN()
}

// Sized is a batch, or an output, that knows how many samples it has. Others count 1, and means over them are means over
// batches.
type Sized interface{ Samples() int }

// Weighted is an output that knows how much its loss counts in a mean over batches, where that is not its number of
// samples: a scalar where the loss lies. Targets that count for nothing are left out of it.
type Weighted interface{ Weight() *torch.Tensor }

// Evaluate measures a model in evaluation mode, without recording gradients. As in Python the model stays in evaluation
// mode; Fit sets training mode for each epoch. The metrics start anew, and stand afterwards as the batches left them. The
// end of ctx ends it before the next batch, with ctx's error.
func Evaluate[B, O any](ctx context.Context, model nn.Module, batches Batches[B], step func(B) (*torch.Tensor, O),
	ms ...metrics.Metric[O],
) (e Evaluation, err error) {
	sums, err := evaluate(ctx, model, batches, step, ms)
	if err != nil {
		return Evaluation{}, err
	}
	torch.NoGrad(func() {
		err = torch.Try(func() (err error) {
			e, err = sums.result()
			return err
		})
	})
	return e, err
}

// evaluate sums up what Evaluate is the mean of.
func evaluate[B, O any](ctx context.Context, model nn.Module, batches Batches[B], step func(B) (*torch.Tensor, O),
	ms []metrics.Metric[O],
) (sums *tally[O], err error) {
	nn.Eval(model)
	torch.NoGrad(func() {
		err = torch.Try(func() error {
			sums = newTally(ms)
			for batch, err := range batches.All(ctx) {
				if err != nil {
					return err
				}
				loss, output := step(batch)
				sums.add(loss, samplesOf(batch, output), weightOf(batch, output), output)
			}
			return nil
		})
	})
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("the evaluation was interrupted: %w", ctx.Err())
	}
	return sums, err
}

func samplesOf(batch, output any) int {
	for _, x := range []any{output, batch} {
		if s, ok := x.(Sized); ok {
			return s.Samples()
		}
	}
	return 1
}

// weightOf is what a batch's loss counts: a number of samples, or a scalar.
func weightOf(batch, output any) any {
	if w, ok := output.(Weighted); ok {
		return w.Weight()
	}
	return samplesOf(batch, output)
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
