package metrics

import (
	"fmt"
	"math"
	"slices"

	"multitorch/torch"
)

// Regressed is what a model said of numbers, and what would have been right: floats of one shape, [N] or [N, outputs].
type Regressed struct{ Output, Target *torch.Tensor }

// Samples is N.
func (r Regressed) Samples() int { return r.Target.Size(0) }

// both are output and target as [N, outputs] in double precision.
func (r Regressed) both() (output, target *torch.Tensor) {
	o, t := r.Output.Shape(), r.Target.Shape()
	if !slices.Equal(o, t) || len(o) < 1 || len(o) > 2 || !r.Output.DType().IsFloatingPoint() {
		panic(&torch.Error{Op: "metrics", Kind: torch.ValueError, Message: fmt.Sprintf(
			"expected outputs and targets as floats of one shape, [N] or [N, outputs], but got %v (%v) and %v (%v)",
			o, r.Output.DType(), t, r.Target.DType())})
	}
	output, target = r.Output.Detach().To(torch.Float64), r.Target.Detach().To(torch.Float64)
	if len(o) == 1 {
		return output.Unsqueeze(1), target.Unsqueeze(1)
	}
	return output, target
}

// errorMean is the mean of a function of the errors.
type errorMean struct {
	sum   *torch.Tensor
	count int
}

func (m *errorMean) add(r Regressed, f func(difference *torch.Tensor) *torch.Tensor) {
	torch.NoGrad(func() {
		output, target := r.both()
		sum := f(output.Sub(target)).Sum()
		if m.sum == nil {
			m.sum = torch.ZerosLike(sum).Keep()
		}
		m.sum.AddInplace(sum)
		m.count += target.Numel()
	})
}

// Compute is the mean, NaN before the first sample.
func (m *errorMean) Compute() (float64, error) {
	if m.count == 0 {
		return math.NaN(), nil
	}
	return m.sum.Item() / float64(m.count), nil
}

// Reset starts again with no samples.
func (m *errorMean) Reset() { *m = errorMean{} }

// MSE is the mean squared error.
type MSE struct{ errorMean }

// NewMSE makes one.
func NewMSE() *MSE { return new(MSE) }

// Name is "MSE".
func (m *MSE) Name() string { return "MSE" }

// Update takes a batch.
func (m *MSE) Update(r Regressed) { m.add(r, (*torch.Tensor).Square) }

// MAE is the mean absolute error.
type MAE struct{ errorMean }

// NewMAE makes one.
func NewMAE() *MAE { return new(MAE) }

// Name is "MAE".
func (m *MAE) Name() string { return "MAE" }

// Update takes a batch.
func (m *MAE) Update(r Regressed) { m.add(r, (*torch.Tensor).Abs) }

// R2 is the coefficient of determination: 1 minus the squared errors over those of saying the targets' mean, and the mean
// of that over the outputs, as scikit-learn's r2_score. 1 is the best; below 0 the mean would have been better.
type R2 struct {
	// sums of each output, in double precision: the squared errors, the targets' mean, and the squares about it
	errors, mean, squares *torch.Tensor
	count                 int
}

// NewR2 makes one.
func NewR2() *R2 { return new(R2) }

// Name is "R2".
func (m *R2) Name() string { return "R2" }

// Update takes a batch.
func (m *R2) Update(r Regressed) {
	torch.NoGrad(func() {
		output, target := r.both()
		n := target.Size(0)
		if n == 0 {
			return
		}
		errors, mean := output.Sub(target).Square().Sum(0), target.Mean(0)
		squares := target.Sub(mean).Square().Sum(0)
		m.add(errors, mean, squares, n)
	})
}

// add takes the sums of n samples.
func (m *R2) add(errors, mean, squares *torch.Tensor, n int) {
	if m.count == 0 {
		m.errors, m.mean, m.squares, m.count = errors.Clone().Keep(), mean.Clone().Keep(), squares.Clone().Keep(), n
		return
	}
	// The squares about the mean of both parts (Chan, Golub, LeVeque 1983): differences of large sums would be lost.
	all := float64(m.count + n)
	apart := mean.Sub(m.mean)
	m.errors.AddInplace(errors)
	m.squares.AddInplace(squares.Add(apart.Square().Mul(float64(m.count) * float64(n) / all)))
	m.mean.AddInplace(apart.Mul(float64(n) / all))
	m.count += n
}

// Compute is the coefficient. NaN for fewer than two samples; an output whose targets are all the same counts 1 where it
// is right, and else 0.
func (m *R2) Compute() (float64, error) {
	if m.count < 2 {
		return math.NaN(), nil
	}
	errors, squares := torch.ToSlice[float64](m.errors), torch.ToSlice[float64](m.squares)
	sum := 0.
	for i, e := range errors {
		switch {
		case squares[i] != 0:
			sum += 1 - e/squares[i]
		case e == 0:
			sum++
		}
	}
	return sum / float64(len(errors)), nil
}

// Reset starts again with no samples.
func (m *R2) Reset() { *m = R2{} }

// State implements [Stateful]: the sum and the count.
func (m *errorMean) State() []*torch.Tensor {
	if m.sum == nil {
		return nil
	}
	return []*torch.Tensor{m.sum, counted(m.count)}
}

// Merge implements [Stateful].
func (m *errorMean) Merge(state []*torch.Tensor) error {
	if state == nil {
		return nil
	}
	if err := fits("mean error", state, append(scalars(1), part{torch.Int64, []int{1}})...); err != nil {
		return err
	}
	n, err := counts("mean error", state[1])
	if err != nil {
		return err
	}
	m.sum, m.count = plus(m.sum, state[0]), m.count+n[0]
	return nil
}

// State implements [Stateful]: for each output the squared errors, the targets' mean and the squares about it; and the count.
func (m *R2) State() []*torch.Tensor {
	if m.count == 0 {
		return nil
	}
	return []*torch.Tensor{m.errors, m.mean, m.squares, counted(m.count)}
}

// Merge implements [Stateful].
func (m *R2) Merge(state []*torch.Tensor) error {
	if state == nil {
		return nil
	}
	outputs := -1
	if m.count > 0 {
		outputs = m.errors.Numel()
	} else if len(state) > 0 && state[0] != nil {
		outputs = state[0].Numel()
	}
	sums := part{torch.Float64, []int{outputs}}
	if err := fits("R2", state, sums, sums, sums, part{torch.Int64, []int{1}}); err != nil {
		return err
	}
	n, err := counts("R2", state[3])
	if err == nil && n[0] > 0 {
		torch.NoGrad(func() { m.add(state[0], state[1], state[2], n[0]) })
	}
	return err
}
