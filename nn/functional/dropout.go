package functional

import (
	"multitorch/nn"
	"multitorch/torch"
)

// Dropout is [nn.Dropout]. Python's defaults are p=0.5 and training=True, also for the functions
// below, but of AlphaDropout and FeatureAlphaDropout training=False.
func Dropout(x *torch.Tensor, p float64, training bool, opts ...nn.DropoutOption) *torch.Tensor {
	return inMode(nn.NewDropout(p, opts...), training, x)
}

// Dropout1d is [nn.Dropout1d].
func Dropout1d(x *torch.Tensor, p float64, training bool, opts ...nn.DropoutOption) *torch.Tensor {
	return inMode(nn.NewDropout1d(p, opts...), training, x)
}

// Dropout2d is [nn.Dropout2d].
func Dropout2d(x *torch.Tensor, p float64, training bool, opts ...nn.DropoutOption) *torch.Tensor {
	return inMode(nn.NewDropout2d(p, opts...), training, x)
}

// Dropout3d is [nn.Dropout3d].
func Dropout3d(x *torch.Tensor, p float64, training bool, opts ...nn.DropoutOption) *torch.Tensor {
	return inMode(nn.NewDropout3d(p, opts...), training, x)
}

// AlphaDropout is [nn.AlphaDropout].
func AlphaDropout(x *torch.Tensor, p float64, training bool, opts ...nn.DropoutOption) *torch.Tensor {
	return inMode(nn.NewAlphaDropout(p, opts...), training, x)
}

// FeatureAlphaDropout is [nn.FeatureAlphaDropout].
func FeatureAlphaDropout(x *torch.Tensor, p float64, training bool, opts ...nn.DropoutOption) *torch.Tensor {
	return inMode(nn.NewFeatureAlphaDropout(p, opts...), training, x)
}
