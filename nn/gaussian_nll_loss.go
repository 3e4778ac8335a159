package nn

import (
	"math"
	"slices"

	"multitorch/libm"
	"multitorch/torch"
)

// GaussianNLLLoss is the negative log-likelihood of targets with a normal distribution, whose mean
// and variance a network gives, as torch.nn.GaussianNLLLoss (Nix and Weigend, "Estimating the mean
// and variance of the target probability distribution", 1994). Options: [Full], [Eps] (1e-6, the
// least variance), [Reduction].
type GaussianNLLLoss struct{ loss }

// NewGaussianNLLLoss makes the loss.
func NewGaussianNLLLoss(opts ...LossOption) *GaussianNLLLoss {
	m := &GaussianNLLLoss{}
	m.init("GaussianNLLLoss", "full eps reduction", LossConfig{Eps: 1e-6}, opts)
	if !(m.config.Eps >= 0) {
		panic(invalid("GaussianNLLLoss", "eps must not be negative, but got %v", m.config.Eps))
	}
	return m
}

// Forward compares means with targets, by variances of the means' shape, or of that shape without
// its last dimension, or with 1 as one of its sizes. The loss is a scalar, or of the means' shape with the reduction
// "none". Variances are not negative, which is read back from where they are, as in Python.
func (m *GaussianNLLLoss) Forward(input, target, variance *torch.Tensor) (result *torch.Tensor) {
	inputs := m.enterAll(&input, &target, &variance)
	defer m.leaveAll("GaussianNLLLoss", inputs, &result)
	var on passing
	defer on.free()
	if negative := on.way(on.way(variance.Lt(0)).Any()); negative.Item() != 0 {
		panic(invalid("gaussian_nll_loss", "expected variances that are not negative"))
	}
	if shape := input.Shape(); len(shape) > 0 && slices.Equal(shape[:len(shape)-1], variance.Shape()) {
		variance = on.way(variance.Unsqueeze(-1))
	}
	m.checkVariance(input, variance)
	least := on.way(variance.Clone())
	torch.NoGrad(func() { least.ClampInplace(m.config.Eps, nil) })
	distance := on.way(on.way(on.way(input.Sub(target)).Pow(2)).Div(least))
	loss := on.way(on.way(least.Log()).Add(distance)).Mul(0.5)
	if m.config.Full {
		loss.AddInplace(0.5 * libm.Log(2*math.Pi))
	}
	return m.reduce(loss)
}

// checkVariance checks that variances are of the means' shape, or have size 1 in one dimension.
func (m *GaussianNLLLoss) checkVariance(input, variance *torch.Tensor) {
	want, got, spread := input.Shape(), variance.Shape(), 0
	fits := len(want) == len(got)
	for i := range min(len(want), len(got)) {
		if want[i] != got[i] {
			spread++
			fits = fits && got[i] == 1
		}
	}
	if !fits || spread > 1 {
		panic(invalid("gaussian_nll_loss", "expected variances of the means' shape, %s, or with 1 as one of its sizes, but got %s",
			pyList(want), pyList(got)))
	}
}
