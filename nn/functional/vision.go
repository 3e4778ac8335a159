package functional

import (
	"multitorch/nn"
	"multitorch/torch"
)

// Interpolate makes sequences, pictures or volumes larger or smaller: [nn.Upsample]. Options: an [nn.Size]
// or [nn.ScaleFactor], [nn.Mode] ("nearest"), [nn.AlignCorners], [nn.RecomputeScaleFactor], and
// [nn.Antialias] of the modes "bilinear" and "bicubic".
func Interpolate(x *torch.Tensor, opts ...nn.UpsampleOption) *torch.Tensor {
	return nn.Interpolate(x, opts...)
}

// PixelShuffle is [nn.PixelShuffle].
func PixelShuffle(x *torch.Tensor, upscaleFactor int) *torch.Tensor {
	return nn.NewPixelShuffle(upscaleFactor).Forward(x)
}

// PixelUnshuffle is [nn.PixelUnshuffle].
func PixelUnshuffle(x *torch.Tensor, downscaleFactor int) *torch.Tensor {
	return nn.NewPixelUnshuffle(downscaleFactor).Forward(x)
}

// ChannelShuffle is [nn.ChannelShuffle].
func ChannelShuffle(x *torch.Tensor, groups int) *torch.Tensor {
	return nn.NewChannelShuffle(groups).Forward(x)
}

// Unfold is [nn.Unfold].
func Unfold[S nn.IntOrPair](x *torch.Tensor, kernel S, opts ...nn.FoldOption) *torch.Tensor {
	return nn.NewUnfold(kernel, opts...).Forward(x)
}

// Fold is [nn.Fold].
func Fold[O, S nn.IntOrPair](x *torch.Tensor, outputSize O, kernel S, opts ...nn.FoldOption) *torch.Tensor {
	return nn.NewFold(outputSize, kernel, opts...).Forward(x)
}
