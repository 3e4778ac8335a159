package fusion

import (
	"multitorch/nn"
	nninit "multitorch/nn/init"
	"multitorch/torch"
)

// LowRank is [Tensor] and a linear layer on it whose weight is a sum of Rank products of factors, one for each modality,
// so that the outer product is never made (Liu et al., "Efficient Low-rank Multimodal Fusion with Modality-Specific
// Factors", 2018). What is missing is zeros behind the 1, and so drops out.
//
// Factors are drawn as xavier_normal_ does, and are parameters: for two inputs of 10, an output of 2 and rank 1 there are
// 47 numbers to train.
type LowRank struct {
	nn.Base
	inputs
	Factors []*nn.Parameter // [rank, 1+size, output] for each modality
	Weights *nn.Parameter   // of the ranks: [1, rank]
	Bias    *nn.Parameter   // [1, output]
}

// NewLowRank makes one for features of the given widths, and a result of the width output. It takes [Rank].
func NewLowRank(sizes []int, output int, opts ...Option) *LowRank {
	c := configure("LowRank", output, opts)
	m := &LowRank{inputs: newInputs("LowRank", sizes)}
	afford("LowRank", float64(c.Rank)*(m.times(output)+float64(len(sizes)*output)))
	draw := func(shape ...int) *nn.Parameter { return nn.NewParameter(nninit.XavierNormal(torch.Empty(shape))) }
	for _, size := range sizes {
		m.Factors = append(m.Factors, draw(c.Rank, 1+size, output))
	}
	m.Weights, m.Bias = draw(1, c.Rank), nn.NewParameter(torch.Zeros(torch.Shape{1, output}))
	return m
}

// OutputSize is the width of the result.
func (m *LowRank) OutputSize() int { return m.Bias.Size(1) }

// Forward maps features [N, size] to [N, output].
func (m *LowRank) Forward(features []*torch.Tensor, present *torch.Tensor) *torch.Tensor {
	m.check(features, present, nil)
	ys := make([]*torch.Tensor, len(features))
	for i, x := range filled(features, present) {
		ys[i] = withOne(x).Matmul(m.Factors[i].Value()) // [rank, N, output]
	}
	return m.Weights.Value().Matmul(product(ys).Permute(1, 0, 2)).Squeeze(1).Add(m.Bias.Value())
}
