package nn

import (
	"fmt"

	"multitorch/torch"
)

var avgPool2d = torch.NewOperator("aten::avg_pool2d", "self", "kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override")

// AvgPool2d takes the average of each window, as torch.nn.AvgPool2d.
type AvgPool2d struct {
	Base
	kernel extent
	config avgPool2dConfig
}

// AvgPool2dOption is an option of [NewAvgPool2d]: [Stride], [Padding],
// [CeilMode], [CountIncludePad], [DivisorOverride].
type AvgPool2dOption interface{ avgPool2d(*avgPool2dConfig) }

type avgPool2dConfig struct {
	stride, padding extent
	ceilMode        bool
	countPad        bool
	divisor         any // an int, or nil for the number of elements
}

// CountIncludePad(false) leaves the padding out of the average. The default is
// true.
type CountIncludePad bool

func (p CountIncludePad) avgPool2d(c *avgPool2dConfig) { c.countPad = bool(p) }

// DivisorOverride divides each window's sum by this number instead of by the
// number of its elements.
type DivisorOverride int

func (d DivisorOverride) avgPool2d(c *avgPool2dConfig) { c.divisor = int(d) }

// NewAvgPool2d makes a pool. The kernel is one number for height and width, or a
// [Pair], and the stride is the same unless given.
func NewAvgPool2d[S Size](kernel S, opts ...AvgPool2dOption) *AvgPool2d {
	k := toExtent(kernel)
	m := &AvgPool2d{kernel: k, config: avgPool2dConfig{stride: k, padding: toExtent(0), countPad: true}}
	c := &m.config
	for _, o := range opts {
		o.avgPool2d(c)
	}
	checkPool("AvgPool2d", k, c.stride, c.padding)
	if c.divisor == 0 {
		panic(invalid("AvgPool2d", "divisor_override must not be zero"))
	}
	return m
}

// Forward maps [N, C, H, W] to [N, C, H', W'], or the same without N, where
// H' = ⌊(H + 2·padding - kernel) / stride⌋ + 1.
func (m *AvgPool2d) Forward(x *torch.Tensor) *torch.Tensor {
	defer m.guard("AvgPool2d")
	c := &m.config
	return avgPool2d.Call(x, m.kernel.ints(), c.stride.ints(), c.padding.ints(), c.ceilMode, c.countPad, c.divisor)
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *AvgPool2d) ExtraRepr() string {
	return fmt.Sprintf("kernel_size=%v, stride=%v, padding=%v", m.kernel, m.config.stride, m.config.padding)
}
