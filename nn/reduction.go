package nn

import (
	"slices"

	"multitorch/torch"
)

// Reduction says what a loss makes of its elements: their "mean", the default,
// their "sum", or "none", a tensor of them all.
type Reduction string

var reductions = []Reduction{"none", "mean", "sum"} // in libtorch's numbering

func (r Reduction) check(module string) {
	if !slices.Contains(reductions, r) {
		panic(invalid(module, "reduction must be one of none, mean and sum, but got %q", string(r)))
	}
}

// number is libtorch's.
func (r Reduction) number() int { return slices.Index(reductions, r) }

func (r Reduction) crossEntropy(c *crossEntropyConfig) { c.reduction = r }
func (r Reduction) nll(c *nllConfig)                   { c.reduction = r }
func (r Reduction) mse(m *MSELoss)                     { m.reduction = r }
func (r Reduction) l1(m *L1Loss)                       { m.reduction = r }
func (r Reduction) bce(c *bceConfig)                   { c.reduction = r }

// Weight is the weight of each class in a loss, [C], or in [BCEWithLogitsLoss] of
// each element. It becomes a buffer of the loss.
func Weight(w *torch.Tensor) interface {
	CrossEntropyOption
	NLLOption
	BCEWithLogitsOption
} {
	return weightOption{w}
}

type weightOption struct{ *torch.Tensor }

func (w weightOption) crossEntropy(c *crossEntropyConfig) { c.weight = w.Tensor }
func (w weightOption) nll(c *nllConfig)                   { c.weight = w.Tensor }
func (w weightOption) bce(c *bceConfig)                   { c.weight = w.Tensor }

// newBuffer is nil for no tensor.
func newBuffer(t *torch.Tensor) *Buffer {
	if t == nil {
		return nil
	}
	return &Buffer{t}
}

// IgnoreIndex is a target that counts for nothing. The default is -100.
type IgnoreIndex int

func (i IgnoreIndex) crossEntropy(c *crossEntropyConfig) { c.ignore = int(i) }
func (i IgnoreIndex) nll(c *nllConfig)                   { c.ignore = int(i) }

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

// checkTargets checks that targets are classes: before the loss on a GPU, where a
// wrong one would end the context, and else only after it has failed.
func checkTargets(op string, input, target *torch.Tensor, ignore int) {
	if n := classes(input); n > 0 {
		within(op, "targets", target, n, int64(ignore))
	}
}
