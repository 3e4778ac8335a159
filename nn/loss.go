package nn

import (
	"slices"

	"multitorch/torch"
)

// LossConfig is the settings of a loss.
type LossConfig struct {
	Weight         *torch.Tensor `json:"-"`               // of each class, or element; part of the state dict
	PosWeight      *torch.Tensor `json:"-"`               // the same, of targets that are 1
	IgnoreIndex    int           `json:"ignore_index"`    // the target that counts for nothing: -100
	Reduction      string        `json:"reduction"`       // "mean", "sum" or "none"
	LabelSmoothing float64       `json:"label_smoothing"` // the share of a target that all classes get: 0
}

// LossOption is an option of the losses: [Reduction]; [Weight]; of those that compare with classes
// [IgnoreIndex], [LabelSmoothing]; of [BCEWithLogitsLoss] [PosWeight]; or a whole [LossConfig].
type LossOption interface{ loss(*LossConfig) }

func (c LossConfig) loss(to *LossConfig) { *to = c }

// String is the settings as Python's keyword arguments.
func (c LossConfig) String() string { return pySettings(c) }

// Reduction says what a loss makes of its elements: their "mean", the default,
// their "sum", or "none", a tensor of them all.
type Reduction string

// IgnoreIndex is a target that counts for nothing. The default is -100.
type IgnoreIndex int

// LabelSmoothing is the share of each target that is spread over all classes, from
// 0, the default, to 1 (Szegedy et al., "Rethinking the Inception Architecture
// for Computer Vision", 2015).
type LabelSmoothing float64

// Weight is the weight of each class in a loss, [C], or in [BCEWithLogitsLoss] of
// each element. It becomes a buffer of the loss.
func Weight(w *torch.Tensor) LossOption { return weightOption{w} }

// PosWeight is the weight of targets that are 1, for each class.
func PosWeight(w *torch.Tensor) LossOption { return posWeightOption{w} }

type (
	weightOption    struct{ *torch.Tensor }
	posWeightOption struct{ *torch.Tensor }
)

func (r Reduction) loss(c *LossConfig)       { c.Reduction = string(r) }
func (i IgnoreIndex) loss(c *LossConfig)     { c.IgnoreIndex = int(i) }
func (s LabelSmoothing) loss(c *LossConfig)  { c.LabelSmoothing = float64(s) }
func (w weightOption) loss(c *LossConfig)    { c.Weight = w.Tensor }
func (w posWeightOption) loss(c *LossConfig) { c.PosWeight = w.Tensor }

// loss is what all losses have in common.
type loss struct {
	Base
	config LossConfig
}

// Config is the loss's settings.
func (m *loss) Config() LossConfig { return m.config }

var reductions = []string{"none", "mean", "sum"} // in libtorch's numbering

func (m *loss) init(kind, takes string, opts []LossOption) {
	c := configure(kind, takes, LossConfig{IgnoreIndex: -100, Reduction: "mean"}, opts, LossOption.loss)
	if !slices.Contains(reductions, c.Reduction) {
		panic(invalid(kind, "reduction must be one of none, mean and sum, but got %.40q", c.Reduction))
	}
	probability(c.LabelSmoothing, kind, "label_smoothing")
	m.config = c
}

// reduction is libtorch's number.
func (m *loss) reduction() int { return slices.Index(reductions, m.config.Reduction) }

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
