package metrics

import (
	"fmt"
	"math"

	"multitorch/torch"
)

// Accuracy is the share of predictions that are right, among those that count.
type Accuracy struct {
	sums *torch.Tensor // right, counted, and targets that are no class: int64 [3]; nil before the first batch
}

// NewAccuracy makes one.
func NewAccuracy() *Accuracy { return new(Accuracy) }

// Name is "accuracy".
func (a *Accuracy) Name() string { return "accuracy" }

// IsShare is true.
func (a *Accuracy) IsShare() bool { return true }

// Update takes a batch.
func (a *Accuracy) Update(c Classified) {
	torch.NoGrad(func() {
		predicted, target, counted, classes := c.answers()
		wrong := counted
		if classes > 0 {
			wrong = counted.And(outside(target, classes))
		} else {
			wrong = counted.And(target.Lt(0))
		}
		sums := torch.Stack([]*torch.Tensor{predicted.Eq(target).And(counted), counted, wrong}, 0).Flatten(1, -1).Sum(1)
		if a.sums == nil {
			a.sums = torch.Zeros(torch.Shape{3}, torch.Int64, sums.Device()).Keep()
		}
		a.sums.AddInplace(sums)
	})
}

// Compute is the accuracy, from 0 to 1.
func (a *Accuracy) Compute() (float64, error) {
	if a.sums == nil {
		return math.NaN(), nil
	}
	sums := torch.ToSlice[int64](a.sums)
	if sums[2] > 0 {
		return 0, fmt.Errorf("%d targets are classes that there is no score for", sums[2])
	}
	return ratio(int(sums[0]), int(sums[1]), math.NaN()), nil
}

// Reset starts again with no predictions.
func (a *Accuracy) Reset() { a.sums = nil }

// ratio is a/b, or none where b is 0.
func ratio(a, b int, none float64) float64 {
	if b == 0 {
		return none
	}
	return float64(a) / float64(b)
}

// State implements [Stateful].
func (a *Accuracy) State() []*torch.Tensor { return stateOf(a.sums) }

// Merge implements [Stateful].
func (a *Accuracy) Merge(state []*torch.Tensor) error {
	return merge("accuracy", &a.sums, 3, state)
}
