package nn

import "multitorch/torch"

var poissonNLLLoss = torch.NewOperator("aten::poisson_nll_loss", "input", "target", "log_input", "full", "eps", "reduction")

// PoissonNLLLoss is the negative log-likelihood of counts with a Poisson distribution, as
// torch.nn.PoissonNLLLoss: exp(input) - target·input, or input - target·log(input + eps) with
// LogInput(false). With Full(true) Stirling's approximation of log(target!) is added. Options:
// [LogInput], [Full], [Eps] (1e-8), [Reduction].
type PoissonNLLLoss struct{ loss }

// NewPoissonNLLLoss makes the loss.
func NewPoissonNLLLoss(opts ...LossOption) *PoissonNLLLoss {
	m := &PoissonNLLLoss{}
	m.init("PoissonNLLLoss", "log_input full eps reduction", LossConfig{LogInput: true, Eps: 1e-8}, opts)
	return m
}

// Forward compares the logarithms of expected counts with counts. The loss is a scalar, or of
// their shape with the reduction "none".
func (m *PoissonNLLLoss) Forward(input, target *torch.Tensor) (result *torch.Tensor) {
	inputs := m.enterAll(&input, &target)
	defer m.leaveAll("PoissonNLLLoss", inputs, &result)
	c := &m.config
	return poissonNLLLoss.Call(input, target, c.LogInput, c.Full, c.Eps, m.reduction())
}
