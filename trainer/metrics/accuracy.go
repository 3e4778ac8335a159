package metrics

import (
	"fmt"
	"math"
)

// An Accuracy is the share of predictions that are right. The zero Accuracy is ready for use. Where the classes are
// known, a [ConfusionMatrix] says more, and checks the labels.
type Accuracy struct {
	correct, count int
}

// Add takes a batch of predicted classes and the right ones. They must have the same length.
func (a *Accuracy) Add(pred, target []int) error {
	if err := sameLength("accuracy", pred, target); err != nil {
		return err
	}
	for i := range pred {
		if pred[i] == target[i] {
			a.correct++
		}
	}
	a.count += len(pred)
	return nil
}

// Value is the accuracy, from 0 to 1, or NaN before the first prediction.
func (a *Accuracy) Value() float64 { return ratio(a.correct, a.count, math.NaN()) }

// Count is the number of predictions.
func (a *Accuracy) Count() int { return a.count }

// Reset starts again with no predictions.
func (a *Accuracy) Reset() { *a = Accuracy{} }

func sameLength(metric string, pred, target []int) error {
	if len(pred) != len(target) {
		return fmt.Errorf("metrics: %s: expected as many predictions as targets, got %d and %d", metric, len(pred), len(target))
	}
	return nil
}

// ratio is a/b, or none where b is 0.
func ratio(a, b int, none float64) float64 {
	if b == 0 {
		return none
	}
	return float64(a) / float64(b)
}
