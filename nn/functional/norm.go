package functional

import (
	"multitorch/nn"
	"multitorch/torch"
)

var (
	opBatchNorm    = torch.NewOperator("aten::batch_norm", normArguments("training")...)
	opInstanceNorm = torch.NewOperator("aten::instance_norm", normArguments("use_input_stats")...)
	opLayerNorm    = torch.NewOperator("aten::layer_norm", "input", "normalized_shape", "weight", "bias", "eps", "cudnn_enable")
	opGroupNorm    = torch.NewOperator("aten::group_norm", "input", "num_groups", "weight", "bias", "eps", "cudnn_enabled")
)

func normArguments(training string) []string {
	return []string{"input", "weight", "bias", "running_mean", "running_var", training, "momentum", "eps", "cudnn_enabled"}
}

var normDefaults = nn.NormConfig{Eps: 1e-5, Momentum: 0.1, Affine: true, TrackRunningStats: true, ElementwiseAffine: true, Bias: true}

// BatchNorm normalises x, [N, C, ...], over all but its channels, by the batch's own mean and variance
// in training, which also go into the running ones, and by the running ones otherwise: [nn.BatchNorm2d].
// All are [C], and may be nil, the running ones only in training. Python's default is training=False.
// Options: [nn.Momentum] (0.1), [nn.Eps] (1e-5).
func BatchNorm(x, runningMean, runningVar, weight, bias *torch.Tensor, training bool, opts ...nn.NormOption) *torch.Tensor {
	c := normDefaults.With("batch_norm", "momentum eps", opts...)
	if shape := x.Shape(); training && len(shape) > 1 {
		severalValues("batch_norm", shape, shape[0])
	}
	return opBatchNorm.Call(x, weight, bias, runningMean, runningVar, training, c.Momentum, c.Eps, true)
}

// InstanceNorm normalises x, [N, C, L...], over L..., by its own mean and variance with useInputStats,
// and by the running ones, [C], otherwise: [nn.InstanceNorm2d]. All but x may be nil. Python's default is
// use_input_stats=True. Options: [nn.Momentum] (0.1), [nn.Eps] (1e-5).
func InstanceNorm(x, runningMean, runningVar, weight, bias *torch.Tensor, useInputStats bool, opts ...nn.NormOption) *torch.Tensor {
	c := normDefaults.With("instance_norm", "momentum eps", opts...)
	if shape := x.Shape(); useInputStats && len(shape) > 1 {
		severalValues("instance_norm", shape, 1)
	}
	return opInstanceNorm.Call(x, weight, bias, runningMean, runningVar, useInputStats, c.Momentum, c.Eps, true)
}

// LayerNorm normalises x, [..., normalizedShape], over its last dimensions, with a weight and a bias of
// their shape, or nil: [nn.LayerNorm]. Option: [nn.Eps] (1e-5).
func LayerNorm(x *torch.Tensor, normalizedShape torch.Shape, weight, bias *torch.Tensor, opts ...nn.NormOption) *torch.Tensor {
	c := normDefaults.With("layer_norm", "eps", opts...)
	return opLayerNorm.Call(x, []int(normalizedShape), weight, bias, c.Eps, true)
}

// GroupNorm normalises x, [N, C, ...], over groups of channels, with a weight and a bias [C], or nil:
// [nn.GroupNorm]. Option: [nn.Eps] (1e-5).
func GroupNorm(x *torch.Tensor, groups int, weight, bias *torch.Tensor, opts ...nn.NormOption) *torch.Tensor {
	c := normDefaults.With("group_norm", "eps", opts...)
	if shape := x.Shape(); len(shape) > 1 && groups > 0 {
		severalValues("group_norm", shape, shape[0]*shape[1]/groups)
	}
	return opGroupNorm.Call(x, groups, weight, bias, c.Eps, true)
}

// severalValues checks that more than one value goes into each mean: n of [N, C, L...] and all of L.
func severalValues(op string, shape torch.Shape, n int) {
	for _, k := range shape[2:] {
		n *= k
	}
	if n == 1 {
		panic(invalid(op, "expected more than 1 value for each mean, but got the shape %v", shape))
	}
}

// RMSNorm divides x, [..., normalizedShape], by the root of the mean of the squares over its last dimensions,
// with a weight of their shape, or nil: [nn.RMSNorm]. Option: [nn.Eps].
func RMSNorm(x *torch.Tensor, normalizedShape torch.Shape, weight *torch.Tensor, opts ...nn.NormOption) *torch.Tensor {
	m := nn.NewRMSNorm(normalizedShape, append(opts[:len(opts):len(opts)], nn.ElementwiseAffine(false))...)
	if weight != nil {
		m.Weight = &nn.Parameter{Tensor: weight}
	}
	return m.Forward(x)
}

// LocalResponseNorm is [nn.LocalResponseNorm].
func LocalResponseNorm(x *torch.Tensor, size int, opts ...nn.NormOption) *torch.Tensor {
	return nn.NewLocalResponseNorm(size, opts...).Forward(x)
}
