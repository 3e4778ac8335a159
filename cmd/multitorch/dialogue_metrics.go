package main

import (
	"fmt"
	"io"
	"math"
	"slices"

	"multitorch/torch"
)

// partAccuracy is the accuracy over some parts of the questions, such as the kinds that are relational.
type partAccuracy struct {
	name  string
	parts []string // what all are called; those with an empty name do not count here
	of    func(answered) *torch.Tensor

	sums *torch.Tensor // int64 [2, parts]: right and all, of every part; nil before the first batch
}

// Name is the parts' common one.
func (a *partAccuracy) Name() string { return a.name }

// IsShare is true.
func (a *partAccuracy) IsShare() bool { return true }

// Update takes a batch.
func (a *partAccuracy) Update(of answered) {
	torch.NoGrad(func() {
		parts := a.of(of)
		if a.sums == nil {
			a.sums = torch.Zeros(torch.Shape{2, len(a.parts)}, torch.Int64, parts.Device()).Keep()
		}
		right := of.Scores.Argmax(1).Eq(of.Target).To(torch.Int64)
		a.sums.IndexAddInplace(1, parts, torch.Stack([]*torch.Tensor{right, torch.OnesLike(right)}, 0), 1)
	})
}

// each calls f with the counts of each part.
func (a *partAccuracy) each(f func(part string, right, all int64)) {
	if a.sums == nil {
		return
	}
	sums := torch.ToSlice[int64](a.sums)
	for i, part := range a.parts {
		if part != "" {
			f(part, sums[i], sums[len(a.parts)+i])
		}
	}
}

func (a *partAccuracy) all() (right, all int64) {
	a.each(func(_ string, r, n int64) { right, all = right+r, all+n })
	return right, all
}

// Compute is the accuracy, from 0 to 1.
func (a *partAccuracy) Compute() (float64, error) {
	right, all := a.all()
	if all == 0 {
		return math.NaN(), nil
	}
	return float64(right) / float64(all), nil
}

// Reset starts again with no questions.
func (a *partAccuracy) Reset() { a.sums = nil }

// State implements metrics.Stateful: the counts.
func (a *partAccuracy) State() []*torch.Tensor {
	if a.sums == nil {
		return nil
	}
	return []*torch.Tensor{a.sums}
}

// Merge implements metrics.Stateful.
func (a *partAccuracy) Merge(state []*torch.Tensor) error {
	if state == nil {
		return nil
	}
	if len(state) != 1 || state[0].DType() != torch.Int64 || !slices.Equal(state[0].Shape(), []int{2, len(a.parts)}) {
		return fmt.Errorf("expected counts of %d parts", len(a.parts))
	}
	torch.NoGrad(func() {
		if a.sums == nil {
			a.sums = torch.ZerosLike(state[0]).Keep()
		}
		a.sums.AddInplace(state[0])
	})
	return nil
}

// write writes a line for each part that was asked, and one for all.
func (a *partAccuracy) write(w io.Writer) {
	line := func(name string, right, all int64) {
		if all > 0 {
			fmt.Fprintf(w, "%-14s  %6.1f %%  %9d\n", name, 100*float64(right)/float64(all), all)
		}
	}
	a.each(func(part string, right, all int64) { line("  "+part, right, all) })
	right, all := a.all()
	line(a.name, right, all)
}
