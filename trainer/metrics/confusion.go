package metrics

import (
	"fmt"
	"math"

	"multitorch/torch"
)

// A ConfusionMatrix counts, for every class, what its samples were predicted to be. Accuracy, precision, recall and F1
// are read from it; they follow scikit-learn with zero_division=0
// (https://scikit-learn.org/stable/modules/model_evaluation.html).
//
// It counts where the batches lie, and is read back when it is asked.
type ConfusionMatrix struct {
	classes int
	sums    *torch.Tensor // int64 [classes*classes + 1]: target by prediction, and last what is no class; nil: nothing yet
	counts  []int         // the same, as it was read; nil where it is to be read again
}

// NewConfusionMatrix makes an empty matrix for the classes 0 to classes-1. Fewer than one class panics with a
// [*torch.Error].
func NewConfusionMatrix(classes int) *ConfusionMatrix {
	if classes < 1 {
		panic(&torch.Error{
			Op: "ConfusionMatrix", Kind: torch.ValueError,
			Message: fmt.Sprintf("expected at least 1 class, but got %d", classes),
		})
	}
	return &ConfusionMatrix{classes: classes}
}

// Update takes a batch.
func (m *ConfusionMatrix) Update(c Classified) {
	torch.NoGrad(func() {
		predicted, target, counted, scores := c.answers()
		if scores > m.classes {
			panic(c.misfit(fmt.Sprintf("expected scores of the matrix's %d classes", m.classes)))
		}
		bad := outside(target, m.classes)
		if scores == 0 {
			bad = bad.Or(outside(predicted, m.classes))
		}
		place := target.Mul(m.classes).Add(predicted).MaskedFill(bad, m.classes*m.classes)
		if m.sums == nil {
			m.sums = torch.Zeros(torch.Shape{m.classes*m.classes + 1}, torch.Int64, place.Device()).Keep()
		}
		m.sums.IndexAddInplace(0, place.Flatten(0, -1), counted.To(torch.Int64).Flatten(0, -1), 1)
		m.counts = nil
	})
}

// read is the counts, target by prediction, and last the labels that were no class.
func (m *ConfusionMatrix) read() []int {
	if m.counts == nil {
		m.counts = make([]int, m.classes*m.classes+1)
		if m.sums != nil {
			for i, n := range torch.ToSlice[int64](m.sums) {
				m.counts[i] = int(n)
			}
		}
	}
	return m.counts
}

// Err says whether there were targets or predictions that are no class of the matrix. They are counted nowhere else.
func (m *ConfusionMatrix) Err() error {
	if n := m.read()[m.classes*m.classes]; n > 0 {
		return fmt.Errorf("%d targets or predictions are no class: expected classes from 0 to %d", n, m.classes-1)
	}
	return nil
}

// Classes is the number of classes.
func (m *ConfusionMatrix) Classes() int { return m.classes }

// At is the number of samples of class target that were predicted to be of class pred.
func (m *ConfusionMatrix) At(target, pred int) int {
	return m.read()[target*m.classes : (target+1)*m.classes][pred]
}

// Count is the number of all samples.
func (m *ConfusionMatrix) Count() int {
	n := 0
	for class := range m.classes {
		n += m.Support(class)
	}
	return n
}

// Support is the number of samples of a class (the sum of its row).
func (m *ConfusionMatrix) Support(class int) int {
	n := 0
	for pred := range m.classes {
		n += m.At(class, pred)
	}
	return n
}

// predicted is how often a class was predicted (the sum of its column).
func (m *ConfusionMatrix) predicted(class int) int {
	n := 0
	for target := range m.classes {
		n += m.At(target, class)
	}
	return n
}

// Accuracy is the share of all samples that were predicted right, from 0 to 1, or NaN before the first sample.
func (m *ConfusionMatrix) Accuracy() float64 {
	correct := 0
	for class := range m.classes {
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
	for class := range m.classes {
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
func (m *ConfusionMatrix) Reset() { m.sums, m.counts = nil, nil }

// State implements [Stateful]: the counts.
func (m *ConfusionMatrix) State() []*torch.Tensor { return stateOf(m.sums) }

// Merge implements [Stateful].
func (m *ConfusionMatrix) Merge(state []*torch.Tensor) error {
	m.counts = nil
	return merge("ConfusionMatrix", &m.sums, m.classes*m.classes+1, state)
}
