package nn_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/nn"
	"multitorch/torch"
)

// TestLossesLeaveOnlyTheirResults: whatever a loss makes on its way is freed when it returns.
func TestLossesLeaveOnlyTheirResults(t *testing.T) {
	type T = *torch.Tensor
	x, y, z := torch.Randn(torch.Shape{6, 4}, torch.RequiresGrad(true)), torch.Randn(torch.Shape{6, 4}), torch.Randn(torch.Shape{6, 4})
	p, q, v := torch.Rand(torch.Shape{6, 4}), torch.Rand(torch.Shape{6, 4}), torch.Rand(torch.Shape{6})
	weight, log := torch.Rand(torch.Shape{4}), torch.Randn(torch.Shape{5, 2, 3}).LogSoftmax(2)
	labels, inputs, counts := torch.New([][]int{{1, 2}, {2, 1}}), torch.New([]int{5, 4}), torch.New([]int{2, 1})
	classes := torch.New([]int{0, 1, 2, 3, 0, 1})
	none, swap, full := nn.Reduction("none"), nn.Swap(true), nn.Full(true)
	cases := map[string]func() T{
		"bce":          func() T { return nn.NewBCELoss(nn.Weight(weight)).Forward(p, q) },
		"gauss":        func() T { return nn.NewGaussianNLLLoss(full).Forward(x, y, v) },
		"gauss, none":  func() T { return nn.NewGaussianNLLLoss(none).Forward(x, y, p) },
		"divergence":   func() T { return nn.NewKLDivLoss(nn.Reduction("batchmean")).Forward(x, q) },
		"labels":       func() T { return nn.NewMultiLabelSoftMarginLoss(nn.Weight(weight)).Forward(x, q) },
		"labels, none": func() T { return nn.NewMultiLabelSoftMarginLoss(none).Forward(x, q) },
		"margins":      func() T { return nn.NewMultiMarginLoss().Forward(x, classes) },
		"triplets":     func() T { return nn.NewTripletMarginWithDistanceLoss(swap).Forward(x, y, z) },
		"ctc":          func() T { return nn.NewCTCLoss().Forward(log, labels, inputs, counts) },
		"wrong class": func() T {
			require.Error(t, torch.Try(func() error { nn.NewMultiMarginLoss().Forward(y, counts); return nil }))
			return nil
		},
	}
	leak.CollectorOff(t)
	for name, call := range cases {
		run := func() {
			before, expected := torch.LiveTensors(), 0
			loss := call()
			if loss != nil {
				expected = 1
			}
			require.Equal(t, before+expected, torch.LiveTensors(), name)
			if loss != nil {
				loss.Free()
			}
		}
		run()
		torch.NoGrad(run)
	}
}
