package metrics

import (
	"fmt"
	"math"

	"multitorch/torch"
)

// Average says how one number is made of each class's.
type Average string

// The averages, as scikit-learn has them, over the classes that occur as a target or as a prediction.
const (
	Macro    Average = "macro"    // each class counts the same
	Weighted Average = "weighted" // each class counts as much as it has samples
	Binary   Average = "binary"   // of class 1 alone, the one that is looked for among two
	Micro    Average = "micro"    // of all samples together; where each has one class and one prediction it is the accuracy
)

// averaged is precision, recall or F1 over all classes.
type averaged struct {
	*ConfusionMatrix
	name    string
	average Average
	of      func(right, predicted, support int) float64
}

func newAveraged(name string, classes int, average Average, of func(right, predicted, support int) float64) averaged {
	switch average {
	case Macro, Weighted, Micro:
	case Binary:
		if classes != 2 {
			panic(&torch.Error{
				Op: name, Kind: torch.ValueError,
				Message: fmt.Sprintf("average %q: expected 2 classes, but got %d", average, classes),
			})
		}
	default:
		panic(&torch.Error{
			Op: name, Kind: torch.ValueError,
			Message: fmt.Sprintf("average %.40q: expected %q, %q, %q or %q", average, Macro, Weighted, Micro, Binary),
		})
	}
	return averaged{NewConfusionMatrix(classes), name, average, of}
}

// Name is the average's and the metric's: "weighted-recall".
func (m averaged) Name() string { return string(m.average) + "-" + m.name }

// Compute is the average, from 0 to 1: scikit-learn's with zero_division=0. NaN before the first sample.
func (m averaged) Compute() (float64, error) {
	var sum, weights float64
	var right, predicted, support int
	for class := range m.classes {
		if !m.occurs(class) {
			continue
		}
		r, p, s := m.At(class, class), m.predicted(class), m.Support(class)
		right, predicted, support = right+r, predicted+p, support+s
		weight := 1.
		if m.average == Weighted {
			weight = float64(s)
		}
		sum, weights = sum+weight*m.of(r, p, s), weights+weight
	}
	switch {
	case support == 0:
		return math.NaN(), m.Err()
	case m.average == Binary:
		return m.of(m.At(1, 1), m.predicted(1), m.Support(1)), m.Err()
	case m.average == Micro:
		return m.of(right, predicted, support), m.Err()
	}
	return sum / weights, m.Err()
}

// Precision is the share of the predictions of a class that are right, averaged over the classes.
type Precision struct{ averaged }

// NewPrecision makes one for the classes 0 to classes-1.
func NewPrecision(classes int, average Average) *Precision {
	return &Precision{newAveraged("precision", classes, average, func(right, predicted, _ int) float64 { return ratio(right, predicted, 0) })}
}

// Recall is the share of the samples of a class that are found, averaged over the classes.
type Recall struct{ averaged }

// NewRecall makes one for the classes 0 to classes-1.
func NewRecall(classes int, average Average) *Recall {
	return &Recall{newAveraged("recall", classes, average, func(right, _, support int) float64 { return ratio(right, support, 0) })}
}

// F1 is the harmonic mean of a class's precision and recall, averaged over the classes.
type F1 struct{ averaged }

// NewF1 makes one for the classes 0 to classes-1.
func NewF1(classes int, average Average) *F1 {
	return &F1{newAveraged("F1", classes, average, func(right, predicted, support int) float64 {
		return ratio(2*right, predicted+support, 0)
	})}
}
