package nn_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
)

func lossInputs() map[string]*torch.Tensor {
	return map[string]*torch.Tensor{
		"scores": torch.Randn(torch.Shape{6, 4}), "log": torch.Randn(torch.Shape{6, 4}).LogSoftmax(1),
		"map": torch.Randn(torch.Shape{2, 4, 3}), "one": torch.Randn(torch.Shape{4}),
		"classes": torch.New([]int{0, 3, 1, 1, 2, 3}), "masked": torch.New([]int{0, -100, 1, 9, 2, 9}),
		"all masked":  torch.Full(torch.Shape{6}, -100),
		"map classes": torch.New([][]int{{0, 3, 1}, {1, 2, 3}}), "class": torch.New(2),
		"probabilities": torch.Rand(torch.Shape{6, 4}).Softmax(1), "values": torch.Randn(torch.Shape{6, 4}),
		"weight": torch.New([]float32{0.5, 1, 2, 0.1}), "ones": torch.Rand(torch.Shape{6, 4}).Gt(0.5).To(torch.Float32),
	}
}

func TestLossErrors(t *testing.T) {
	in := lossInputs()
	for name, c := range map[string]struct {
		call func()
		want string
	}{
		"target too large": {
			func() { nn.NewCrossEntropyLoss().Forward(in["scores"], in["masked"]) },
			"CrossEntropyLoss: cross_entropy_loss: expected targets from 0 to 3, but got 9 at [3]",
		},
		"negative target": {
			func() { nn.NewNLLLoss().Forward(in["log"], torch.New([]int{0, 0, -1, 0, 0, 0})) },
			"NLLLoss: nll_loss: expected targets from 0 to 3, but got -1 at [2]",
		},
		"target of a map": {
			func() { nn.NewCrossEntropyLoss().Forward(in["map"], torch.New([][]int{{0, 1, 2}, {0, 4, 0}})) },
			"expected targets from 0 to 3, but got 4 at [1, 1]",
		},
		"batch sizes":    {func() { nn.NewCrossEntropyLoss().Forward(in["scores"], torch.New([]int{1, 2})) }, "with float32[6, 4], int64[2]"},
		"target's dtype": {func() { nn.NewCrossEntropyLoss().Forward(in["scores"], in["classes"].To(torch.Int32)) }, "CrossEntropyLoss: "},
		"weight": {func() {
			nn.NewCrossEntropyLoss(nn.Weight(torch.Ones(torch.Shape{3}))).Forward(in["scores"], in["classes"])
		}, "weight tensor should be defined either for all 4 classes or no classes"},
		"mse shapes": {
			func() { nn.NewMSELoss().Forward(in["scores"], in["classes"]) },
			"MSELoss: mse_loss: expected an input and a target of one shape, but got [6, 4] and [6]; Expand or Reshape one of them",
		},
		"l1 shapes":  {func() { nn.NewL1Loss().Forward(in["scores"], in["one"]) }, "[6, 4] and [4]"},
		"bce shapes": {func() { nn.NewBCEWithLogitsLoss().Forward(in["scores"], in["one"]) }, "[6, 4] and [4]"},
		"no target":  {func() { nn.NewCrossEntropyLoss().Forward(in["scores"], nil) }, "CrossEntropyLoss: "},
		"reduction": {
			func() { nn.NewCrossEntropyLoss(nn.Reduction("average")) },
			`reduction must be one of none, mean and sum, but got "average"`,
		},
		"mse":          {func() { nn.NewMSELoss(nn.Reduction("")) }, "MSELoss: reduction"},
		"l1":           {func() { nn.NewL1Loss(nn.Reduction("")) }, "L1Loss: reduction"},
		"nll":          {func() { nn.NewNLLLoss(nn.Reduction("")) }, "NLLLoss: reduction"},
		"bce":          {func() { nn.NewBCEWithLogitsLoss(nn.Reduction("")) }, "BCEWithLogitsLoss: reduction"},
		"smoothing":    {func() { nn.NewCrossEntropyLoss(nn.LabelSmoothing(1.5)) }, "label_smoothing has to be between 0 and 1, but got 1.5"},
		"scalar input": {func() { nn.NewCrossEntropyLoss().Forward(torch.New(1.0), torch.New(0)) }, "CrossEntropyLoss: "},
	} {
		t.Run(name, func(t *testing.T) {
			require.ErrorContains(t, torch.Try(func() error { c.call(); return nil }), c.want)
		})
	}
}

// TestTargetsOutOfRange: whatever the options, a wrong target ends in an error
// that names it, never in memory that is not the tensor's.
func TestTargetsOutOfRange(t *testing.T) {
	in := lossInputs()
	for name, opts := range map[string][]nn.LossOption{
		"weight": {nn.Weight(in["weight"])}, "smoothing": {nn.LabelSmoothing(0.1)}, "both": {nn.Weight(in["weight"]), nn.LabelSmoothing(0.1)},
		"sum": {nn.Reduction("sum")}, "none": {nn.Reduction("none")},
		"all": {nn.Weight(in["weight"]), nn.LabelSmoothing(0.1), nn.Reduction("none")},
	} {
		for _, wrong := range []int{4, -1, 1 << 40, -1 << 40} {
			t.Run(fmt.Sprint(name, wrong), func(t *testing.T) {
				m := nn.NewCrossEntropyLoss(opts...)
				want := fmt.Sprintf("expected targets from 0 to 3, but got %d at [5]", wrong)
				require.ErrorContains(t, torch.Try(func() error {
					m.Forward(in["scores"], torch.New([]int{0, 1, 2, 3, 0, wrong}))
					return nil
				}), want)
				require.ErrorContains(t, torch.Try(func() error {
					m.Forward(torch.Randn(torch.Shape{1, 4, 6}), torch.New([][]int{{0, 1, 2, 3, 0, wrong}}))
					return nil
				}), "but got")
			})
		}
	}
}
