package ctc

import (
	"fmt"
	"slices"

	"multitorch/torch"
)

// Greedy takes the best label of each step, and of them what they mean: runs of one label are one, and blanks nothing.
// scores are [N, T, C]; steps, integers [N], say how many of the T count of each, and may be nil for all. The result is the
// labels of each of the N.
func Greedy(scores, steps *torch.Tensor) [][]int64 {
	if scores.Dim() != 3 {
		panic(invalid("Greedy", "expected scores [N, T, C], but got the shape %v", scores.Shape()))
	}
	n, t := scores.Size(0), scores.Size(1)
	counts := lengthsOf("Greedy", steps, n, t)
	best := torch.ToSlice[int64](scores.Argmax(2))
	labels := make([][]int64, n)
	for i := range labels {
		labels[i] = Collapse(best[i*t : i*t+counts[i]])
	}
	return labels
}

// Collapse is what a label for each step means: runs of one label are one, and blanks nothing.
func Collapse(path []int64) (labels []int64) {
	last := int64(Blank)
	for _, l := range path {
		if l != last && l != Blank {
			labels = append(labels, l)
		}
		last = l
	}
	return labels
}

// LeastSteps is how many steps labels need at least: one each, and a blank between two that are the same. With fewer the
// loss of CTC is infinite.
func LeastSteps(labels []int64) int {
	n := len(labels)
	for i := 1; i < len(labels); i++ {
		if labels[i] == labels[i-1] {
			n++
		}
	}
	return n
}

// CheckLengths returns an error that names the first utterance whose labels do not fit into its steps.
func CheckLengths(names []string, steps []int, labels [][]int64) error {
	if len(names) != len(steps) || len(steps) != len(labels) {
		return fmt.Errorf("%d names, %d lengths and %d texts: expected as many of each", len(names), len(steps), len(labels))
	}
	for i, l := range labels {
		if need := LeastSteps(l); steps[i] < need {
			return fmt.Errorf("%q has %d steps, but its text of %d labels needs %d: CTC's loss would be infinite",
				names[i], steps[i], len(l), need)
		}
	}
	return nil
}

// lengthsOf is how many steps count of each of n sequences.
func lengthsOf(op string, steps *torch.Tensor, n, t int) []int {
	if steps == nil {
		return slices.Repeat([]int{t}, n)
	}
	if steps.Dim() != 1 || steps.Size(0) != n || steps.DType().IsFloatingPoint() {
		panic(invalid(op, "expected steps of %d integers, but got %v %v", n, steps.DType(), steps.Shape()))
	}
	counts := torch.ToSlice[int](steps.To(torch.Int64))
	for i, c := range counts {
		if c < 0 || c > t {
			panic(invalid(op, "expected steps from 0 to %d, but number %d is %d", t, i, c))
		}
	}
	return counts
}

func invalid(op, format string, args ...any) *torch.Error {
	return &torch.Error{Op: "ctc." + op, Kind: torch.ValueError, Message: fmt.Sprintf(format, args...)}
}
