package nn

import "multitorch/torch"

var binaryCrossEntropy = torch.NewOperator("aten::binary_cross_entropy", "self", "target", "weight", "reduction")

// BCELoss compares probabilities with probabilities, each for itself, as torch.nn.BCELoss.
// [BCEWithLogitsLoss] is the same for raw scores, and stabler. Options: [Weight], [Reduction].
type BCELoss struct {
	loss
	Weight *Buffer // broadcast over the probabilities, or nil
}

// NewBCELoss makes the loss.
func NewBCELoss(opts ...LossOption) *BCELoss {
	m := &BCELoss{}
	m.init("BCELoss", "weight reduction", LossConfig{}, opts)
	m.Weight = bufferOf(m.config.Weight)
	return m
}

// Forward compares probabilities, from 0 to 1, with targets of the same shape. The loss is a
// scalar, or of their shape with the reduction "none".
func (m *BCELoss) Forward(input, target *torch.Tensor) (result *torch.Tensor) {
	inputs := m.enterAll(&input, &target)
	defer m.leaveAll("BCELoss", inputs, &result)
	sameShape("binary_cross_entropy", input, target)
	weight := m.Weight.tensor()
	if weight != nil {
		both := torch.BroadcastTensors(target, weight)
		both[0].Free()
		weight = both[1]
		defer weight.Free()
	}
	return binaryCrossEntropy.Call(input, target, weight, m.reduction())
}
