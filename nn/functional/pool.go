package functional

import (
	"multitorch/nn"
	"multitorch/torch"
)

// Pools take the options of their modules.

// MaxPool1d is [nn.MaxPool1d].
func MaxPool1d(x *torch.Tensor, kernel int, opts ...nn.PoolOption) *torch.Tensor {
	return nn.NewMaxPool1d(kernel, opts...).Forward(x)
}

// MaxPool1dWithIndices is [MaxPool1d], and where in x the elements come from.
func MaxPool1dWithIndices(x *torch.Tensor, kernel int, opts ...nn.PoolOption) (values, indices *torch.Tensor) {
	return nn.NewMaxPool1d(kernel, opts...).ForwardIndices(x)
}

// AvgPool1d is [nn.AvgPool1d].
func AvgPool1d(x *torch.Tensor, kernel int, opts ...nn.PoolOption) *torch.Tensor {
	return nn.NewAvgPool1d(kernel, opts...).Forward(x)
}

// LPPool1d is [nn.LPPool1d].
func LPPool1d[P nn.Number](x *torch.Tensor, normType P, kernel int, opts ...nn.PoolOption) *torch.Tensor {
	return nn.NewLPPool1d(normType, kernel, opts...).Forward(x)
}

// MaxUnpool1d is [nn.MaxUnpool1d]; without an output size it is the default one.
func MaxUnpool1d(x, indices *torch.Tensor, kernel int, outputSize []int, opts ...nn.PoolOption) *torch.Tensor {
	return nn.NewMaxUnpool1d(kernel, opts...).ForwardSized(x, indices, outputSize...)
}

// MaxPool2d is [nn.MaxPool2d].
func MaxPool2d[S nn.IntOrPair](x *torch.Tensor, kernel S, opts ...nn.PoolOption) *torch.Tensor {
	return nn.NewMaxPool2d(kernel, opts...).Forward(x)
}

// MaxPool2dWithIndices is [MaxPool2d], and where in x the elements come from.
func MaxPool2dWithIndices[S nn.IntOrPair](x *torch.Tensor, kernel S, opts ...nn.PoolOption) (values, indices *torch.Tensor) {
	return nn.NewMaxPool2d(kernel, opts...).ForwardIndices(x)
}

// AvgPool2d is [nn.AvgPool2d].
func AvgPool2d[S nn.IntOrPair](x *torch.Tensor, kernel S, opts ...nn.PoolOption) *torch.Tensor {
	return nn.NewAvgPool2d(kernel, opts...).Forward(x)
}

// LPPool2d is [nn.LPPool2d].
func LPPool2d[P nn.Number, S nn.IntOrPair](x *torch.Tensor, normType P, kernel S, opts ...nn.PoolOption) *torch.Tensor {
	return nn.NewLPPool2d(normType, kernel, opts...).Forward(x)
}

// MaxUnpool2d is [nn.MaxUnpool2d]; without an output size it is the default one.
func MaxUnpool2d[S nn.IntOrPair](x, indices *torch.Tensor, kernel S, outputSize []int, opts ...nn.PoolOption) *torch.Tensor {
	return nn.NewMaxUnpool2d(kernel, opts...).ForwardSized(x, indices, outputSize...)
}

// MaxPool3d is [nn.MaxPool3d].
func MaxPool3d[S nn.IntOrTriple](x *torch.Tensor, kernel S, opts ...nn.PoolOption) *torch.Tensor {
	return nn.NewMaxPool3d(kernel, opts...).Forward(x)
}

// MaxPool3dWithIndices is [MaxPool3d], and where in x the elements come from.
func MaxPool3dWithIndices[S nn.IntOrTriple](x *torch.Tensor, kernel S, opts ...nn.PoolOption) (values, indices *torch.Tensor) {
	return nn.NewMaxPool3d(kernel, opts...).ForwardIndices(x)
}

// AvgPool3d is [nn.AvgPool3d].
func AvgPool3d[S nn.IntOrTriple](x *torch.Tensor, kernel S, opts ...nn.PoolOption) *torch.Tensor {
	return nn.NewAvgPool3d(kernel, opts...).Forward(x)
}

// LPPool3d is [nn.LPPool3d].
func LPPool3d[P nn.Number, S nn.IntOrTriple](x *torch.Tensor, normType P, kernel S, opts ...nn.PoolOption) *torch.Tensor {
	return nn.NewLPPool3d(normType, kernel, opts...).Forward(x)
}

// MaxUnpool3d is [nn.MaxUnpool3d]; without an output size it is the default one.
func MaxUnpool3d[S nn.IntOrTriple](x, indices *torch.Tensor, kernel S, outputSize []int, opts ...nn.PoolOption) *torch.Tensor {
	return nn.NewMaxUnpool3d(kernel, opts...).ForwardSized(x, indices, outputSize...)
}
