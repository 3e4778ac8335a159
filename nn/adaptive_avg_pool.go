package nn

import "multitorch/torch"

var adaptiveAvgPools = []*torch.Operator{
	1: torch.NewOperator("aten::adaptive_avg_pool1d", "self", "output_size"),
	2: torch.NewOperator("aten::adaptive_avg_pool2d", "self", "output_size"),
	3: torch.NewOperator("aten::adaptive_avg_pool3d", "self", "output_size"),
}

// AdaptiveAvgPool1d averages sequences of any length down to a given one, as torch.nn.AdaptiveAvgPool1d.
type AdaptiveAvgPool1d struct{ adaptiveAvgPool }

// NewAdaptiveAvgPool1d makes a pool. The output size may be [Same].
func NewAdaptiveAvgPool1d(outputSize int) *AdaptiveAvgPool1d {
	m := &AdaptiveAvgPool1d{}
	m.init("AdaptiveAvgPool1d", 1, Size{outputSize})
	return m
}

// AdaptiveAvgPool2d averages pictures of any size down to a given one, as torch.nn.AdaptiveAvgPool2d.
type AdaptiveAvgPool2d struct{ adaptiveAvgPool }

// NewAdaptiveAvgPool2d makes a pool. The output size is one number for height and
// width, or a [Pair], of which each may be [Same].
func NewAdaptiveAvgPool2d[S IntOrPair](outputSize S) *AdaptiveAvgPool2d {
	m := &AdaptiveAvgPool2d{}
	m.init("AdaptiveAvgPool2d", 2, sizeOf(outputSize))
	return m
}

// AdaptiveAvgPool3d averages volumes of any size down to a given one, as torch.nn.AdaptiveAvgPool3d.
type AdaptiveAvgPool3d struct{ adaptiveAvgPool }

// NewAdaptiveAvgPool3d makes a pool. The output size is one number for depth,
// height and width, or a [Triple], of which each may be [Same].
func NewAdaptiveAvgPool3d[S IntOrTriple](outputSize S) *AdaptiveAvgPool3d {
	m := &AdaptiveAvgPool3d{}
	m.init("AdaptiveAvgPool3d", 3, sizeOf(outputSize))
	return m
}

// adaptiveAvgPool is an adaptive average pool of any number of dimensions.
type adaptiveAvgPool struct{ adaptivePool }

// Forward maps [N, C, L...] to [N, C, L'...], or the same without N, where L' are the output's
// size.
func (m *adaptiveAvgPool) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave(m.kind, x, &result)
	return adaptiveAvgPools[m.dims].Call(x, m.size(x))
}
