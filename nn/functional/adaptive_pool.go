package functional

import (
	"multitorch/nn"
	"multitorch/torch"
)

// AdaptiveAvgPool1d is [nn.AdaptiveAvgPool1d].
func AdaptiveAvgPool1d(x *torch.Tensor, outputSize int) *torch.Tensor {
	return nn.NewAdaptiveAvgPool1d(outputSize).Forward(x)
}

// AdaptiveMaxPool1d is [nn.AdaptiveMaxPool1d].
func AdaptiveMaxPool1d(x *torch.Tensor, outputSize int) *torch.Tensor {
	return nn.NewAdaptiveMaxPool1d(outputSize).Forward(x)
}

// AdaptiveMaxPool1dWithIndices is [AdaptiveMaxPool1d], and where in x the elements come from.
func AdaptiveMaxPool1dWithIndices(x *torch.Tensor, outputSize int) (values, indices *torch.Tensor) {
	return nn.NewAdaptiveMaxPool1d(outputSize).ForwardIndices(x)
}

// AdaptiveAvgPool2d is [nn.AdaptiveAvgPool2d].
func AdaptiveAvgPool2d[S nn.IntOrPair](x *torch.Tensor, outputSize S) *torch.Tensor {
	return nn.NewAdaptiveAvgPool2d(outputSize).Forward(x)
}

// AdaptiveMaxPool2d is [nn.AdaptiveMaxPool2d].
func AdaptiveMaxPool2d[S nn.IntOrPair](x *torch.Tensor, outputSize S) *torch.Tensor {
	return nn.NewAdaptiveMaxPool2d(outputSize).Forward(x)
}

// AdaptiveMaxPool2dWithIndices is [AdaptiveMaxPool2d], and where in x the elements come from.
func AdaptiveMaxPool2dWithIndices[S nn.IntOrPair](x *torch.Tensor, outputSize S) (values, indices *torch.Tensor) {
	return nn.NewAdaptiveMaxPool2d(outputSize).ForwardIndices(x)
}

// AdaptiveAvgPool3d is [nn.AdaptiveAvgPool3d].
func AdaptiveAvgPool3d[S nn.IntOrTriple](x *torch.Tensor, outputSize S) *torch.Tensor {
	return nn.NewAdaptiveAvgPool3d(outputSize).Forward(x)
}

// AdaptiveMaxPool3d is [nn.AdaptiveMaxPool3d].
func AdaptiveMaxPool3d[S nn.IntOrTriple](x *torch.Tensor, outputSize S) *torch.Tensor {
	return nn.NewAdaptiveMaxPool3d(outputSize).Forward(x)
}

// AdaptiveMaxPool3dWithIndices is [AdaptiveMaxPool3d], and where in x the elements come from.
func AdaptiveMaxPool3dWithIndices[S nn.IntOrTriple](x *torch.Tensor, outputSize S) (values, indices *torch.Tensor) {
	return nn.NewAdaptiveMaxPool3d(outputSize).ForwardIndices(x)
}

// FractionalMaxPool2d is [nn.FractionalMaxPool2d].
func FractionalMaxPool2d[S nn.IntOrPair](x *torch.Tensor, kernel S, opts ...nn.PoolOption) *torch.Tensor {
	return nn.NewFractionalMaxPool2d(kernel, opts...).Forward(x)
}

// FractionalMaxPool2dWithIndices is [FractionalMaxPool2d], and where in x the elements come from.
func FractionalMaxPool2dWithIndices[S nn.IntOrPair](x *torch.Tensor, kernel S, opts ...nn.PoolOption) (values, indices *torch.Tensor) {
	return nn.NewFractionalMaxPool2d(kernel, opts...).ForwardIndices(x)
}

// FractionalMaxPool3d is [nn.FractionalMaxPool3d].
func FractionalMaxPool3d[S nn.IntOrTriple](x *torch.Tensor, kernel S, opts ...nn.PoolOption) *torch.Tensor {
	return nn.NewFractionalMaxPool3d(kernel, opts...).Forward(x)
}

// FractionalMaxPool3dWithIndices is [FractionalMaxPool3d], and where in x the elements come from.
func FractionalMaxPool3dWithIndices[S nn.IntOrTriple](x *torch.Tensor, kernel S, opts ...nn.PoolOption) (values, indices *torch.Tensor) {
	return nn.NewFractionalMaxPool3d(kernel, opts...).ForwardIndices(x)
}
