package nn

import (
	"slices"

	"multitorch/torch"
)

var ctcLoss = torch.NewOperator("aten::ctc_loss.Tensor",
	"log_probs", "targets", "input_lengths", "target_lengths", "blank", "reduction", "zero_infinity")

// CTCLoss compares a sequence of scores with a shorter sequence of labels that is not aligned with it,
// as torch.nn.CTCLoss (Graves et al., "Connectionist Temporal Classification", 2006). An input too short
// for its target has an infinite loss. Options: [Blank], [Reduction], [ZeroInfinity].
type CTCLoss struct{ loss }

// NewCTCLoss makes the loss.
func NewCTCLoss(opts ...LossOption) *CTCLoss {
	m := &CTCLoss{}
	m.init("CTCLoss", "blank reduction zero_infinity", LossConfig{}, opts)
	atLeast(0, m.config.Blank, "CTCLoss", "blank")
	return m
}

// Forward compares log-probabilities with labels:
//
//	logProbs                     [T, N, C]                      or [T, C]
//	targets                      [N, S], or all in one [sum]    or [S]
//	inputLengths, targetLengths  [N], integers                  or []
//
// Labels are integers from 0 to C-1 other than the blank; what stands behind a target's length counts
// for nothing. The loss is a scalar, or [N] with the reduction "none"; the mean is of losses divided by
// their targets' lengths. Labels and lengths on a GPU are checked as [SetIndexChecks] says.
func (m *CTCLoss) Forward(logProbs, targets, inputLengths, targetLengths *torch.Tensor) (result *torch.Tensor) {
	inputs := m.enterAll(&logProbs, &targets, &inputLengths, &targetLengths)
	defer m.leaveAll("CTCLoss", inputs, &result)
	c := &m.config
	check := func() { m.check(logProbs, targets, inputLengths, targetLengths) }
	if checkFirst(targets, check); !targets.Device().IsCUDA() {
		check() // the operator would read beyond its tensors
	}
	return ctcLoss.Call(logProbs, targets, inputLengths, targetLengths, c.Blank, m.reduction(), c.ZeroInfinity)
}

func (m *CTCLoss) check(logProbs, targets, inputLengths, targetLengths *torch.Tensor) {
	shape := logProbs.Shape()
	if len(shape) != 2 && len(shape) != 3 {
		panic(invalid("ctc_loss", "expected log-probabilities [T, N, C] or [T, C], but got the shape %s", pyList(shape)))
	}
	classes, n := shape[len(shape)-1], 1
	if len(shape) == 3 {
		n = shape[1]
	}
	if b := m.config.Blank; b >= classes {
		panic(invalid("ctc_loss", "expected a blank from 0 to %d, but got %d", classes-1, b))
	}
	inputs, lengths := m.lengths("input_lengths", inputLengths, n), m.lengths("target_lengths", targetLengths, n)
	if longest := slices.Max(append(inputs, 0)); longest > shape[0] {
		panic(invalid("ctc_loss", "expected input_lengths of at most %d, the log-probabilities' length, but got %d", shape[0], longest))
	}
	m.checkTargets(targets, lengths, classes, len(shape) == 3)
}

// lengths reads the lengths of n sequences.
func (m *CTCLoss) lengths(what string, t *torch.Tensor, n int) []int {
	if d := t.DType(); d.IsFloatingPoint() || d.IsComplex() || t.Numel() != n {
		panic(invalid("ctc_loss", "expected %s to be %d integers, but got %v%s", what, n, d, pyList(t.Shape())))
	}
	var lengths []int
	for _, k := range integers(t) {
		if k < 0 {
			panic(invalid("ctc_loss", "expected %s of at least 0, but got %d", what, k))
		}
		lengths = append(lengths, int(k))
	}
	return lengths
}

// checkTargets checks that the labels within the targets' lengths are classes.
func (m *CTCLoss) checkTargets(targets *torch.Tensor, lengths []int, classes int, batch bool) {
	shape, labels, total := targets.Shape(), integers(targets), 0
	for _, k := range lengths {
		total += k
	}
	switch {
	case len(shape) == 1 && (!batch || total == shape[0]) && total <= shape[0]:
		m.checkLabels(labels[:total], 0, shape, classes)
	case len(shape) == 1:
		panic(invalid("ctc_loss", "expected targets of all target_lengths together, %d, but got the shape %s", total, pyList(shape)))
	case len(shape) != 2 || shape[0] != len(lengths) || slices.Max(append(lengths, 0)) > shape[1]:
		panic(invalid("ctc_loss", "expected targets [N, S], where N is %d and S at least %d, or all in one [%d], but got the shape %s",
			len(lengths), slices.Max(append(lengths, 0)), total, pyList(shape)))
	default:
		for i, k := range lengths {
			m.checkLabels(labels[i*shape[1]:][:k], i*shape[1], shape, classes)
		}
	}
}

func (m *CTCLoss) checkLabels(labels []int64, first int, shape torch.Shape, classes int) {
	for i, k := range labels {
		if k < 0 || k >= int64(classes) {
			e := invalid("ctc_loss", "expected targets from 0 to %d, but got %d at %s", classes-1, k, pyList(position(first+i, shape)))
			e.Kind = torch.IndexError
			panic(e)
		}
	}
}
