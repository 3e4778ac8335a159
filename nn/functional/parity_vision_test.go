package functional_test

import (
	"fmt"

	"multitorch/nn"
	F "multitorch/nn/functional"
	"multitorch/torch"
)

func visionRows() (rows []row) {
	type T = *torch.Tensor
	resize := func(python string, x input, opts ...nn.UpsampleOption) {
		rows = append(rows, unary("F.interpolate(x, "+python+")", func(x T) T { return F.Interpolate(x, opts...) }, x))
	}
	inputs := []input{1: randn(2, 3, 7), 2: randn(2, 3, 6, 7), 3: randn(2, 3, 4, 5, 6)}
	for dims, words := range [][]string{1: {"linear"}, 2: {"bilinear", "bicubic"}, 3: {"trilinear"}} {
		if dims == 0 {
			continue
		}
		for _, mode := range append(words, "nearest", "nearest-exact", "area") {
			python := fmt.Sprintf("mode='%s'", mode)
			resize("size=5, "+python, inputs[dims], nn.Size{5}, nn.Mode(mode))
			resize("scale_factor=1.7, "+python, inputs[dims], nn.ScaleFactor(1.7), nn.Mode(mode))
			resize("scale_factor=0.6, recompute_scale_factor=True, "+python, inputs[dims], nn.ScaleFactor(0.6), nn.Mode(mode),
				nn.RecomputeScaleFactor(true))
		}
		for _, mode := range words {
			resize(fmt.Sprintf("scale_factor=2, mode='%s', align_corners=True", mode), inputs[dims], nn.ScaleFactor(2), nn.Mode(mode),
				nn.AlignCorners(true))
		}
	}
	picture := inputs[2]
	for _, mode := range []string{"bilinear", "bicubic"} {
		resize(fmt.Sprintf("size=(3, 4), mode='%s', antialias=True", mode), picture, nn.Size{3, 4}, nn.Mode(mode), nn.Antialias(true))
		resize(fmt.Sprintf("scale_factor=(0.5, 0.7), mode='%s', antialias=True, align_corners=True", mode), picture, nn.ScaleFactor(0.5, 0.7),
			nn.Mode(mode), nn.Antialias(true), nn.AlignCorners(true))
	}
	return append(
		rows,
		unary("F.upsample(x, scale_factor=2)", func(x T) T { return F.Interpolate(x, nn.ScaleFactor(2)) }, picture),
		unary("F.pixel_shuffle(x, 2)", func(x T) T { return F.PixelShuffle(x, 2) }, randn(2, 8, 3, 4)),
		unary("F.pixel_unshuffle(x, 2)", func(x T) T { return F.PixelUnshuffle(x, 2) }, randn(2, 3, 4, 6)),
		unary("F.channel_shuffle(x, 3)", func(x T) T { return F.ChannelShuffle(x, 3) }, ids(9, 2, 6, 4, 5)),
		unary("F.unfold(x, 3)", func(x T) T { return F.Unfold(x, 3) }, picture),
		unary("F.unfold(x, (3, 2), dilation=2, padding=1, stride=(1, 2))", func(x T) T {
			return F.Unfold(x, nn.Pair{3, 2}, nn.Dilation(2), nn.Padding(1), nn.Stride(1, 2))
		}, picture),
		unary("F.fold(x, (6, 7), 3)", func(x T) T { return F.Fold(x, nn.Pair{6, 7}, 3) }, randn(2, 27, 20)),
		unary("F.fold(x, 5, 2, stride=1, padding=1)", func(x T) T { return F.Fold(x, 5, 2, nn.Stride(1), nn.Padding(1)) }, randn(2, 12, 36)),
	)
}

type dropout = func(x *torch.Tensor, p float64, training bool, opts ...nn.DropoutOption) *torch.Tensor

func dropoutRows() (rows []row) {
	type T = *torch.Tensor
	sequence, picture, volume := randn(3, 4, 5), randn(3, 4, 5, 6), randn(2, 3, 4, 5, 6)
	for _, c := range []struct {
		name string
		f    dropout
		x    input
	}{
		{"dropout", F.Dropout, sequence},
		{"dropout1d", F.Dropout1d, sequence},
		{"dropout2d", F.Dropout2d, picture},
		{"dropout3d", F.Dropout3d, volume},
		{"alpha_dropout", F.AlphaDropout, sequence},
		{"feature_alpha_dropout", F.FeatureAlphaDropout, picture},
	} {
		rows = append(
			rows,
			unary("F."+c.name+"(x, 0.4, training=True)", func(x T) T { return c.f(x, 0.4, true) }, c.x),
			unary("F."+c.name+"(x, 0.4, training=False)", func(x T) T { return c.f(x, 0.4, false) }, c.x),
			unary("F."+c.name+"(x, 0.4, True, True)", func(x T) T { return c.f(x, 0.4, true, nn.Inplace(true)) }, c.x),
		)
	}
	return append(rows, unary("F.dropout(x, 1.0)", func(x T) T { return F.Dropout(x, 1, true) }, sequence),
		unary("F.dropout(x, 0.0)", func(x T) T { return F.Dropout(x, 0, true) }, sequence))
}
