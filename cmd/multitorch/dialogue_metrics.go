package main

import (
	"fmt"
	"io"
	"math"

	"multitorch/datasets/sortofclevr"
	"multitorch/torch"
)

// kindAccuracy is the accuracy over the questions that are relational, or over those that are not, and over each kind of
// them.
type kindAccuracy struct {
	relational bool
	sums       *torch.Tensor // int64 [2, kinds]: right and all, of every kind; nil before the first batch
}

func newKindAccuracy(relational bool) *kindAccuracy { return &kindAccuracy{relational: relational} }

// Name is "relational" or "not relational".
func (a *kindAccuracy) Name() string {
	if a.relational {
		return "relational"
	}
	return "not relational"
}

// IsShare is true.
func (a *kindAccuracy) IsShare() bool { return true }

// Update takes a batch.
func (a *kindAccuracy) Update(of answered) {
	torch.NoGrad(func() {
		if a.sums == nil {
			a.sums = torch.Zeros(torch.Shape{2, len(sortofclevr.Kinds())}, torch.Int64, of.kinds.Device()).Keep()
		}
		right := of.Scores.Argmax(1).Eq(of.Target).To(torch.Int64)
		a.sums.IndexAddInplace(1, of.kinds, torch.Stack([]*torch.Tensor{right, torch.OnesLike(right)}, 0), 1)
	})
}

// each calls f with the counts of each kind that it is about.
func (a *kindAccuracy) each(f func(k sortofclevr.Kind, right, all int64)) {
	if a.sums == nil {
		return
	}
	sums := torch.ToSlice[int64](a.sums)
	for i, k := range sortofclevr.Kinds() {
		if k.Relational() == a.relational {
			f(k, sums[i], sums[len(sums)/2+i])
		}
	}
}

func (a *kindAccuracy) all() (right, all int64) {
	a.each(func(_ sortofclevr.Kind, r, n int64) { right, all = right+r, all+n })
	return right, all
}

// Compute is the accuracy, from 0 to 1.
func (a *kindAccuracy) Compute() (float64, error) {
	right, all := a.all()
	if all == 0 {
		return math.NaN(), nil
	}
	return float64(right) / float64(all), nil
}

// Reset starts again with no questions.
func (a *kindAccuracy) Reset() { a.sums = nil }

// write writes a line for each kind that was asked, and one for all.
func (a *kindAccuracy) write(w io.Writer) {
	line := func(name string, right, all int64) {
		if all > 0 {
			fmt.Fprintf(w, "%-14s  %6.1f %%  %9d\n", name, 100*float64(right)/float64(all), all)
		}
	}
	a.each(func(k sortofclevr.Kind, right, all int64) { line("  "+k.String(), right, all) })
	right, all := a.all()
	line(a.Name(), right, all)
}
