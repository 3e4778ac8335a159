package nn

import (
	"slices"

	"multitorch/torch"
)

// LossConfig is the settings of a loss. Where losses differ in a default, it is the loss's own.
type LossConfig struct {
	Weight           *torch.Tensor `json:"-"`                       // of each class, or element; part of the state dict
	PosWeight        *torch.Tensor `json:"-"`                       // the same, of targets that are 1
	IgnoreIndex      int           `json:"ignore_index"`            // the target that counts for nothing: -100
	Reduction        string        `json:"reduction"`               // "mean", "sum" or "none"; of KLDivLoss "batchmean" too
	LabelSmoothing   float64       `json:"label_smoothing"`         // the share of a target that all classes get: 0
	Margin           float64       `json:"margin,omitempty"`        // the distance from which on a pair costs nothing
	P                float64       `json:"p,omitempty"`             // the power of a margin, or of a distance's norm
	Eps              float64       `json:"eps,omitempty"`           // what keeps from dividing by zero, and from its logarithm
	Beta             float64       `json:"beta,omitempty"`          // where SmoothL1Loss turns from a square to a line: 1
	Delta            float64       `json:"delta,omitempty"`         // where HuberLoss does: 1
	LogInput         bool          `json:"log_input,omitempty"`     // whether PoissonNLLLoss gets logarithms: true
	LogTarget        bool          `json:"log_target,omitempty"`    // whether KLDivLoss's targets are logarithms: false
	Full             bool          `json:"full,omitempty"`          // whether a likelihood's constant terms count: false
	Swap             bool          `json:"swap,omitempty"`          // whether the positive may stand in for the anchor: false
	Blank            int           `json:"blank,omitempty"`         // the class that CTCLoss has for no label: 0
	ZeroInfinity     bool          `json:"zero_infinity,omitempty"` // whether its infinite losses become zero: false
	DistanceFunction Distance      `json:"-"`                       // of TripletMarginWithDistanceLoss: PairwiseDistance
}

// LossOption is an option of the losses: [Reduction]; [Weight] and [PosWeight]; of those that compare
// with classes [IgnoreIndex], [LabelSmoothing]; [Margin], [P], [Eps], [Beta], [Delta], [LogInput],
// [LogTarget], [Full], [Swap], [Blank], [ZeroInfinity], [DistanceFunction]; or a whole [LossConfig].
// Each loss says which of them it takes.
type LossOption interface{ loss(*LossConfig) }

func (c LossConfig) loss(to *LossConfig) { *to = c }

// String is the settings as Python's keyword arguments, without those that are 0.
func (c LossConfig) String() string {
	return pySettings(c, "IgnoreIndex", "Reduction", "LabelSmoothing")
}

// loss is what all losses have in common.
type loss struct {
	Base
	config LossConfig
}

// Config is the loss's settings.
func (m *loss) Config() LossConfig { return m.config }

var reductions = []string{"none", "mean", "sum"} // in libtorch's numbering

// init writes options into a loss's defaults, whose reduction and ignored index are all losses'.
func (m *loss) init(kind, takes string, defaults LossConfig, opts []LossOption) {
	defaults.IgnoreIndex, defaults.Reduction = -100, "mean"
	c := configure(kind, takes, defaults, opts, LossOption.loss)
	if isKLDiv := kind == "KLDivLoss"; !slices.Contains(reductions, c.Reduction) && !(isKLDiv && c.Reduction == "batchmean") {
		all := "none, mean and sum"
		if isKLDiv {
			all = "none, batchmean, mean and sum"
		}
		panic(invalid(kind, "reduction must be one of %s, but got %.40q", all, c.Reduction))
	}
	probability(c.LabelSmoothing, kind, "label_smoothing")
	m.config = c
}

// reduction is libtorch's number.
func (m *loss) reduction() int {
	m.made()
	return slices.Index(reductions, m.config.Reduction)
}

// made refuses a loss without settings: one that is &CrossEntropyLoss{} would ignore class 0.
func (m *loss) made() {
	if m.config.Reduction == "" {
		panic(invalid("loss", "it has no settings: expected one that its constructor made, such as NewCrossEntropyLoss()"))
	}
}

// reduce is what the reduction makes of elements that no operator reduces.
func (m *loss) reduce(elements *torch.Tensor) *torch.Tensor {
	m.made()
	switch m.config.Reduction {
	case "mean":
		defer elements.Free()
		return elements.Mean()
	case "sum":
		defer elements.Free()
		return elements.Sum()
	}
	return elements
}

// sameShape checks the two sides of a loss that compares element by element.
// PyTorch's MSELoss and L1Loss broadcast them with a warning; that is nearly
// always a mistake, [N, 1] against [N], and here an error.
func sameShape(op string, input, target *torch.Tensor) {
	if a, b := input.Shape(), target.Shape(); !slices.Equal(a, b) {
		panic(invalid(op, "expected an input and a target of one shape, but got %s and %s; Expand or Reshape one of them", pyList(a), pyList(b)))
	}
}

// classes is the number of classes of scores [C] or [N, C, ...].
func classes(input *torch.Tensor) int {
	shape := input.Shape()
	switch len(shape) {
	case 0:
		return 0
	case 1:
		return shape[0]
	}
	return shape[1]
}

// checkTargets checks that targets are classes.
func checkTargets(op string, input, target *torch.Tensor, ignore int) {
	if n := classes(input); n > 0 {
		within(op, "targets", target, n, int64(ignore))
	}
}
