package nn_test

import (
	"fmt"
	"slices"

	"multitorch/nn"
	"multitorch/torch"
)

// layerRows are dropouts, what changes the shape of pictures, and layers of several tensors.
func layerRows() []row {
	return slices.Concat(dropoutRows(), upsampleRows(), foldRows(), adaptiveSoftmaxRows(), []row{
		{python: "nn.PixelShuffle(3)", make: func() nn.Module { return nn.NewPixelShuffle(3) }, inputs: in(randn(1, 9, 4, 4))},
		{python: "nn.PixelUnshuffle(3)", make: func() nn.Module { return nn.NewPixelUnshuffle(3) }, inputs: in(randn(2, 1, 6, 12))},
		// of integers: libtorch 1.13 has no gradient of it
		{python: "nn.ChannelShuffle(2)", make: func() nn.Module { return nn.NewChannelShuffle(2) }, inputs: in(ids(9, 2, 6, 4, 4))},
		{python: "nn.ChannelShuffle(3)", make: func() nn.Module { return nn.NewChannelShuffle(3) }, inputs: in(ids(9, 2, 6, 5))},
		{python: "nn.Unflatten(1, (2, 3))", make: func() nn.Module { return nn.NewUnflatten(1, 2, 3) }, inputs: in(randn(2, 6, 4))},
		{python: "nn.Unflatten(-2, (2, -1))", make: func() nn.Module { return nn.NewUnflatten(-2, 2, -1) }, inputs: in(randn(3, 4, 5))},
		{python: "nn.Bilinear(5, 7, 8)", make: func() nn.Module { return nn.NewBilinear(5, 7, 8) }, inputs: in(randn(4, 5), randn(4, 7))},
		{
			python: "nn.Bilinear(5, 7, 8, bias=False)", make: func() nn.Module { return nn.NewBilinear(5, 7, 8, nn.Bias(false)) },
			inputs: in(randn(2, 3, 5), randn(2, 3, 7)),
		},
		{python: "nn.Bilinear(5, 7, 8)", make: func() nn.Module { return nn.NewBilinear(5, 7, 8) }, inputs: in(randn(5), randn(7))},
	})
}

func dropoutRows() []row {
	drop := func(p float64, opts ...nn.DropoutOption) []func() nn.Module {
		return []func() nn.Module{
			func() nn.Module { return nn.NewDropout1d(p, opts...) }, func() nn.Module { return nn.NewDropout2d(p, opts...) },
			func() nn.Module { return nn.NewDropout3d(p, opts...) }, func() nn.Module { return nn.NewAlphaDropout(p, opts...) },
			func() nn.Module { return nn.NewFeatureAlphaDropout(p, opts...) }, func() nn.Module { return nn.NewDropout(p, opts...) },
		}
	}
	names := []string{"Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout", "Dropout"}
	shapes := [][]torch.Shape{
		{{3, 4, 5}, {4, 5}}, {{3, 4, 5, 2}, {4, 5, 2}}, {{2, 4, 3, 2, 5}, {4, 3, 2, 5}}, {{3, 4, 5}}, {{3, 4, 5, 2}}, {{3, 4, 5}},
	}
	var rows []row
	for settings, makers := range map[string][]func() nn.Module{
		"0.5": drop(0.5), "0.0": drop(0), "1.0": drop(1), "0.2, inplace=True": drop(0.2, nn.Inplace(true)),
	} {
		for i, name := range names {
			rows = append(rows, samples(fmt.Sprintf("nn.%s(%s)", name, settings), makers[i], shapes[i]...)...)
		}
	}
	return rows
}

func upsampleRows() (rows []row) {
	shapes := map[int]torch.Shape{1: {2, 3, 5}, 2: {2, 3, 5, 4}, 3: {2, 3, 3, 5, 4}}
	type setting struct {
		python string
		opt    nn.UpsampleOption
	}
	factor, size := setting{"scale_factor=1.7", nn.ScaleFactor(1.7)}, setting{"size=7", nn.Size{7}}
	two, small := setting{"scale_factor=2", nn.ScaleFactor(2)}, setting{"scale_factor=0.6", nn.ScaleFactor(0.6)}
	add := func(kind string, dims int, mode string, s setting, more string, opts ...nn.UpsampleOption) {
		rows = append(rows, samples(fmt.Sprintf("nn.Upsample(%s, mode='%s'%s)", s.python, mode, more), func() nn.Module {
			return nn.NewUpsample(append([]nn.UpsampleOption{s.opt, nn.Mode(mode)}, opts...)...)
		}, shapes[dims])...)
	}
	for mode, dims := range map[string][]int{
		"nearest": {1, 2, 3}, "nearest-exact": {1, 2, 3}, "area": {1, 2, 3}, "linear": {1}, "bilinear": {2}, "bicubic": {2}, "trilinear": {3},
	} {
		for _, d := range dims {
			for _, s := range []setting{factor, size, two, small} {
				add("Upsample", d, mode, s, "")
				if len(dims) == 1 {
					add("Upsample", d, mode, s, ", align_corners=True", nn.AlignCorners(true))
					add("Upsample", d, mode, s, ", align_corners=False", nn.AlignCorners(false))
				}
				if s.python != size.python {
					add("Upsample", d, mode, s, ", recompute_scale_factor=True", nn.RecomputeScaleFactor(true))
				}
			}
		}
	}
	picture := shapes[2]
	return slices.Concat(rows,
		samples("nn.Upsample((6, 9))", func() nn.Module { return nn.NewUpsample(nn.Size{6, 9}) }, picture),
		samples("nn.Upsample(scale_factor=(1.5, 2))", func() nn.Module { return nn.NewUpsample(nn.ScaleFactor(1.5, 2)) }, picture),
		samples("nn.UpsamplingNearest2d(scale_factor=2)", func() nn.Module { return nn.NewUpsamplingNearest2d(nn.ScaleFactor(2)) }, picture),
		samples("nn.UpsamplingNearest2d(size=9)", func() nn.Module { return nn.NewUpsamplingNearest2d(nn.Size{9}) }, picture),
		samples("nn.UpsamplingBilinear2d(scale_factor=2)", func() nn.Module { return nn.NewUpsamplingBilinear2d(nn.ScaleFactor(2)) }, picture),
		samples("nn.UpsamplingBilinear2d(size=(7, 3))", func() nn.Module { return nn.NewUpsamplingBilinear2d(nn.Size{7, 3}) }, picture))
}

func foldRows() []row {
	unfold := func(opts ...nn.FoldOption) func() nn.Module {
		return func() nn.Module { return nn.NewUnfold(nn.Pair{2, 3}, opts...) }
	}
	return slices.Concat(
		samples("nn.Unfold((2, 3))", unfold(), torch.Shape{2, 4, 5, 6}, torch.Shape{4, 5, 6}),
		samples("nn.Unfold((2, 3), dilation=2, padding=(1, 2), stride=2)",
			unfold(nn.Dilation(2), nn.Padding(1, 2), nn.Stride(2)), torch.Shape{2, 4, 5, 6}),
		samples("nn.Unfold(2, 1, 0, 1)", func() nn.Module { return nn.NewUnfold(2) }, torch.Shape{2, 4, 3, 3}),
		samples("nn.Fold((3, 3), (2, 2))", func() nn.Module { return nn.NewFold(nn.Pair{3, 3}, nn.Pair{2, 2}) },
			torch.Shape{2, 16, 4}, torch.Shape{16, 4}),
		samples("nn.Fold(3, 2, 1, 0, 1)", func() nn.Module { return nn.NewFold(3, 2) }, torch.Shape{2, 16, 4}, torch.Shape{16, 4}),
		samples("nn.Fold((5, 4), 2, dilation=1, padding=1, stride=(1, 2))", func() nn.Module {
			return nn.NewFold(nn.Pair{5, 4}, 2, nn.Padding(1), nn.Stride(1, 2))
		}, torch.Shape{2, 8, 18}))
}

func adaptiveSoftmaxRows() []row {
	soft := func(opts ...nn.AdaptiveOption) func() nn.Module {
		return func() nn.Module { return nn.NewAdaptiveLogSoftmaxWithLoss(16, 12, []int{3, 5, 9}, opts...) }
	}
	type asm = *nn.AdaptiveLogSoftmaxWithLoss
	logs := func(m nn.Module, x []*torch.Tensor) []*torch.Tensor { return []*torch.Tensor{m.(asm).LogProb(x[0])} }
	best := func(m nn.Module, x []*torch.Tensor) []*torch.Tensor { return []*torch.Tensor{m.(asm).Predict(x[0])} }
	const python = "nn.AdaptiveLogSoftmaxWithLoss(16, 12, [3, 5, 9])"
	frequent := func() *torch.Tensor { return torch.Randint(0, 5, torch.Shape{8}) }
	return []row{
		{python: python, make: soft(), inputs: in(randn(8, 16), ids(12, 8))},
		{python: python, make: soft(), inputs: in(randn(8, 16), frequent)},
		{python: python, make: soft(), inputs: in(randn(16), ids(12))},
		{
			python: "nn.AdaptiveLogSoftmaxWithLoss(16, 12, [3, 5, 9], div_value=2.0, head_bias=True)",
			make:   soft(nn.DivValue(2), nn.HeadBias(true)), inputs: in(randn(8, 16), ids(12, 8)),
		},
		{python: python, make: soft(), inputs: in(randn(8, 16)), call: "m.log_prob(x[0])", forward: logs},
		{python: python, make: soft(), inputs: in(randn(8, 16)), call: "m.predict(x[0])", forward: best},
		{python: python, make: soft(), inputs: in(randn(1, 16)), call: "m.predict(x[0])", forward: best},
	}
}
