package nn

import "multitorch/torch"

var bceWithLogits = torch.NewOperator("aten::binary_cross_entropy_with_logits", "self", "target", "weight", "pos_weight", "reduction")

// BCEWithLogitsLoss compares raw scores with probabilities, each for itself, as
// torch.nn.BCEWithLogitsLoss: it takes their sigmoid, stably.
type BCEWithLogitsLoss struct {
	loss
	Weight    *Buffer // broadcast over the scores, or nil
	PosWeight *Buffer // the same
}

// NewBCEWithLogitsLoss makes the loss.
func NewBCEWithLogitsLoss(opts ...LossOption) *BCEWithLogitsLoss {
	m := &BCEWithLogitsLoss{}
	m.init("BCEWithLogitsLoss", "weight reduction pos_weight", LossConfig{}, opts)
	m.Weight, m.PosWeight = bufferOf(m.config.Weight), bufferOf(m.config.PosWeight)
	return m
}

// Forward compares scores with targets from 0 to 1, of one shape. The loss is a
// scalar, or of their shape with the reduction "none".
func (m *BCEWithLogitsLoss) Forward(input, target *torch.Tensor) (result *torch.Tensor) {
	inputs := m.enterAll(&input, &target)
	defer m.leaveAll("BCEWithLogitsLoss", inputs, &result)
	sameShape("binary_cross_entropy_with_logits", input, target)
	return bceWithLogits.Call(input, target, m.Weight.tensor(), m.PosWeight.tensor(), m.reduction())
}
