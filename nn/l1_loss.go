package nn

import "multitorch/torch"

var l1Loss = torch.NewOperator("aten::l1_loss", "self", "target", "reduction")

// L1Loss is the absolute difference, as torch.nn.L1Loss.
type L1Loss struct {
	Base
	reduction Reduction
}

// L1Option is an option of [NewL1Loss]: [Reduction].
type L1Option interface{ l1(*L1Loss) }

// NewL1Loss makes the loss.
func NewL1Loss(opts ...L1Option) *L1Loss {
	m := &L1Loss{reduction: "mean"}
	for _, o := range opts {
		o.l1(m)
	}
	m.reduction.check("L1Loss")
	return m
}

// Forward compares two tensors of one shape. The loss is a scalar, or of their
// shape with the reduction "none".
func (m *L1Loss) Forward(input, target *torch.Tensor) *torch.Tensor {
	defer m.guard("L1Loss")
	sameShape("l1_loss", input, target)
	return l1Loss.Call(input, target, m.reduction.number())
}
