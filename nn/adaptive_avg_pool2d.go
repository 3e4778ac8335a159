package nn

import (
	"slices"
	"strings"

	"multitorch/torch"
)

var adaptiveAvgPool2d = torch.NewOperator("aten::adaptive_avg_pool2d", "self", "output_size")

// AdaptiveAvgPool2d averages a picture of any size down to a picture of a given
// size, as torch.nn.AdaptiveAvgPool2d.
type AdaptiveAvgPool2d struct{ adaptivePool }

// NewAdaptiveAvgPool2d makes a pool. The output size is one number for height and
// width, or a [Pair], of which each may be [Same].
func NewAdaptiveAvgPool2d[S IntOrPair](outputSize S) *AdaptiveAvgPool2d {
	m := &AdaptiveAvgPool2d{}
	m.init("AdaptiveAvgPool2d", 2, sizeOf(outputSize))
	return m
}

// Forward maps [N, C, H, W] to [N, C, height, width], or the same without N.
func (m *AdaptiveAvgPool2d) Forward(x *torch.Tensor) *torch.Tensor {
	defer m.guard("AdaptiveAvgPool2d")
	return adaptiveAvgPool2d.Call(x, m.size(x))
}

// Same, as a size of an adaptive pool's output, is the input's own: Python's None.
const Same = -1

// adaptivePool is what pools to a given size have in common.
type adaptivePool struct {
	Base
	kind   string // the module's name
	dims   int
	output Size
}

func (m *adaptivePool) init(kind string, dims int, output Size) {
	for _, n := range output {
		if n < 0 && n != Same {
			panic(invalid(kind, "output_size must be at least 0, or Same, but got %v", output))
		}
	}
	m.kind, m.dims, m.output = kind, dims, output
}

// OutputSize is the size of what Forward returns.
func (m *adaptivePool) OutputSize() Size { return slices.Clone(m.output) }

// size is the output's size for an input.
func (m *adaptivePool) size(x *torch.Tensor) []int {
	shape, size := x.Shape(), slices.Clone(m.output.spread(m.dims))
	if len(shape) != m.dims+1 && len(shape) != m.dims+2 {
		panic(invalid(snakeCase(m.kind), "expected an input %s or %s, but got the shape %s",
			pictures(m.dims, true), pictures(m.dims, false), pyList(shape)))
	}
	for i, n := range size {
		if n == Same {
			size[i] = shape[len(shape)-m.dims+i]
		}
	}
	return size
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *adaptivePool) ExtraRepr() string {
	return "output_size=" + strings.ReplaceAll(m.output.String(), "-1", "None")
}
