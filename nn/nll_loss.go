package nn

import "multitorch/torch"

var nllLoss = torch.NewOperator("aten::nll_loss_nd", "self", "target", "weight", "reduction", "ignore_index")

// NLLLoss is the negative of the targets' log-probabilities, as torch.nn.NLLLoss:
// [CrossEntropyLoss] for what [LogSoftmax] returns.
type NLLLoss struct {
	loss
	Weight *Buffer // [C], or nil
}

// NewNLLLoss makes the loss.
func NewNLLLoss(opts ...LossOption) *NLLLoss {
	m := &NLLLoss{}
	m.init("NLLLoss", "weight ignore_index reduction", LossConfig{}, opts)
	m.Weight = bufferOf(m.config.Weight)
	return m
}

// Forward takes log-probabilities [N, C], [N, C, d...] or [C], and classes as
// [CrossEntropyLoss.Forward] does.
func (m *NLLLoss) Forward(input, target *torch.Tensor) (result *torch.Tensor) {
	inputs := m.enterAll(&input, &target)
	defer m.leaveAll("NLLLoss", inputs, &result)
	check := func() { checkTargets("nll_loss", input, target, m.config.IgnoreIndex) }
	checkFirst(target, check)
	defer explain(check)
	return nllLoss.Call(input, target, m.Weight.tensor(), m.reduction(), m.config.IgnoreIndex)
}
