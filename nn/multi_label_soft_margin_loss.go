package nn

import "multitorch/torch"

var logSigmoid = torch.NewOperator("aten::log_sigmoid", "self")

// MultiLabelSoftMarginLoss compares the scores of classes of which a sample may have several with
// targets of 0 and 1, as torch.nn.MultiLabelSoftMarginLoss: the binary cross entropy of their
// sigmoids, averaged over the classes. Options: [Weight], [Reduction].
type MultiLabelSoftMarginLoss struct {
	loss
	Weight *Buffer // [C], or nil
}

// NewMultiLabelSoftMarginLoss makes the loss.
func NewMultiLabelSoftMarginLoss(opts ...LossOption) *MultiLabelSoftMarginLoss {
	m := &MultiLabelSoftMarginLoss{}
	m.init("MultiLabelSoftMarginLoss", "weight reduction", LossConfig{}, opts)
	m.Weight = bufferOf(m.config.Weight)
	return m
}

// Forward compares scores [N, C] or [C] with targets of the same shape. The loss is a scalar, or
// [N] with the reduction "none".
func (m *MultiLabelSoftMarginLoss) Forward(input, target *torch.Tensor) (result *torch.Tensor) {
	inputs := m.enterAll(&input, &target)
	defer m.leaveAll("MultiLabelSoftMarginLoss", inputs, &result)
	var on passing
	defer on.free()
	shape := input.Shape()
	if len(shape) == 0 {
		panic(invalid("multilabel_soft_margin_loss", "expected scores [N, C] or [C], but got the shape []"))
	}
	yes := on.way(target.Mul(on.way(logSigmoid.Unary(input))))
	no := on.way(on.way(target.RSub(1)).Mul(on.way(logSigmoid.Unary(on.way(input.Neg())))))
	loss := on.way(on.way(yes.Add(no)).Neg())
	if m.Weight != nil {
		loss = on.way(loss.Mul(m.Weight.Tensor))
	}
	return m.reduce(on.way(loss.Sum(-1)).Div(shape[len(shape)-1]))
}
