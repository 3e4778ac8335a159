package nn

import (
	"fmt"

	"multitorch/torch"
)

var avgPool2d = torch.NewOperator("aten::avg_pool2d",
	"self", "kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override")

// AvgPool2d takes the average of each window, as torch.nn.AvgPool2d.
type AvgPool2d struct{ pool }

// NewAvgPool2d makes a pool. The kernel is one number for height and width, or a
// [Pair], and the stride is the same unless given.
func NewAvgPool2d[S IntOrPair](kernel S, opts ...PoolOption) *AvgPool2d {
	m := &AvgPool2d{}
	m.init("AvgPool2d", "stride padding ceil_mode count_include_pad divisor_override", 2, sizeOf(kernel), opts)
	return m
}

// Forward maps [N, C, H, W] to [N, C, H', W'], or the same without N, where
// H' = ⌊(H + 2·padding - kernel) / stride⌋ + 1.
func (m *AvgPool2d) Forward(x *torch.Tensor) *torch.Tensor {
	defer m.guard("AvgPool2d")
	defer explain(func() { m.checkInput(x) })
	c := &m.config
	return avgPool2d.Call(x, m.kernel, m.stride, m.padding, c.CeilMode, c.CountIncludePad, m.divisor())
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *AvgPool2d) ExtraRepr() string {
	c := &m.config
	return fmt.Sprintf("kernel_size=%v, stride=%v, padding=%v", c.KernelSize, c.Stride, c.Padding)
}
