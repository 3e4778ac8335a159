package nn

import (
	"strings"

	"multitorch/torch"
)

var adaptiveAvgPool2d = torch.NewOperator("aten::adaptive_avg_pool2d", "self", "output_size")

// AdaptiveAvgPool2d averages a picture of any size down to a picture of a given
// size, as torch.nn.AdaptiveAvgPool2d.
type AdaptiveAvgPool2d struct {
	Base
	output extent
}

// Same, as a size of an adaptive pool's output, is the input's own: Python's None.
const Same = -1

// NewAdaptiveAvgPool2d makes a pool. The output size is one number for height and
// width, or a [Pair], of which each may be [Same].
func NewAdaptiveAvgPool2d[S Size](output S) *AdaptiveAvgPool2d {
	o := toExtent(output)
	for _, n := range o.Pair {
		if n < 0 && n != Same {
			panic(invalid("AdaptiveAvgPool2d", "output_size must be at least 0, or Same, but got %v", o))
		}
	}
	return &AdaptiveAvgPool2d{output: o}
}

// Forward maps [N, C, H, W] to [N, C, height, width], or the same without N.
func (m *AdaptiveAvgPool2d) Forward(x *torch.Tensor) *torch.Tensor {
	defer m.guard("AdaptiveAvgPool2d")
	size := m.output.Pair
	if size[0] == Same || size[1] == Same {
		shape := x.Shape()
		if len(shape) < 2 {
			panic(invalid("adaptive_avg_pool2d", "expected an input [N, C, H, W] or [C, H, W], but got the shape %s", pyList(shape)))
		}
		for i := range size {
			if size[i] == Same {
				size[i] = shape[len(shape)-2+i]
			}
		}
	}
	return adaptiveAvgPool2d.Call(x, size.ints())
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *AdaptiveAvgPool2d) ExtraRepr() string {
	return "output_size=" + strings.ReplaceAll(m.output.String(), "-1", "None")
}
