package nn

import "multitorch/torch"

var marginRankingLoss = torch.NewOperator("aten::margin_ranking_loss", "input1", "input2", "target", "margin", "reduction")

// MarginRankingLoss learns an order, max(0, -target·(x1 - x2) + margin), as
// torch.nn.MarginRankingLoss: where the target is 1 the first is to be the larger one, where it is
// -1 the second. Options: [Margin] (0), [Reduction].
type MarginRankingLoss struct{ loss }

// NewMarginRankingLoss makes the loss.
func NewMarginRankingLoss(opts ...LossOption) *MarginRankingLoss {
	m := &MarginRankingLoss{}
	m.init("MarginRankingLoss", "margin reduction", LossConfig{}, opts)
	return m
}

// Forward compares two tensors by targets of 1 and -1, all of as many dimensions. The loss is a
// scalar, or of their shape with the reduction "none".
func (m *MarginRankingLoss) Forward(input1, input2, target *torch.Tensor) (result *torch.Tensor) {
	inputs := m.enterAll(&input1, &input2, &target)
	defer m.leaveAll("MarginRankingLoss", inputs, &result)
	if n := target.Dim(); input1.Dim() != n || input2.Dim() != n {
		panic(invalid("margin_ranking_loss", "expected tensors of as many dimensions, but got the shapes %s, %s and %s",
			pyList(input1.Shape()), pyList(input2.Shape()), pyList(target.Shape())))
	}
	return marginRankingLoss.Call(input1, input2, target, m.config.Margin, m.reduction())
}
