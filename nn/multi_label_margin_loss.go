package nn

import "multitorch/torch"

var multiLabelMarginLoss = torch.NewOperator("aten::multilabel_margin_loss", "self", "target", "reduction")

// MultiLabelMarginLoss wants the scores of a sample's classes above all others by 1, as
// torch.nn.MultiLabelMarginLoss. Option: [Reduction].
type MultiLabelMarginLoss struct{ loss }

// NewMultiLabelMarginLoss makes the loss.
func NewMultiLabelMarginLoss(opts ...LossOption) *MultiLabelMarginLoss {
	m := &MultiLabelMarginLoss{}
	m.init("MultiLabelMarginLoss", "reduction", LossConfig{}, opts)
	return m
}

// Forward compares scores [N, C] or [C] with classes of the same shape, int64: the first ones up to
// a -1 are the sample's. The loss is a scalar, or [N] with the reduction "none".
func (m *MultiLabelMarginLoss) Forward(input, target *torch.Tensor) (result *torch.Tensor) {
	inputs := m.enterAll(&input, &target)
	defer m.leaveAll("MultiLabelMarginLoss", inputs, &result)
	check := func() {
		sameShape("multilabel_margin_loss", input, target)
		if shape := input.Shape(); len(shape) > 0 {
			within("multilabel_margin_loss", "targets", target, shape[len(shape)-1], -1)
		}
	}
	checkFirst(target, check)
	defer explain(check)
	return multiLabelMarginLoss.Call(input, target, m.reduction())
}
