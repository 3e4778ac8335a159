package nn

import "multitorch/torch"

var crossEntropy = torch.NewOperator("aten::cross_entropy_loss", "self", "target", "weight", "reduction", "ignore_index", "label_smoothing")

// CrossEntropyLoss compares scores with classes, as torch.nn.CrossEntropyLoss. The
// scores are raw: it takes their log-softmax itself.
type CrossEntropyLoss struct {
	loss
	Weight *Buffer // [C], or nil
}

// NewCrossEntropyLoss makes the loss.
func NewCrossEntropyLoss(opts ...LossOption) *CrossEntropyLoss {
	m := &CrossEntropyLoss{}
	m.init("CrossEntropyLoss", "weight ignore_index reduction label_smoothing", LossConfig{}, opts)
	m.Weight = bufferOf(m.config.Weight)
	return m
}

// Forward compares scores [N, C] with classes [N], scores [N, C, d...] with classes
// [N, d...], or scores [C] with a class []. Classes are int64, from 0 to C-1 or the
// ignored index; a target of the scores' own shape and dtype has probabilities. The
// loss is a scalar, or of the classes' shape with the reduction "none". The mean is
// weighted by the classes' weights and leaves ignored targets out.
func (m *CrossEntropyLoss) Forward(input, target *torch.Tensor) (result *torch.Tensor) {
	inputs := m.enterAll(&input, &target)
	defer m.leaveAll("CrossEntropyLoss", inputs, &result)
	c := &m.config
	check := func() { checkTargets("cross_entropy_loss", input, target, c.IgnoreIndex) }
	checkFirst(target, check)
	defer explain(check)
	return crossEntropy.Call(input, target, m.Weight.tensor(), m.reduction(), c.IgnoreIndex, c.LabelSmoothing)
}
