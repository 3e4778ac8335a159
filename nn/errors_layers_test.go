package nn_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/nn"
	"multitorch/torch"
)

// TestLayerConstructorErrors is TestConstructorErrors for layers, pools and activation functions.
func TestLayerConstructorErrors(t *testing.T) {
	for want, make := range map[string]func(){
		"Conv3d: kernel_size must be at least 1, but got (1, 2, 0)":            func() { nn.NewConv3d(1, 2, nn.Triple{1, 2, 0}) },
		"Conv3d: stride: expected one number, or one for each of 3 dimensions": func() { nn.NewConv3d(1, 2, 3, nn.Stride(1, 2)) },
		"ConvTranspose1d: groups must be a positive integer, but got 0":        func() { nn.NewConvTranspose1d(2, 2, 1, nn.Groups(0)) },
		"ConvTranspose3d: output_padding must be smaller than": func() {
			nn.NewConvTranspose3d(1, 1, 2, nn.OutputPadding(1))
		},
		"MaxPool1d: padding must be at most half of kernel_size, but got 2 and 3": func() { nn.NewMaxPool1d(3, nn.Padding(2)) },
		"AvgPool3d: divisor_override must not be zero":                            func() { nn.NewAvgPool3d(2, nn.DivisorOverride(0)) },
		"MaxUnpool2d: kernel_size must be at least 1, but got 0":                  func() { nn.NewMaxUnpool2d(0) },
		"LPPool2d: norm_type must not be zero, but got 0":                         func() { nn.NewLPPool2d(0, 2) },
		"FractionalMaxPool2d: either output_size or output_ratio must be given":   func() { nn.NewFractionalMaxPool2d(2) },
		"FractionalMaxPool3d: only one of output_size and output_ratio may be given": func() {
			nn.NewFractionalMaxPool3d(2, nn.OutputSize(2), nn.OutputRatio(0.5))
		},
		"FractionalMaxPool2d: output_ratio must be between 0 and 1, but got [1]": func() { nn.NewFractionalMaxPool2d(2, nn.OutputRatio(1)) },
		"FractionalMaxPool2d: output_ratio: expected one number, or one for each": func() {
			nn.NewFractionalMaxPool2d(2, nn.OutputRatio(.1, .2, .3))
		},
		"AdaptiveMaxPool3d: output_size must be at least 0, or Same, but got -3":    func() { nn.NewAdaptiveMaxPool3d(-3) },
		"ReflectionPad2d: padding: expected one number, or 4":                       func() { nn.NewReflectionPad2d(nn.Size{1, 2}) },
		"ConstantPad1d: padding: expected one number, or 2":                         func() { nn.NewConstantPad1d(nn.Size{}, 1.0) },
		"CELU: alpha must not be zero":                                              func() { nn.NewCELU(nn.Alpha(0)) },
		"RReLU: lower must be at most upper, but got 0.5 and 0.1":                   func() { nn.NewRReLU(nn.Lower(0.5), nn.Upper(0.1)) },
		"Hardtanh: max_val must be larger than min_val, but got -1 and -1":          func() { nn.NewHardtanh(nn.MaxVal(-1)) },
		"Softshrink: lambd must be at least 0, but got -0.5":                        func() { nn.NewSoftshrink(nn.Lambd(-0.5)) },
		"PReLU: num_parameters must be at least 1, but got 0":                       func() { nn.NewPReLU(0) },
		"InstanceNorm2d: num_features must be at least 0, but got -1":               func() { nn.NewInstanceNorm2d(-1) },
		"GroupNorm: num_channels must be divisible by num_groups, but got 4 and 3":  func() { nn.NewGroupNorm(3, 4) },
		"GroupNorm: num_groups must be at least 1, but got 0":                       func() { nn.NewGroupNorm(0, 4) },
		"RMSNorm: normalized_shape must have at least one dimension":                func() { nn.NewRMSNorm(torch.Shape{}) },
		"LocalResponseNorm: size must be at least 1, but got 0":                     func() { nn.NewLocalResponseNorm(0) },
		"Dropout2d: p has to be between 0 and 1, but got 1.5":                       func() { nn.NewDropout2d(1.5) },
		"AlphaDropout: p has to be between 0 and 1, but got NaN":                    func() { nn.NewAlphaDropout(math.NaN()) },
		"PixelShuffle: upscale_factor must be at least 1, but got 0":                func() { nn.NewPixelShuffle(0) },
		"ChannelShuffle: groups must be at least 1, but got 0":                      func() { nn.NewChannelShuffle(0) },
		"Upsample: either size or scale_factor must be given":                       func() { nn.NewUpsample() },
		"Upsample: only one of size and scale_factor may be given, but got both":    func() { nn.NewUpsample(nn.Size{2}, nn.ScaleFactor(2)) },
		`Upsample: mode must be one of nearest, nearest-exact, area, linear, bilin`: func() { nn.NewUpsample(nn.Size{2}, nn.Mode("cubic")) },
		"Upsample: align_corners is for the modes linear, bilinear, bicubic and": func() {
			nn.NewUpsample(nn.Size{2}, nn.AlignCorners(true))
		},
		"Upsample: scale_factor must be above 0, but got 0": func() { nn.NewUpsample(nn.ScaleFactor(0)) },
		"Upsample: size must be at least 1, but got 0":      func() { nn.NewUpsample(nn.Size{0}) },
		"Upsample: recompute_scale_factor has no meaning for a size": func() {
			nn.NewUpsample(nn.Size{2}, nn.RecomputeScaleFactor(true))
		},
		"Fold: output_size must be at least 1, but got 0":              func() { nn.NewFold(0, 2) },
		"Unfold: stride must be at least 1, but got 0":                 func() { nn.NewUnfold(2, nn.Stride(0)) },
		"Bilinear: in1_features must be at least 1, but got 0":         func() { nn.NewBilinear(0, 1, 1) },
		"Unflatten: unflattened_size must have at least one dimension": func() { nn.NewUnflatten(1) },
		"cutoffs must be rising numbers between 1 and n_classes-1, 4, but got [2, 2]": func() {
			nn.NewAdaptiveLogSoftmaxWithLoss(2, 5, []int{2, 2})
		},
		"cutoffs must be rising numbers between 1 and n_classes-1, 4, but got [5]": func() { nn.NewAdaptiveLogSoftmaxWithLoss(2, 5, []int{5}) },
		"AdaptiveLogSoftmaxWithLoss: div_value must be above 0, but got 0": func() {
			nn.NewAdaptiveLogSoftmaxWithLoss(2, 5, []int{2}, nn.DivValue(0))
		},
	} {
		t.Run(want, func(t *testing.T) {
			err := torch.Try(func() error { make(); return nil })
			require.ErrorContains(t, err, want)
			require.Equal(t, torch.ValueError, err.(*torch.Error).Kind)
		})
	}
}

// TestLayerForwardErrors is TestForwardErrors for layers, pools and activation functions.
func TestLayerForwardErrors(t *testing.T) {
	zeros := func(shape ...int) *torch.Tensor { return torch.Zeros(shape) }
	indices := torch.Zeros(torch.Shape{1, 2, 2}, torch.Int64)
	soft := nn.NewAdaptiveLogSoftmaxWithLoss(4, 6, []int{2})
	for want, call := range map[string]func(){
		"Conv3d: conv3d: expected an input with 2 channels (in_channels; the weight is [3, 2, 2, 2, 2]), but got 1": func() {
			nn.NewConv3d(2, 3, 2).Forward(zeros(1, 1, 4, 4, 4))
		},
		"ConvTranspose1d: conv_transpose1d: expected an input [N, C, L] or [C, L], but got the shape [4]": func() {
			nn.NewConvTranspose1d(2, 3, 2).Forward(zeros(4))
		},
		"MaxPool1d: max_pool1d: expected an input [N, C, L] or [C, L], but got the shape [3]": func() { nn.NewMaxPool1d(2).Forward(zeros(3)) },
		"MaxUnpool2d: max_unpool2d: expected an input [N, C, H, W] or [C, H, W], but got": func() {
			nn.NewMaxUnpool2d(2).Forward(zeros(2, 2), indices)
		},
		"MaxUnpool2d: max_unpool2d: expected an output size between 2 and 6 in dimension 1, but got [4, 9]": func() {
			nn.NewMaxUnpool2d(2).ForwardSized(zeros(1, 2, 2), indices, 4, 9)
		},
		"FractionalMaxPool2d: fractional_max_pool2d: expected an input [N, C, H, W]": func() {
			nn.NewFractionalMaxPool2d(2, nn.OutputSize(2)).Forward(zeros(4, 4))
		},
		"AdaptiveMaxPool1d: adaptive_max_pool1d: expected an input [N, C, L]": func() { nn.NewAdaptiveMaxPool1d(2).Forward(zeros(4)) },
		"CircularPad2d: circular_pad2d: expected an input [N, C, H, W] or [C, H, W], but got the shape [4, 4]": func() {
			nn.NewCircularPad2d(1).Forward(zeros(4, 4))
		},
		"ReflectionPad1d: pad: ":                               func() { nn.NewReflectionPad1d(4).Forward(zeros(1, 1, 3)) },
		"Softmax2d: softmax2d: expected an input [N, C, H, W]": func() { nn.NewSoftmax2d().Forward(zeros(2, 2)) },
		"GLU: glu: ": func() { nn.NewGLU().Forward(zeros(2, 3)) },
		"BatchNorm3d: batch_norm: expected an input of 5 dim": func() { nn.NewBatchNorm3d(2).Forward(zeros(2, 2, 3, 3)) },
		"SyncBatchNorm: batch_norm: expected an input of at least 2 dimensions [N, C, ...], but got the shape [2]": func() {
			nn.NewSyncBatchNorm(2).Forward(zeros(2))
		},
		"InstanceNorm2d: instance_norm: expected more than 1 element per channel": func() {
			nn.NewInstanceNorm2d(2).Forward(zeros(2, 2, 1, 1))
		},
		"InstanceNorm1d: instance_norm: expected an input with 2 channels (num_features), but got 3": func() {
			nn.NewInstanceNorm1d(2, nn.Affine(true)).Forward(zeros(2, 3, 4))
		},
		"GroupNorm: group_norm: expected an input with 4 channels (num_channels), but got 3": func() {
			nn.NewGroupNorm(2, 4).Forward(zeros(2, 3))
		},
		"GroupNorm: group_norm: expected an input of at least 2 dimensions": func() {
			nn.NewGroupNorm(2, 4).Forward(zeros(4))
		},
		"GroupNorm: group_norm: expected more than 1 value per group, but got the shape": func() {
			nn.NewGroupNorm(4, 4).Forward(zeros(1, 4))
		},
		"RMSNorm: rms_norm: ": func() { nn.NewRMSNorm(4).Forward(zeros(2, 3)) },
		"LocalResponseNorm: local_response_norm: expec": func() {
			nn.NewLocalResponseNorm(2).Forward(zeros(2, 3))
		},
		"CrossMapLRN2d: cross_map_lrn2d: expected an i": func() {
			nn.NewCrossMapLRN2d(2).Forward(zeros(2, 3))
		},
		"Dropout1d: dropout1d: expected an input [N, C, L] or [C, L], but got the shape [3]": func() { nn.NewDropout1d(0.5).Forward(zeros(3)) },
		"PixelShuffle: pixel_shuffle: ": func() {
			nn.NewPixelShuffle(2).Forward(zeros(1, 3, 2, 2))
		},
		"PixelUnshuffle: pixel_unshuffle: ": func() {
			nn.NewPixelUnshuffle(2).Forward(zeros(1, 3, 3, 2))
		},
		"ChannelShuffle: channel_shuffle: ": func() {
			nn.NewChannelShuffle(2).Forward(zeros(1, 3, 3, 2))
		},
		"Upsample: interpolate: expected an input of 3, 4 or 5 dimensions": func() {
			nn.NewUpsample(nn.Size{2}).Forward(zeros(3, 3))
		},
		"Upsample: interpolate: the mode bilinear is for an input of other": func() {
			nn.NewUpsample(nn.Size{2}, nn.Mode("bilinear")).Forward(zeros(1, 3, 3))
		},
		"Upsample: interpolate: expected a size or factor for each of the 1 dimensions of the input [1, 3, 3], but got 2": func() {
			nn.NewUpsample(nn.Size{2, 2}).Forward(zeros(1, 3, 3))
		},
		"Unfold: unfold: expected an input [N, C, H, W]": func() { nn.NewUnfold(2).Forward(zeros(3, 3)) },
		"Fold: col2im: ": func() { nn.NewFold(4, 2).Forward(zeros(1, 4, 5)) },
		"Bilinear: bilinear: expected input 2 to have 3 elements in its last dimension (in2_features), but got the shape [2, 4]": func() {
			nn.NewBilinear(2, 3, 4).Forward(zeros(2, 2), zeros(2, 4))
		},
		"Unflatten: unflatten: expected sizes that multiply to 3, the size of dimension 1 in the shape [1, 3], but got (2, 2)": func() {
			nn.NewUnflatten(1, 2, 2).Forward(zeros(1, 3))
		},
		"AdaptiveLogSoftmaxWithLoss: adaptive_log_softmax: expected classes from 0 to 5, but got some from 0 to 6": func() {
			soft.Forward(zeros(2, 4), torch.New([]int{0, 6}))
		},
		"adaptive_log_softmax: expected as many classes as samples, but got 3 and 2": func() {
			soft.Forward(zeros(2, 4), torch.New([]int{0, 1, 2}))
		},
		"adaptive_log_softmax: expected an input of 1 dimensions for these classes, but":  func() { soft.Forward(zeros(2, 4), torch.New(1)) },
		"adaptive_log_softmax: expected classes of 0 or 1 dimensions, but got the shape ": func() { soft.Forward(zeros(2, 4), zeros(2, 4)) },
	} {
		t.Run(want, func(t *testing.T) {
			require.ErrorContains(t, torch.Try(func() error { call(); return nil }), want)
		})
	}
}

// TestLayersLeaveOnlyTheirResults: whatever a layer makes on its way is freed when it returns.
func TestLayersLeaveOnlyTheirResults(t *testing.T) {
	sequence, picture := torch.Rand(torch.Shape{2, 4, 8}), torch.Rand(torch.Shape{2, 4, 8, 6})
	volume := torch.Rand(torch.Shape{2, 4, 4, 4, 4})
	one := torch.Rand(torch.Shape{4, 8})
	layers := map[nn.Layer]*torch.Tensor{
		nn.NewSoftsign(): one, nn.NewTanhshrink(): one, nn.NewSoftmin(1): one, nn.NewGLU(): one, nn.NewRReLU(): one,
		nn.NewLPPool1d(2, 2): sequence, nn.NewLPPool2d(math.Inf(-1), 2): picture, nn.NewLPPool3d(1.5, 2): volume,
		nn.NewFractionalMaxPool2d(2, nn.OutputRatio(0.5)): picture, nn.NewAdaptiveMaxPool2d(2): picture, nn.NewMaxPool1d(2): sequence,
		nn.NewCircularPad1d(2): one, nn.NewConstantPad2d(2, 1): picture, nn.NewInstanceNorm1d(4): one, nn.NewRMSNorm(8): one,
		nn.NewLocalResponseNorm(2): sequence, nn.NewCrossMapLRN2d(3): picture, nn.NewDropout1d(0.5): one, nn.NewDropout3d(0.5): volume,
		nn.NewUpsample(nn.ScaleFactor(2)): picture, nn.NewUpsample(nn.ScaleFactor(2), nn.Mode("area")): volume, nn.NewUnfold(2): picture,
		nn.NewFeatureAlphaDropout(0.5): picture, nn.NewPixelUnshuffle(2): picture, nn.NewUnflatten(1, 2, 2): picture,
	}
	soft := nn.NewAdaptiveLogSoftmaxWithLoss(8, 12, []int{3, 7}, nn.HeadBias(true))
	classes, some := torch.New([]int{2, 5, 11, 0}), torch.New(4)
	first, rest := one.Select(0, 0), torch.Rand(torch.Shape{6, 8})
	values, indices := nn.NewMaxPool1d(2).ForwardIndices(sequence)
	leak.CollectorOff(t)
	check := func(name string, results func() []*torch.Tensor) {
		run := func() {
			before := torch.LiveTensors()
			made := results()
			require.Equal(t, before+len(made), torch.LiveTensors(), name)
			for _, r := range made {
				r.Free()
			}
		}
		run()
		torch.NoGrad(run)
	}
	for layer, x := range layers {
		check(nn.Describe(layer), func() []*torch.Tensor { return []*torch.Tensor{layer.Forward(x)} })
	}
	check("adaptive softmax", func() []*torch.Tensor { y, l := soft.Forward(one, classes); return []*torch.Tensor{y, l} })
	check("adaptive softmax of one", func() []*torch.Tensor { y, l := soft.Forward(first, some); return []*torch.Tensor{y, l} })
	check("log_prob", func() []*torch.Tensor { return []*torch.Tensor{soft.LogProb(rest)} })
	check("predict", func() []*torch.Tensor { return []*torch.Tensor{soft.Predict(rest)} })
	check("unpool", func() []*torch.Tensor { return []*torch.Tensor{nn.NewMaxUnpool1d(2).Forward(values, indices)} })
}
