package nn

import (
	"fmt"

	"multitorch/torch"
)

var maxPool2d = torch.NewOperator("aten::max_pool2d", "self", "kernel_size", "stride", "padding", "dilation", "ceil_mode")

// MaxPool2d takes the largest element of each window, as torch.nn.MaxPool2d.
type MaxPool2d struct {
	Base
	kernel extent
	config maxPool2dConfig
}

// MaxPool2dOption is an option of [NewMaxPool2d]: [Stride], [Padding],
// [Dilation], [CeilMode].
type MaxPool2dOption interface{ maxPool2d(*maxPool2dConfig) }

type maxPool2dConfig struct {
	stride, padding, dilation extent
	ceilMode                  bool
}

// NewMaxPool2d makes a pool. The kernel is one number for height and width, or a
// [Pair], and the stride is the same unless given.
func NewMaxPool2d[S Size](kernel S, opts ...MaxPool2dOption) *MaxPool2d {
	k := toExtent(kernel)
	m := &MaxPool2d{kernel: k, config: maxPool2dConfig{stride: k, padding: toExtent(0), dilation: toExtent(1)}}
	c := &m.config
	for _, o := range opts {
		o.maxPool2d(c)
	}
	checkPool("MaxPool2d", k, c.stride, c.padding)
	c.dilation.atLeast(1, "MaxPool2d", "dilation")
	return m
}

// checkPool checks the arguments that all pools with a window have.
func checkPool(module string, kernel, stride, padding extent) {
	kernel.atLeast(1, module, "kernel_size")
	stride.atLeast(1, module, "stride")
	padding.atLeast(0, module, "padding")
	for i, p := range padding.Pair {
		if p > kernel.Pair[i]/2 {
			panic(invalid(module, "padding must be at most half of kernel_size, but got %v and %v", padding, kernel))
		}
	}
}

// Forward maps [N, C, H, W] to [N, C, H', W'], or the same without N, where
// H' = ⌊(H + 2·padding - dilation·(kernel-1) - 1) / stride⌋ + 1.
func (m *MaxPool2d) Forward(x *torch.Tensor) *torch.Tensor {
	defer m.guard("MaxPool2d")
	c := &m.config
	return maxPool2d.Call(x, m.kernel.ints(), c.stride.ints(), c.padding.ints(), c.dilation.ints(), c.ceilMode)
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *MaxPool2d) ExtraRepr() string {
	c := &m.config
	return fmt.Sprintf("kernel_size=%v, stride=%v, padding=%v, dilation=%v, ceil_mode=%s", m.kernel, c.stride, c.padding, c.dilation, pyBool(c.ceilMode))
}
