package functional

import (
	"multitorch/nn"
	"multitorch/torch"
)

var (
	opPReLU      = torch.NewOperator("aten::prelu", "self", "weight")
	opSoftmax    = torch.NewOperator("aten::softmax.int", "self", "dim", "dtype")
	opLogSoftmax = torch.NewOperator("aten::log_softmax.int", "self", "dim", "dtype")
)

// ReLU is [nn.ReLU].
func ReLU(x *torch.Tensor, opts ...nn.ActivationOption) *torch.Tensor {
	return nn.NewReLU(opts...).Forward(x)
}

// ReLU6 is [nn.ReLU6].
func ReLU6(x *torch.Tensor, opts ...nn.ActivationOption) *torch.Tensor {
	return nn.NewReLU6(opts...).Forward(x)
}

// ELU is [nn.ELU].
func ELU(x *torch.Tensor, opts ...nn.ActivationOption) *torch.Tensor {
	return nn.NewELU(opts...).Forward(x)
}

// CELU is [nn.CELU].
func CELU(x *torch.Tensor, opts ...nn.ActivationOption) *torch.Tensor {
	return nn.NewCELU(opts...).Forward(x)
}

// SELU is [nn.SELU].
func SELU(x *torch.Tensor, opts ...nn.ActivationOption) *torch.Tensor {
	return nn.NewSELU(opts...).Forward(x)
}

// GELU is [nn.GELU].
func GELU(x *torch.Tensor, opts ...nn.ActivationOption) *torch.Tensor {
	return nn.NewGELU(opts...).Forward(x)
}

// GLU is [nn.GLU].
func GLU(x *torch.Tensor, opts ...nn.ActivationOption) *torch.Tensor {
	return nn.NewGLU(opts...).Forward(x)
}

// SiLU is [nn.SiLU].
func SiLU(x *torch.Tensor, opts ...nn.ActivationOption) *torch.Tensor {
	return nn.NewSiLU(opts...).Forward(x)
}

// Mish is [nn.Mish].
func Mish(x *torch.Tensor, opts ...nn.ActivationOption) *torch.Tensor {
	return nn.NewMish(opts...).Forward(x)
}

// Hardtanh is [nn.Hardtanh].
func Hardtanh(x *torch.Tensor, opts ...nn.ActivationOption) *torch.Tensor {
	return nn.NewHardtanh(opts...).Forward(x)
}

// Hardswish is [nn.Hardswish].
func Hardswish(x *torch.Tensor, opts ...nn.ActivationOption) *torch.Tensor {
	return nn.NewHardswish(opts...).Forward(x)
}

// Hardsigmoid is [nn.Hardsigmoid].
func Hardsigmoid(x *torch.Tensor, opts ...nn.ActivationOption) *torch.Tensor {
	return nn.NewHardsigmoid(opts...).Forward(x)
}

// Hardshrink is [nn.Hardshrink].
func Hardshrink(x *torch.Tensor, opts ...nn.ActivationOption) *torch.Tensor {
	return nn.NewHardshrink(opts...).Forward(x)
}

// Softshrink is [nn.Softshrink].
func Softshrink(x *torch.Tensor, opts ...nn.ActivationOption) *torch.Tensor {
	return nn.NewSoftshrink(opts...).Forward(x)
}

// LeakyReLU is [nn.LeakyReLU].
func LeakyReLU(x *torch.Tensor, opts ...nn.ActivationOption) *torch.Tensor {
	return nn.NewLeakyReLU(opts...).Forward(x)
}

// Softplus is [nn.Softplus].
func Softplus(x *torch.Tensor, opts ...nn.ActivationOption) *torch.Tensor {
	return nn.NewSoftplus(opts...).Forward(x)
}

// LogSigmoid is [nn.LogSigmoid].
func LogSigmoid(x *torch.Tensor) *torch.Tensor { return nn.NewLogSigmoid().Forward(x) }

// Softsign is [nn.Softsign].
func Softsign(x *torch.Tensor) *torch.Tensor { return nn.NewSoftsign().Forward(x) }

// Tanhshrink is [nn.Tanhshrink].
func Tanhshrink(x *torch.Tensor) *torch.Tensor { return nn.NewTanhshrink().Forward(x) }

// Sigmoid is [nn.Sigmoid].
func Sigmoid(x *torch.Tensor) *torch.Tensor { return nn.NewSigmoid().Forward(x) }

// Tanh is [nn.Tanh].
func Tanh(x *torch.Tensor) *torch.Tensor { return nn.NewTanh().Forward(x) }

// Threshold is [nn.Threshold].
func Threshold[T, V nn.Number](x *torch.Tensor, threshold T, value V, opts ...nn.ActivationOption) *torch.Tensor {
	return nn.NewThreshold(threshold, value, opts...).Forward(x)
}

// RReLU is [nn.RReLU], which draws its slopes in training only: Python's default is training=False.
func RReLU(x *torch.Tensor, training bool, opts ...nn.ActivationOption) *torch.Tensor {
	return inMode(nn.NewRReLU(opts...), training, x)
}

// PReLU is [nn.PReLU] with the slope weight, [1] or one for each channel.
func PReLU(x, weight *torch.Tensor) *torch.Tensor { return opPReLU.Binary(x, weight) }

// Softmax is [nn.Softmax]. With a dtype x is converted first.
func Softmax(x *torch.Tensor, dim int, dtype ...torch.DType) *torch.Tensor {
	return opSoftmax.Call(x, dim, optional(dtype))
}

// LogSoftmax is [nn.LogSoftmax]. With a dtype x is converted first.
func LogSoftmax(x *torch.Tensor, dim int, dtype ...torch.DType) *torch.Tensor {
	return opLogSoftmax.Call(x, dim, optional(dtype))
}

// Softmin is [nn.Softmin]. With a dtype x is converted first.
func Softmin(x *torch.Tensor, dim int, dtype ...torch.DType) *torch.Tensor {
	minus := x.Neg()
	defer minus.Free()
	return opSoftmax.Call(minus, dim, optional(dtype))
}

// optional is a dtype that may be given, or Python's None.
func optional(dtype []torch.DType) any {
	if len(dtype) == 0 {
		return nil
	}
	return dtype[0]
}

// GumbelSoftmax draws from the distribution of a [Softmax] along dim so that gradients flow: the
// smaller tau, the nearer to one-hot; Python's defaults are 1, False and -1. With hard the result is
// one-hot, and its gradient that of the soft one (Jang et al., "Categorical Reparameterization with
// Gumbel-Softmax", 2016).
func GumbelSoftmax(logits *torch.Tensor, tau float64, hard bool, dim int) *torch.Tensor {
	var on passing
	defer on.free()
	noise := on.way(torch.Empty(logits.Shape(), logits.DType(), logits.Device()))
	noise.ExponentialInplace(1)
	gumbels := on.way(on.way(noise.Log()).Neg())
	soft := on.way(on.way(logits.Add(gumbels)).Div(tau)).Softmax(dim)
	if !hard {
		return soft
	}
	on.way(soft)
	highest, index := soft.MaxDim(dim, torch.KeepDim)
	on.way(highest)
	one := on.way(torch.Zeros(logits.Shape(), logits.DType(), logits.Device()))
	one.ScatterInplace(dim, on.way(index), 1.0)
	return on.way(one.Sub(on.way(soft.Detach()))).Add(soft)
}
