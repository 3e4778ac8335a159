package metrics

import (
	"fmt"
	"math"
)

// A ConfusionMatrix counts, for every class, what its samples were predicted to be. Accuracy, precision, recall and F1
// are read from it; they follow scikit-learn with zero_division=0
// (https://scikit-learn.org/stable/modules/model_evaluation.html).
type ConfusionMatrix struct {
	counts [][]int // counts[target][pred]
}

// NewConfusionMatrix makes an empty matrix for the classes 0 to classes-1. Fewer than one class is an error.
func NewConfusionMatrix(classes int) (*ConfusionMatrix, error) {
	if classes < 1 {
		return nil, fmt.Errorf("metrics: confusion matrix: expected at least 1 class, got %d", classes)
	}
	m := &ConfusionMatrix{counts: make([][]int, classes)}
	for i := range m.counts {
		m.counts[i] = make([]int, classes)
	}
	return m, nil
}

// Add takes a batch of predicted classes and the right ones: pred[i] and target[i] belong to sample i. Different
// lengths, or a class that the matrix does not have, are errors.
func (m *ConfusionMatrix) Add(pred, target []int) error {
	if err := sameLength("confusion matrix", pred, target); err != nil {
		return err
	}
	for i := range pred {
		if err := m.check("prediction", i, pred[i]); err != nil {
			return err
		}
		if err := m.check("target", i, target[i]); err != nil {
			return err
		}
	}
	for i := range pred {
		m.counts[target[i]][pred[i]]++
	}
	return nil
}

func (m *ConfusionMatrix) check(what string, i, class int) error {
	if class < 0 || class >= m.Classes() {
		return fmt.Errorf("metrics: confusion matrix: %s %d: expected a class from 0 to %d, got %d",
			what, i, m.Classes()-1, class)
	}
	return nil
}

// Classes is the number of classes.
func (m *ConfusionMatrix) Classes() int { return len(m.counts) }

// At is the number of samples of class target that were predicted to be of class pred.
func (m *ConfusionMatrix) At(target, pred int) int { return m.counts[target][pred] }

// Count is the number of all samples.
func (m *ConfusionMatrix) Count() int {
	n := 0
	for class := range m.counts {
		n += m.Support(class)
	}
	return n
}

// Support is the number of samples of a class (the sum of its row).
func (m *ConfusionMatrix) Support(class int) int {
	n := 0
	for _, count := range m.counts[class] {
		n += count
	}
	return n
}

// predicted is how often a class was predicted (the sum of its column).
func (m *ConfusionMatrix) predicted(class int) int {
	n := 0
	for target := range m.counts {
		n += m.counts[target][class]
	}
	return n
}

// Accuracy is the share of all samples that were predicted right, from 0 to 1, or NaN before the first sample.
func (m *ConfusionMatrix) Accuracy() float64 {
	correct := 0
	for class := range m.counts {
		correct += m.At(class, class)
	}
	return ratio(correct, m.Count(), math.NaN())
}

// Precision is the share of the predictions of a class that were right, from 0 to 1; 0 if it was never predicted.
func (m *ConfusionMatrix) Precision(class int) float64 {
	return ratio(m.At(class, class), m.predicted(class), 0)
}

// Recall is the share of the samples of a class that were found, from 0 to 1; 0 if there are none.
func (m *ConfusionMatrix) Recall(class int) float64 {
	return ratio(m.At(class, class), m.Support(class), 0)
}

// F1 is the harmonic mean of a class's precision and recall, 2*right/(predicted + samples), from 0 to 1; 0 if the class
// neither occurs nor is predicted.
func (m *ConfusionMatrix) F1(class int) float64 {
	return ratio(2*m.At(class, class), m.predicted(class)+m.Support(class), 0)
}

// MacroF1 is the plain mean of F1 over the classes that occur, as a target or as a prediction: each class counts the
// same however many samples it has, and a class that the data never shows does not count. It is scikit-learn's
// f1_score(target, pred, average="macro", zero_division=0). NaN before the first sample.
func (m *ConfusionMatrix) MacroF1() float64 {
	sum, occurring := 0.0, 0
	for class := range m.counts {
		if m.occurs(class) {
			sum += m.F1(class)
			occurring++
		}
	}
	if occurring == 0 {
		return math.NaN()
	}
	return sum / float64(occurring)
}

func (m *ConfusionMatrix) occurs(class int) bool { return m.Support(class)+m.predicted(class) > 0 }

// Reset starts again with no samples.
func (m *ConfusionMatrix) Reset() {
	for _, row := range m.counts {
		clear(row)
	}
}
