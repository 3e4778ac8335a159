package objective

import (
	"multitorch/libm"
	"multitorch/nn"
	"multitorch/nn/functional"
	"multitorch/torch"
)

// SigLIP asks of each of N·N pairs by itself whether it belongs together (Zhai et al., "Sigmoid Loss for Language Image
// Pre-Training", 2023): the mean over the a of the sum over the b of
//
//	-log sigmoid(z·(scale·cosine + bias))       z is 1 for a pair that does, else -1
//
// scale = exp(LogScale) and Bias are learned; they begin at 10 and at -10, as most pairs don't.
type SigLIP struct {
	nn.Base
	LogScale *nn.Parameter // scalar
	Bias     *nn.Parameter // scalar
}

// NewSigLIP makes one.
func NewSigLIP() *SigLIP {
	return &SigLIP{
		LogScale: nn.NewParameter(torch.ScalarTensor(libm.Log(10), torch.Float32)),
		Bias:     nn.NewParameter(torch.ScalarTensor(-10., torch.Float32)),
	}
}

// Forward is the loss of N pairs of features, [N, D] each, of any length.
func (m *SigLIP) Forward(a, b *torch.Tensor) *torch.Tensor { return m.ForwardGroups(a, b, nil) }

// ForwardGroups is Forward where several pairs may be about the same thing: group is int64 [N], and pairs of one group all
// belong together.
func (m *SigLIP) ForwardGroups(a, b, group *torch.Tensor) *torch.Tensor {
	scores := m.Scores(a, b)
	n := scores.Size(0)
	if n != scores.Size(1) {
		panic(invalid("SigLIP", "expected as many b as a, but got %d and %d", scores.Size(1), n))
	}
	right := torch.Eye(n, torch.Bool, scores.Device())
	if group != nil {
		right = sameGroup(group, n)
	}
	z := right.To(scores.DType()).Mul(2).Sub(1)
	return functional.LogSigmoid(scores.Mul(z)).Sum().Div(-n)
}

// Scores are the cosines of all a with all b, scaled and with the bias: [N, M] of [N, D] and [M, D].
func (m *SigLIP) Scores(a, b *torch.Tensor) *torch.Tensor {
	checkPair("SigLIP", a, b)
	return unit(a).Matmul(unit(b).T()).Mul(m.LogScale.Value().Exp()).Add(m.Bias.Value())
}
