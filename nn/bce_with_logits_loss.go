package nn

import "multitorch/torch"

var bceWithLogits = torch.NewOperator("aten::binary_cross_entropy_with_logits", "self", "target", "weight", "pos_weight", "reduction")

// BCEWithLogitsLoss compares raw scores with probabilities, each for itself, as
// torch.nn.BCEWithLogitsLoss: it takes their sigmoid, stably.
type BCEWithLogitsLoss struct {
	Base
	Weight    *Buffer // broadcast over the scores, or nil
	PosWeight *Buffer // the same
	reduction Reduction
}

// BCEWithLogitsOption is an option of [NewBCEWithLogitsLoss]: [Weight],
// [PosWeight], [Reduction].
type BCEWithLogitsOption interface{ bce(*bceConfig) }

type bceConfig struct {
	weight, posWeight *torch.Tensor
	reduction         Reduction
}

// PosWeight is the weight of targets that are 1, for each class.
func PosWeight(w *torch.Tensor) BCEWithLogitsOption { return posWeightOption{w} }

type posWeightOption struct{ *torch.Tensor }

func (w posWeightOption) bce(c *bceConfig) { c.posWeight = w.Tensor }

// NewBCEWithLogitsLoss makes the loss.
func NewBCEWithLogitsLoss(opts ...BCEWithLogitsOption) *BCEWithLogitsLoss {
	c := bceConfig{reduction: "mean"}
	for _, o := range opts {
		o.bce(&c)
	}
	c.reduction.check("BCEWithLogitsLoss")
	return &BCEWithLogitsLoss{Weight: newBuffer(c.weight), PosWeight: newBuffer(c.posWeight), reduction: c.reduction}
}

// Forward compares scores with targets from 0 to 1, of one shape. The loss is a
// scalar, or of their shape with the reduction "none".
func (m *BCEWithLogitsLoss) Forward(input, target *torch.Tensor) *torch.Tensor {
	defer m.guard("BCEWithLogitsLoss")
	sameShape("binary_cross_entropy_with_logits", input, target)
	return bceWithLogits.Call(input, target, m.Weight.tensor(), m.PosWeight.tensor(), m.reduction.number())
}
