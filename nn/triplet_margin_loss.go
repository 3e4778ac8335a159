package nn

import (
	"multitorch/internal/version"
	"multitorch/torch"
)

var tripletMarginLoss = torch.NewOperator("aten::triplet_margin_loss",
	"anchor", "positive", "negative", "margin", "p", "eps", "swap", "reduction")

// TripletMarginLoss wants an anchor nearer to a positive than to a negative by a margin, as
// torch.nn.TripletMarginLoss: max(0, d(a, p) - d(a, n) + margin), where d is a norm's distance.
// Options: [Margin] (1), [P] (2), [Eps] (1e-6, added to differences), [Swap], [Reduction].
type TripletMarginLoss struct{ loss }

// NewTripletMarginLoss makes the loss.
func NewTripletMarginLoss(opts ...LossOption) *TripletMarginLoss {
	m := &TripletMarginLoss{}
	m.init("TripletMarginLoss", "margin p eps swap reduction", LossConfig{Margin: 1, P: 2, Eps: 1e-6}, opts)
	m.checkMargin("TripletMarginLoss")
	return m
}

// Forward compares vectors [N, D], or [D]. The loss is a scalar, or [N] with the reduction "none".
func (m *TripletMarginLoss) Forward(anchor, positive, negative *torch.Tensor) (result *torch.Tensor) {
	inputs := m.enterAll(&anchor, &positive, &negative)
	defer m.leaveAll("TripletMarginLoss", inputs, &result)
	c := &m.config
	return tripletMarginLoss.Call(anchor, positive, negative, c.Margin, c.P, c.Eps, c.Swap, m.reduction())
}

// checkMargin checks a triplet's margin, which PyTorch has wanted above zero since 2.6.
func (m *loss) checkMargin(kind string) {
	if !(m.config.Margin > 0) && version.AtLeast(torch.Version(), 2, 6) {
		panic(invalid(kind, "margin must be greater than 0, but got %v", m.config.Margin))
	}
}
