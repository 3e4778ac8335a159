package metrics

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Table writes one line for each class (precision, recall, F1, number of samples), and below them the accuracy and the
// macro-F1 over all:
//
//	class     precision  recall     F1  samples
//	cat           0.667   1.000  0.800        2
//	dog           1.000   0.500  0.667        2
//
//	accuracy                     0.750        4
//	macro-F1                     0.733
//
// names[i] is what class i is called; classes beyond the names go by their number. A class that neither occurs nor is
// predicted, and so does not count in the macro-F1, has dashes.
func (m *ConfusionMatrix) Table(names ...string) string {
	width := len("accuracy")
	for _, name := range names {
		width = max(width, utf8.RuneCountInString(name))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-*s  %9s  %6s  %5s  %7s\n", width, "class", "precision", "recall", "F1", "samples")
	for class := range m.classes {
		name := fmt.Sprint(class)
		if class < len(names) {
			name = names[class]
		}
		if !m.occurs(class) {
			fmt.Fprintf(&b, "%-*s  %9s  %6s  %5s  %7d\n", width, name, "-", "-", "-", 0)
			continue
		}
		fmt.Fprintf(&b, "%-*s  %9.3f  %6.3f  %5.3f  %7d\n",
			width, name, m.Precision(class), m.Recall(class), m.F1(class), m.Support(class))
	}
	fmt.Fprintf(&b, "\n%-*s  %24.3f  %7d\n", width, "accuracy", m.Accuracy(), m.Count())
	fmt.Fprintf(&b, "%-*s  %24.3f\n", width, "macro-F1", m.MacroF1())
	return b.String()
}
