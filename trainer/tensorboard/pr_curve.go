package tensorboard

import (
	"fmt"
	"math"
	"slices"
)

// A Tensor is numbers of a shape, in the order of their last index.
type Tensor struct {
	Shape  []int
	Values []float32
}

func (Tensor) isData() {}

// thresholds is how many points a PR curve has, as SummaryWriter's at most.
const thresholds = 127

// PRCurve adds how precision and recall go together as the threshold of a yes moves from 0 to 1, as SummaryWriter.add_pr_curve does:
// probabilities of yes, from 0 to 1, and what was true. Nothing, numbers that do not match, and others than from 0 to 1 are errors.
func (w *Writer) PRCurve(tag string, step int, truth []bool, probabilities []float64) error {
	if len(truth) == 0 || len(truth) != len(probabilities) {
		return fmt.Errorf("tensorboard: PR curve %.80q at step %d: expected as many probabilities as truths, got %d and %d",
			tag, step, len(probabilities), len(truth))
	}
	var tp, fp [thresholds]float64
	for i, p := range probabilities {
		if !(p >= 0 && p <= 1) {
			return fmt.Errorf("tensorboard: PR curve %.80q at step %d: expected probabilities from 0 to 1, got %v at index %d", tag, step, p, i)
		}
		bucket := int(math.Floor(p * (thresholds - 1)))
		if truth[i] {
			tp[bucket]++
		} else {
			fp[bucket]++
		}
	}
	for i := thresholds - 2; i >= 0; i-- { // how many are at or above it
		tp[i] += tp[i+1]
		fp[i] += fp[i+1]
	}
	rows := make([][]float32, 6)
	for i := range thresholds {
		tn, fn := fp[0]-fp[i], tp[0]-tp[i]
		for k, v := range []float64{tp[i], fp[i], tn, fn, tp[i] / max(1e-7, tp[i]+fp[i]), tp[i] / max(1e-7, tp[i]+fn)} {
			rows[k] = append(rows[k], float32(v))
		}
	}
	return w.addValue(step, Value{
		Tag: tag, Plugin: "pr_curves", Content: appendInt(nil, 2, thresholds),
		Data: Tensor{[]int{6, thresholds}, slices.Concat(rows...)},
	})
}
