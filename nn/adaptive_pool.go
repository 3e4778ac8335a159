package nn

import (
	"slices"
	"strings"

	"multitorch/torch"
)

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
	checkPictures(snakeCase(m.kind), x, m.dims)
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
