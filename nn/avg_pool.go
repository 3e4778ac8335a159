package nn

import (
	"fmt"

	"multitorch/torch"
)

var avgPools = []*torch.Operator{1: newAvgPool("1d"), 2: newAvgPool("2d", "divisor_override"), 3: newAvgPool("3d", "divisor_override")}

func newAvgPool(dims string, more ...string) *torch.Operator {
	args := []string{"self", "kernel_size", "stride", "padding", "ceil_mode", "count_include_pad"}
	return torch.NewOperator("aten::avg_pool"+dims, append(args, more...)...)
}

// AvgPool1d takes the average of each window of sequences, as torch.nn.AvgPool1d.
type AvgPool1d struct{ avgPool }

// NewAvgPool1d makes a pool. The stride is the kernel unless given.
func NewAvgPool1d(kernel int, opts ...PoolOption) *AvgPool1d {
	m := &AvgPool1d{}
	m.init("AvgPool1d", "stride padding ceil_mode count_include_pad", 1, Size{kernel}, opts)
	return m
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *AvgPool1d) ExtraRepr() string {
	return fmt.Sprintf("kernel_size=%s, stride=%s, padding=%s", pyTuple(m.kernel), pyTuple(m.stride), pyTuple(m.padding))
}

// AvgPool2d takes the average of each window of pictures, as torch.nn.AvgPool2d.
type AvgPool2d struct{ avgPool }

// NewAvgPool2d makes a pool. The kernel is one number for height and width, or a
// [Pair], and the stride is the same unless given.
func NewAvgPool2d[S IntOrPair](kernel S, opts ...PoolOption) *AvgPool2d {
	m := &AvgPool2d{}
	m.init("AvgPool2d", "stride padding ceil_mode count_include_pad divisor_override", 2, sizeOf(kernel), opts)
	return m
}

// AvgPool3d takes the average of each window of volumes, as torch.nn.AvgPool3d.
type AvgPool3d struct{ avgPool }

// NewAvgPool3d makes a pool. The kernel is one number for depth, height and width, or a
// [Triple], and the stride is the same unless given.
func NewAvgPool3d[S IntOrTriple](kernel S, opts ...PoolOption) *AvgPool3d {
	m := &AvgPool3d{}
	m.init("AvgPool3d", "stride padding ceil_mode count_include_pad divisor_override", 3, sizeOf(kernel), opts)
	return m
}

// avgPool is an average pool of any number of dimensions.
type avgPool struct{ pool }

// Forward maps [N, C, L...] to [N, C, L'...], or the same without N, where of each length
// L' = ⌊(L + 2·padding - kernel) / stride⌋ + 1.
func (m *avgPool) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave(m.kind, x, &result)
	defer explain(func() { m.checkInput(x) })
	c := &m.config
	if m.dims == 1 {
		return avgPools[1].Call(x, m.kernel, m.stride, m.padding, c.CeilMode, c.CountIncludePad)
	}
	return avgPools[m.dims].Call(x, m.kernel, m.stride, m.padding, c.CeilMode, c.CountIncludePad, optional(c.DivisorOverride))
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *avgPool) ExtraRepr() string {
	c := &m.config
	return fmt.Sprintf("kernel_size=%v, stride=%v, padding=%v", c.KernelSize, c.Stride, c.Padding)
}

// optional is a value as operators take it: nil for none.
func optional[T any](v *T) any {
	if v == nil {
		return nil
	}
	return *v
}
