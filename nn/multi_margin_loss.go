package nn

import "multitorch/torch"

var multiMarginLoss = torch.NewOperator("aten::multi_margin_loss", "self", "target", "p", "margin", "weight", "reduction")

// MultiMarginLoss wants the score of a sample's class above all others by a margin, as
// torch.nn.MultiMarginLoss: the mean of max(0, margin - x[target] + x[i])^p over the other classes.
// Options: [P] (1, or 2), [Margin] (1), [Weight], [Reduction].
type MultiMarginLoss struct {
	loss
	Weight *Buffer // [C], or nil
}

// NewMultiMarginLoss makes the loss.
func NewMultiMarginLoss(opts ...LossOption) *MultiMarginLoss {
	m := &MultiMarginLoss{}
	m.init("MultiMarginLoss", "p margin weight reduction", LossConfig{P: 1, Margin: 1}, opts)
	if p := m.config.P; p != 1 && p != 2 {
		panic(invalid("MultiMarginLoss", "p must be 1 or 2, but got %v", p))
	}
	if w := m.config.Weight; w != nil && w.Dim() != 1 {
		panic(invalid("MultiMarginLoss", "weight must have one dimension, but got the shape %s", pyList(w.Shape())))
	}
	m.Weight = bufferOf(m.config.Weight)
	return m
}

// Forward compares scores [N, C] with classes [N], or scores [C] with a class [], int64. The loss is
// a scalar, or of the classes' shape with the reduction "none".
func (m *MultiMarginLoss) Forward(input, target *torch.Tensor) (result *torch.Tensor) {
	inputs := m.enterAll(&input, &target)
	defer m.leaveAll("MultiMarginLoss", inputs, &result)
	c := &m.config
	check := func() {
		if shape := input.Shape(); len(shape) > 0 {
			within("multi_margin_loss", "targets", target, shape[len(shape)-1])
		}
	}
	checkFirst(target, check)
	defer explain(check)
	return multiMarginLoss.Call(input, target, int(c.P), c.Margin, m.Weight.tensor(), m.reduction())
}
