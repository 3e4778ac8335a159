package functional_test

import (
	"multitorch/nn"
	F "multitorch/nn/functional"
	"multitorch/torch"
)

func poolRows() []row {
	type T = *torch.Tensor
	both := func(python string, f func(x T) (T, T), x input) row {
		return row{python, func(x []T) []T { y, at := f(x[0]); return []T{y, at} }, in(x)}
	}
	line, picture, volume := randn(2, 4, 9), randn(2, 4, 9, 8), randn(2, 4, 7, 6, 8)
	return []row{
		unary("F.max_pool1d(x, 3)", func(x T) T { return F.MaxPool1d(x, 3) }, line),
		unary("F.max_pool2d(x, 3, stride=2, padding=1)", func(x T) T { return F.MaxPool2d(x, 3, nn.Stride(2), nn.Padding(1)) }, picture),
		unary("F.max_pool2d(x, (3, 2), dilation=2, ceil_mode=True)", func(x T) T {
			return F.MaxPool2d(x, nn.Pair{3, 2}, nn.Dilation(2), nn.CeilMode(true))
		}, picture),
		unary("F.max_pool3d(x, 2)", func(x T) T { return F.MaxPool3d(x, 2) }, volume),
		both("F.max_pool1d(x, 2, return_indices=True)", func(x T) (T, T) { return F.MaxPool1dWithIndices(x, 2) }, line),
		both("F.max_pool2d_with_indices(x, 2)", func(x T) (T, T) { return F.MaxPool2dWithIndices(x, 2) }, picture),
		both("F.max_pool3d_with_indices(x, (2, 1, 2))", func(x T) (T, T) { return F.MaxPool3dWithIndices(x, nn.Triple{2, 1, 2}) }, volume),
		unary("F.avg_pool1d(x, 3, padding=1)", func(x T) T { return F.AvgPool1d(x, 3, nn.Padding(1)) }, line),
		unary("F.avg_pool2d(x, 3, count_include_pad=False, padding=1)", func(x T) T {
			return F.AvgPool2d(x, 3, nn.CountIncludePad(false), nn.Padding(1))
		}, picture),
		unary("F.avg_pool3d(x, 2, divisor_override=3)", func(x T) T { return F.AvgPool3d(x, 2, nn.DivisorOverride(3)) }, volume),
		unary("F.lp_pool1d(x.abs(), 2, 3)", func(x T) T { return F.LPPool1d(x.Abs(), 2, 3) }, line),
		unary("F.lp_pool2d(x.abs(), 1.5, 3, stride=2)", func(x T) T { return F.LPPool2d(x.Abs(), 1.5, 3, nn.Stride(2)) }, picture),
		unary("F.adaptive_avg_pool1d(x, 4)", func(x T) T { return F.AdaptiveAvgPool1d(x, 4) }, line),
		unary("F.adaptive_avg_pool2d(x, (None, 3))", func(x T) T { return F.AdaptiveAvgPool2d(x, nn.Pair{nn.Same, 3}) }, picture),
		unary("F.adaptive_avg_pool3d(x, 2)", func(x T) T { return F.AdaptiveAvgPool3d(x, 2) }, volume),
		unary("F.adaptive_max_pool1d(x, 4)", func(x T) T { return F.AdaptiveMaxPool1d(x, 4) }, line),
		unary("F.adaptive_max_pool2d(x, 3)", func(x T) T { return F.AdaptiveMaxPool2d(x, 3) }, picture),
		unary("F.adaptive_max_pool3d(x, 2)", func(x T) T { return F.AdaptiveMaxPool3d(x, 2) }, volume),
		both("F.adaptive_max_pool1d(x, 4, return_indices=True)", func(x T) (T, T) { return F.AdaptiveMaxPool1dWithIndices(x, 4) }, line),
		both("F.adaptive_max_pool2d_with_indices(x, 3)", func(x T) (T, T) { return F.AdaptiveMaxPool2dWithIndices(x, 3) }, picture),
		both("F.adaptive_max_pool3d_with_indices(x, 2)", func(x T) (T, T) { return F.AdaptiveMaxPool3dWithIndices(x, 2) }, volume),
		unary("F.fractional_max_pool2d(x, 2, output_size=(4, 3))", func(x T) T { return F.FractionalMaxPool2d(x, 2, nn.OutputSize(4, 3)) }, picture),
		both("F.fractional_max_pool2d_with_indices(x, 2, output_ratio=(0.5, 0.5))", func(x T) (T, T) {
			return F.FractionalMaxPool2dWithIndices(x, 2, nn.OutputRatio(0.5))
		}, picture),
		unary("F.fractional_max_pool3d(x, 2, output_size=3)", func(x T) T { return F.FractionalMaxPool3d(x, 2, nn.OutputSize(3)) }, volume),
		both("F.fractional_max_pool3d_with_indices(x, 2, output_ratio=(0.5, 0.6, 0.4))", func(x T) (T, T) {
			return F.FractionalMaxPool3dWithIndices(x, 2, nn.OutputRatio(0.5, 0.6, 0.4))
		}, volume),
		unary("F.max_unpool1d(*F.max_pool1d(x, 2, return_indices=True), 2)", func(x T) T {
			y, at := F.MaxPool1dWithIndices(x, 2)
			return F.MaxUnpool1d(y, at, 2, nil)
		}, line),
		unary("F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2, output_size=(9, 8))", func(x T) T {
			y, at := F.MaxPool2dWithIndices(x, 2)
			return F.MaxUnpool2d(y, at, 2, []int{9, 8})
		}, picture),
		unary("F.max_unpool3d(*F.max_pool3d(x, 2, stride=1, return_indices=True), 2, stride=1)", func(x T) T {
			y, at := F.MaxPool3dWithIndices(x, 2, nn.Stride(1))
			return F.MaxUnpool3d(y, at, 2, nil, nn.Stride(1))
		}, volume),
	}
}
