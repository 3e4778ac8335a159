package nn_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/version"
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
		"mse":       {func() { nn.NewMSELoss(nn.Reduction("")) }, "MSELoss: reduction"},
		"l1":        {func() { nn.NewL1Loss(nn.Reduction("")) }, "L1Loss: reduction"},
		"nll":       {func() { nn.NewNLLLoss(nn.Reduction("")) }, "NLLLoss: reduction"},
		"bce":       {func() { nn.NewBCEWithLogitsLoss(nn.Reduction("")) }, "BCEWithLogitsLoss: reduction"},
		"smoothing": {func() { nn.NewCrossEntropyLoss(nn.LabelSmoothing(1.5)) }, "label_smoothing has to be between 0 and 1, but got 1.5"},
		"batchmean": {
			func() { nn.NewMSELoss(nn.Reduction("batchmean")) },
			`MSELoss: reduction must be one of none, mean and sum, but got "batchmean"`,
		},
		"of KLDivLoss": {
			func() { nn.NewKLDivLoss(nn.Reduction("average")) },
			`KLDivLoss: reduction must be one of none, batchmean, mean and sum, but got "average"`,
		},
		"delta":        {func() { nn.NewHuberLoss(nn.Delta(0)) }, "HuberLoss: delta must be greater than 0, but got 0"},
		"beta":         {func() { nn.NewSmoothL1Loss(nn.Beta(-1)) }, "SmoothL1Loss: beta must not be negative, but got -1"},
		"eps":          {func() { nn.NewGaussianNLLLoss(nn.Eps(-1)) }, "GaussianNLLLoss: eps must not be negative, but got -1"},
		"p":            {func() { nn.NewMultiMarginLoss(nn.P(3)) }, "MultiMarginLoss: p must be 1 or 2, but got 3"},
		"blank":        {func() { nn.NewCTCLoss(nn.Blank(-1)) }, "CTCLoss: blank must be at least 0, but got -1"},
		"sibling":      {func() { nn.NewHuberLoss(nn.Beta(1)) }, "HuberLoss: no keyword argument beta; it takes reduction, delta"},
		"class weight": {func() { nn.NewMultiMarginLoss(nn.Weight(in["scores"])) }, "weight must have one dimension, but got the shape [6, 4]"},
		"huber shapes": {
			func() { nn.NewHuberLoss().Forward(in["scores"], in["one"]) },
			"HuberLoss: huber_loss: expected an input and a target of one shape",
		},
		"smooth shapes": {func() { nn.NewSmoothL1Loss().Forward(in["scores"], in["one"]) }, "[6, 4] and [4]"},
		"not probabilities": {
			func() { nn.NewBCELoss().Forward(in["values"].Mul(9), in["ones"]) },
			"BCELoss: binary_cross_entropy: all elements of input should be between 0 and 1",
		},
		"probabilities' shapes": {func() { nn.NewBCELoss().Forward(in["probabilities"], in["one"]) }, "[6, 4] and [4]"},
		"negative variance": {
			func() { nn.NewGaussianNLLLoss().Forward(in["values"], in["values"], in["values"].Abs().Neg()) },
			"GaussianNLLLoss: gaussian_nll_loss: expected variances that are not negative",
		},
		"variance's shape": {
			func() { nn.NewGaussianNLLLoss().Forward(in["values"], in["values"], torch.Ones(torch.Shape{3, 4})) },
			"expected variances of the means' shape, [6, 4], or with 1 as one of its sizes, but got [3, 4]",
		},
		"multi margin target": {
			func() { nn.NewMultiMarginLoss().Forward(in["scores"], torch.New([]int{0, 1, 2, 4, 0, 0})) },
			"MultiMarginLoss: multi_margin_loss: expected targets from 0 to 3, but got 4 at [3]",
		},
		"multi label target": {
			func() { nn.NewMultiLabelMarginLoss().Forward(in["one"], torch.New([]int{0, -2, -1, 0})) },
			"MultiLabelMarginLoss: multilabel_margin_loss: expected targets from 0 to 3, but got -2 at [1]",
		},
		"multi label shapes": {func() { nn.NewMultiLabelMarginLoss().Forward(in["scores"], in["classes"]) }, "[6, 4] and [6]"},
		"no classes": {
			func() { nn.NewMultiLabelSoftMarginLoss().Forward(torch.New(1.0), torch.New(1.0)) },
			"expected scores [N, C] or [C], but got the shape []",
		},
		"ranking shapes": {
			func() { nn.NewMarginRankingLoss().Forward(in["one"], in["one"], in["ones"]) },
			"expected tensors of as many dimensions, but got the shapes [4], [4] and [6, 4]",
		},
		"cosine shapes":  {func() { nn.NewCosineEmbeddingLoss().Forward(in["values"], in["values"], in["ones"]) }, "CosineEmbeddingLoss: "},
		"triplet shapes": {func() { nn.NewTripletMarginLoss().Forward(in["values"], in["values"], in["map"]) }, "TripletMarginLoss: "},
		"triplet dimensions": {
			func() { nn.NewTripletMarginWithDistanceLoss().Forward(in["values"], in["values"], in["one"]) },
			"expected an anchor, a positive and a negative of as many dimensions, but got 2, 2 and 1",
		},
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

// TestCTCErrors: labels and lengths that would have the operator read beyond its tensors are found first.
func TestCTCErrors(t *testing.T) {
	scores, labels := torch.Randn(torch.Shape{4, 2, 5}).LogSoftmax(2), [][]int{{1, 2}, {3, 4}}
	all, both := []int{4, 4}, []int{2, 2}
	for name, c := range map[string]struct {
		scores                  *torch.Tensor
		targets, inputs, counts any
		opt                     nn.LossOption
		want                    string
	}{
		"scores": {
			torch.Zeros(torch.Shape{4}), labels, all, both, nil,
			"expected log-probabilities [T, N, C] or [T, C], but got the shape [4]",
		},
		"blank":          {scores, labels, all, both, nn.Blank(5), "expected a blank from 0 to 4, but got 5"},
		"long input":     {scores, labels, []int{4, 5}, both, nil, "input_lengths of at most 4, the log-probabilities' length, but got 5"},
		"negative input": {scores, labels, []int{4, -1}, both, nil, "expected input_lengths of at least 0, but got -1"},
		"negative count": {scores, labels, all, []int{-2, 2}, nil, "expected target_lengths of at least 0, but got -2"},
		"too few":        {scores, labels, []int{4}, both, nil, "expected input_lengths to be 2 integers, but got int64[1]"},
		"floats":         {scores, labels, all, []float64{2, 2}, nil, "expected target_lengths to be 2 integers, but got float32[2]"},
		"too large":      {scores, [][]int{{1, 2}, {3, 5}}, all, both, nil, "expected targets from 0 to 4, but got 5 at [1, 1]"},
		"negative label": {scores, []int{1, 2, -1, 1}, all, both, nil, "expected targets from 0 to 4, but got -1 at [2]"},
		"narrow": {
			scores, labels, all,
			[]int{3, 2},
			nil,
			"expected targets [N, S], where N is 2 and S at least 3, or all in one [5], but got the shape [2, 2]",
		},
		"all in one": {scores, []int{1, 2, 3}, all, both, nil, "expected targets of all target_lengths together, 4, but got the shape [3]"},
		"float labels": {
			scores,
			[][]float64{{1, 2}, {3, 7}},
			all, both, nil,
			"CTCLoss: ctc_loss: expected targets from 0 to 4, but got 7 at [1, 1]",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var opts []nn.LossOption
			if c.opt != nil {
				opts = append(opts, c.opt)
			}
			require.ErrorContains(t, torch.Try(func() error {
				nn.NewCTCLoss(opts...).Forward(c.scores, torch.New(c.targets), torch.New(c.inputs), torch.New(c.counts))
				return nil
			}), c.want)
		})
	}
	// What stands behind a target's length is no label, and a short input has an infinite loss.
	loss := nn.NewCTCLoss(nn.Reduction("none"))
	got := loss.Forward(scores, torch.New([][]int{{1, 99}, {3, 3}}), torch.New([]int{4, 2}), torch.New([]int{1, 2}))
	require.False(t, math.IsInf(got.Index(0).Item(), 0))
	require.True(t, math.IsInf(got.Index(1).Item(), 1))
}

// TestTripletMargin: PyTorch has refused margins of zero since 2.6.
func TestTripletMargin(t *testing.T) {
	err := torch.Try(func() error { nn.NewTripletMarginLoss(nn.Margin(0)); return nil })
	if version.AtLeast(torch.Version(), 2, 6) {
		require.ErrorContains(t, err, "TripletMarginLoss: margin must be greater than 0, but got 0")
	} else {
		require.NoError(t, err)
	}
}

// TestLossesAreModules: hooks see a loss's inputs, and a copy of one measures by a distance of its own.
func TestLossesAreModules(t *testing.T) {
	x, y, z := torch.Randn(torch.Shape{2, 3}), torch.Randn(torch.Shape{2, 3}), torch.Randn(torch.Shape{2, 3})
	loss := nn.NewTripletMarginWithDistanceLoss(nn.DistanceFunction(nn.NewPairwiseDistance()))
	want := loss.Forward(x, y, z).Item()
	copied := nn.Clone(loss)
	require.Equal(t, want, copied.Forward(x, y, z).Item())
	seen := 0
	nn.RegisterForwardPreHook(loss, func(_ nn.Module, inputs []*torch.Tensor) []*torch.Tensor { seen += len(inputs); return nil })
	nn.RegisterForwardHook(loss.DistanceFunction, func(_ nn.Module, _, outputs []*torch.Tensor) []*torch.Tensor {
		return []*torch.Tensor{outputs[0].Mul(0)}
	})
	require.Equal(t, 1.0, loss.Forward(x, y, z).Item())
	require.Equal(t, 3, seen)
	require.Equal(t, want, copied.Forward(x, y, z).Item())
}
