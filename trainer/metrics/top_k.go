package metrics

import (
	"fmt"
	"math"

	"multitorch/torch"
)

// TopK is the share of samples whose class is among the k with the highest scores.
type TopK struct {
	k    int
	sums *torch.Tensor // right, counted, and targets that are no class: int64 [3]; nil before the first batch
}

// NewTopK makes one. Fewer than one class panics with a [*torch.Error].
func NewTopK(k int) *TopK {
	if k < 1 {
		panic(&torch.Error{Op: "TopK", Kind: torch.ValueError, Message: fmt.Sprintf("expected k of at least 1, but got %d", k)})
	}
	return &TopK{k: k}
}

// Name is "top-5", for k = 5.
func (m *TopK) Name() string { return fmt.Sprintf("top-%d", m.k) }

// IsShare is true.
func (m *TopK) IsShare() bool { return true }

// Update takes a batch with scores [N, C, ...]. Of fewer than k classes all are among the first k.
func (m *TopK) Update(c Classified) {
	torch.NoGrad(func() {
		_, target, counted, classes := c.answers()
		if classes == 0 {
			panic(c.misfit("expected scores [N, C, ...], with a score for each class"))
		}
		_, first := c.Scores.Topk(min(m.k, classes), 1)
		right := first.Eq(target.Unsqueeze(1)).Any(1)
		wrong := counted.And(outside(target, classes))
		sums := torch.Stack([]*torch.Tensor{right.And(counted), counted, wrong}, 0).Flatten(1, -1).Sum(1)
		if m.sums == nil {
			m.sums = torch.Zeros(torch.Shape{3}, torch.Int64, sums.Device()).Keep()
		}
		m.sums.AddInplace(sums)
	})
}

// Compute is the share, from 0 to 1.
func (m *TopK) Compute() (float64, error) {
	if m.sums == nil {
		return math.NaN(), nil
	}
	sums := torch.ToSlice[int64](m.sums)
	if sums[2] > 0 {
		return 0, fmt.Errorf("%d targets are classes that there is no score for", sums[2])
	}
	return ratio(int(sums[0]), int(sums[1]), math.NaN()), nil
}

// Reset starts again with no samples.
func (m *TopK) Reset() { m.sums = nil }

// State implements [Stateful].
func (m *TopK) State() []*torch.Tensor { return stateOf(m.sums) }

// Merge implements [Stateful].
func (m *TopK) Merge(state []*torch.Tensor) error {
	return merge(m.Name(), &m.sums, 3, state)
}
