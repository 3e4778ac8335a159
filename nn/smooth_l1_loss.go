package nn

import (
	"multitorch/internal/version"
	"multitorch/torch"
)

var smoothL1Loss = torch.NewOperator("aten::smooth_l1_loss", "self", "target", "reduction", "beta")

// SmoothL1Loss is a square below beta, (x - y)² / (2·beta), and from there on a line,
// |x - y| - beta/2, as torch.nn.SmoothL1Loss (Girshick, "Fast R-CNN", 2015). Options: [Beta] (1),
// [Reduction].
type SmoothL1Loss struct{ loss }

// NewSmoothL1Loss makes the loss.
func NewSmoothL1Loss(opts ...LossOption) *SmoothL1Loss {
	m := &SmoothL1Loss{}
	m.init("SmoothL1Loss", "reduction beta", LossConfig{Beta: 1}, opts)
	if !(m.config.Beta >= 0) {
		panic(invalid("SmoothL1Loss", "beta must not be negative, but got %v", m.config.Beta))
	}
	return m
}

// Forward compares two tensors of one shape. The loss is a scalar, or of their shape with the
// reduction "none".
func (m *SmoothL1Loss) Forward(input, target *torch.Tensor) (result *torch.Tensor) {
	inputs := m.enterAll(&input, &target)
	defer m.leaveAll("SmoothL1Loss", inputs, &result)
	sameShape("smooth_l1_loss", input, target)
	if m.config.Beta == 0 && version.AtLeast(torch.Version(), 2, 0) { // as Python does, whose gradients differ in the last bit
		return l1Loss.Call(input, target, m.reduction())
	}
	return smoothL1Loss.Call(input, target, m.reduction(), m.config.Beta)
}
