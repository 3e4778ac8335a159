package nn

import "multitorch/torch"

var nllLoss = torch.NewOperator("aten::nll_loss_nd", "self", "target", "weight", "reduction", "ignore_index")

// NLLLoss is the negative of the targets' log-probabilities, as torch.nn.NLLLoss:
// [CrossEntropyLoss] for what [LogSoftmax] returns.
type NLLLoss struct {
	Base
	Weight *Buffer // [C], or nil
	config nllConfig
}

// NLLOption is an option of [NewNLLLoss]: [Weight], [IgnoreIndex], [Reduction].
type NLLOption interface{ nll(*nllConfig) }

type nllConfig struct {
	weight    *torch.Tensor
	ignore    int
	reduction Reduction
}

// NewNLLLoss makes the loss.
func NewNLLLoss(opts ...NLLOption) *NLLLoss {
	c := nllConfig{ignore: -100, reduction: "mean"}
	for _, o := range opts {
		o.nll(&c)
	}
	c.reduction.check("NLLLoss")
	return &NLLLoss{Weight: newBuffer(c.weight), config: c}
}

// Forward takes log-probabilities [N, C], [N, C, d...] or [C], and classes as
// [CrossEntropyLoss.Forward] does.
func (m *NLLLoss) Forward(input, target *torch.Tensor) *torch.Tensor {
	defer m.guard("NLLLoss")
	c := &m.config
	check := func() { checkTargets("nll_loss", input, target, c.ignore) }
	if target.Device().IsCUDA() {
		check()
	}
	defer explain(check)
	return nllLoss.Call(input, target, m.Weight.tensor(), c.reduction.number(), c.ignore)
}
