package nn

import (
	"fmt"

	"multitorch/torch"
)

var maxPool2d = torch.NewOperator("aten::max_pool2d", "self", "kernel_size", "stride", "padding", "dilation", "ceil_mode")

// MaxPool2d takes the largest element of each window, as torch.nn.MaxPool2d.
type MaxPool2d struct{ pool }

// NewMaxPool2d makes a pool. The kernel is one number for height and width, or a
// [Pair], and the stride is the same unless given.
func NewMaxPool2d[S IntOrPair](kernel S, opts ...PoolOption) *MaxPool2d {
	m := &MaxPool2d{}
	m.init("MaxPool2d", "stride padding dilation ceil_mode", 2, sizeOf(kernel), opts)
	return m
}

// Forward maps [N, C, H, W] to [N, C, H', W'], or the same without N, where
// H' = ⌊(H + 2·padding - dilation·(kernel-1) - 1) / stride⌋ + 1.
func (m *MaxPool2d) Forward(x *torch.Tensor) *torch.Tensor {
	defer m.guard("MaxPool2d")
	defer explain(func() { m.checkInput(x) })
	return maxPool2d.Call(x, m.kernel, m.stride, m.padding, m.dilation, m.config.CeilMode)
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *MaxPool2d) ExtraRepr() string {
	c := &m.config
	return fmt.Sprintf("kernel_size=%v, stride=%v, padding=%v, dilation=%v, ceil_mode=%s",
		c.KernelSize, c.Stride, c.Padding, c.Dilation, pyBool(c.CeilMode))
}
