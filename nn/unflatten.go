package nn

import (
	"fmt"
	"slices"

	"multitorch/torch"
)

// Unflatten splits a dimension into several, as torch.nn.Unflatten.
type Unflatten struct {
	Base
	dim  int
	size []int
}

// NewUnflatten makes an Unflatten of dim into dimensions of the sizes, one of which may be -1.
func NewUnflatten(dim int, unflattenedSize ...int) *Unflatten {
	if len(unflattenedSize) == 0 {
		panic(invalid("Unflatten", "unflattened_size must have at least one dimension"))
	}
	return &Unflatten{dim: dim, size: slices.Clone(unflattenedSize)}
}

// Forward maps [..., S, ...] to [..., sizes, ...]; a view of x.
func (m *Unflatten) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave("Unflatten", x, &result)
	defer explain(func() { m.checkInput(x.Shape()) })
	return x.Unflatten(m.dim, m.size...)
}

func (m *Unflatten) checkInput(shape torch.Shape) {
	dim := m.dim
	if dim < 0 {
		dim += len(shape)
	}
	if dim < 0 || dim >= len(shape) {
		panic(invalid("unflatten", "expected an input with a dimension %d, but got the shape %s", m.dim, pyList(shape)))
	}
	panic(invalid("unflatten", "expected sizes that multiply to %d, the size of dimension %d in the shape %s, but got %s",
		shape[dim], m.dim, pyList(shape), pyTuple(m.size)))
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *Unflatten) ExtraRepr() string {
	return fmt.Sprintf("dim=%d, unflattened_size=%s", m.dim, pyTuple(m.size))
}
