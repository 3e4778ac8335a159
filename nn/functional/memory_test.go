package functional_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/nn"
	F "multitorch/nn/functional"
	"multitorch/torch"
)

// TestFunctionsLeaveOnlyTheirResults: whatever a function makes on its way is freed when it returns.
func TestFunctionsLeaveOnlyTheirResults(t *testing.T) {
	type T = *torch.Tensor
	x, y := torch.Randn(torch.Shape{2, 3, 6, 7}, torch.RequiresGrad(true)), torch.Rand(torch.Shape{6, 4})
	q, k := torch.Randn(torch.Shape{2, 5, 4}), torch.Randn(torch.Shape{2, 7, 4})
	table, ids, weights := torch.Randn(torch.Shape{6, 4}), torch.New([][]int{{0, 3}, {5, 4}}), torch.Rand(torch.Shape{2, 2})
	line, places := F.MaxPool1dWithIndices(torch.Randn(torch.Shape{2, 3, 8}), 2)
	scale := torch.Ones(torch.Shape{7})
	cases := map[string]func() T{
		"gumbel":     func() T { return F.GumbelSoftmax(x, 1, true, -1) },
		"softmin":    func() T { return F.Softmin(x, 1) },
		"rrelu":      func() T { return F.RReLU(x, true) },
		"normalize":  func() T { return F.Normalize(x) },
		"embedding":  func() T { return F.Embedding(ids, table, nn.MaxNorm(1)) },
		"bag":        func() T { return F.EmbeddingBag(ids, table, nil, weights, nn.Mode("sum")) },
		"attention":  func() T { return F.ScaledDotProductAttention(q, k, k, nil, 0.5, true, 0.3) },
		"weighted":   func() T { return F.MSELoss(y, table, nn.Weight(y)) },
		"huber":      func() T { return F.HuberLoss(y, table, nn.Weight(y), nn.Reduction("sum")) },
		"l1":         func() T { return F.L1Loss(y, table, nn.Weight(y), nn.Reduction("none")) },
		"lp pool":    func() T { return F.LPPool2d(x, 2, 2) },
		"unpool":     func() T { return F.MaxUnpool1d(line, places, 2, nil) },
		"fractional": func() T { return F.FractionalMaxPool2d(x, 2, nn.OutputSize(3)) },
		"dropout":    func() T { return F.Dropout1d(q, 0.5, true) },
		"rms":        func() T { return F.RMSNorm(x, torch.Shape{7}, scale) },
		"response":   func() T { return F.LocalResponseNorm(x, 2) },
		"circular":   func() T { return F.Pad(x, []int{1, 1, 1, 1}, "circular", 0) },
		"area":       func() T { return F.Interpolate(x, nn.ScaleFactor(0.5), nn.Mode("area")) },
	}
	leak.CollectorOff(t)
	for name, call := range cases {
		run := func() {
			before := torch.LiveTensors()
			y := call()
			require.Equal(t, before+1, torch.LiveTensors(), name)
			y.Free()
			require.Equal(t, before, torch.LiveTensors(), name)
		}
		run()
		torch.NoGrad(run)
	}
}
