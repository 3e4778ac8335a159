package nn

import "multitorch/torch"

var adaptiveMaxPools = []*torch.Operator{
	1: torch.NewOperator("aten::adaptive_max_pool1d", "self", "output_size"),
	2: torch.NewOperator("aten::adaptive_max_pool2d", "self", "output_size"),
	3: torch.NewOperator("aten::adaptive_max_pool3d", "self", "output_size"),
}

// AdaptiveMaxPool1d brings sequences of any length down to a given one, with the largest
// element of each part, as torch.nn.AdaptiveMaxPool1d.
type AdaptiveMaxPool1d struct{ adaptiveMaxPool }

// NewAdaptiveMaxPool1d makes a pool. The output size may be [Same].
func NewAdaptiveMaxPool1d(outputSize int) *AdaptiveMaxPool1d {
	m := &AdaptiveMaxPool1d{}
	m.init("AdaptiveMaxPool1d", 1, Size{outputSize})
	return m
}

// AdaptiveMaxPool2d brings pictures of any size down to a given one, with the largest
// element of each part, as torch.nn.AdaptiveMaxPool2d.
type AdaptiveMaxPool2d struct{ adaptiveMaxPool }

// NewAdaptiveMaxPool2d makes a pool. The output size is one number for height and
// width, or a [Pair], of which each may be [Same].
func NewAdaptiveMaxPool2d[S IntOrPair](outputSize S) *AdaptiveMaxPool2d {
	m := &AdaptiveMaxPool2d{}
	m.init("AdaptiveMaxPool2d", 2, sizeOf(outputSize))
	return m
}

// AdaptiveMaxPool3d brings volumes of any size down to a given one, with the largest
// element of each part, as torch.nn.AdaptiveMaxPool3d.
type AdaptiveMaxPool3d struct{ adaptiveMaxPool }

// NewAdaptiveMaxPool3d makes a pool. The output size is one number for depth,
// height and width, or a [Triple], of which each may be [Same].
func NewAdaptiveMaxPool3d[S IntOrTriple](outputSize S) *AdaptiveMaxPool3d {
	m := &AdaptiveMaxPool3d{}
	m.init("AdaptiveMaxPool3d", 3, sizeOf(outputSize))
	return m
}

// adaptiveMaxPool is an adaptive max pool of any number of dimensions.
type adaptiveMaxPool struct{ adaptivePool }

// Forward maps [N, C, L...] to [N, C, L'...], or the same without N, where L' are the output's
// size.
func (m *adaptiveMaxPool) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave(m.kind, x, &result)
	return adaptiveMaxPools[m.dims].Call(x, m.size(x))
}

// ForwardIndices is Forward with PyTorch's return_indices=True: it also returns where in its
// picture each of the elements is.
func (m *adaptiveMaxPool) ForwardIndices(x *torch.Tensor) (values, indices *torch.Tensor) {
	in := m.enterAll(&x)
	defer m.leaveAll(m.kind, in, &values, &indices)
	return adaptiveMaxPools[m.dims].Call2(x, m.size(x))
}
