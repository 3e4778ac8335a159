package nn

import (
	"slices"

	"multitorch/torch"
)

// padding is what the modules that pad have in common. Its edges are a number for both sides of
// the last dimension, then for those of the one before, and so on.
type padding struct {
	Base
	kind  string // the module's name
	dims  int
	edges []int
	mode  string
	value any // of a constant padding
}

func (m *padding) init(kind string, dims int, mode string, edges Size) {
	if len(edges) != 1 && len(edges) != 2*dims {
		panic(invalid(kind, "padding: expected one number, or %d (two for each dimension, the last one's first), but got %d", 2*dims, len(edges)))
	}
	m.kind, m.dims, m.mode, m.edges = kind, dims, mode, edges.spread(2*dims)
}

// Padding is how much is added before and after the last dimension, the one before, and so on.
func (m *padding) Padding() Size { return slices.Clone(m.edges) }

// Forward maps [N, C, L...] to [N, C, L'...], or the same without N, where each L' is L with the
// padding before and after. A negative padding cuts.
func (m *padding) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave(m.kind, x, &result)
	if m.mode == "constant" { // the leading dimensions may be any
		return pad.Call(x, m.edges, m.mode, m.value)
	}
	checkPictures(snakeCase(m.kind), x, m.dims)
	if m.mode == "circular" && x.Dim() == m.dims+1 { // libtorch 1.13 pads batches only
		var on passing
		defer on.free()
		return on.way(pad.Call(on.way(x.Unsqueeze(0)), m.edges, m.mode)).Squeeze(0)
	}
	return pad.Call(x, m.edges, m.mode)
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *padding) ExtraRepr() string { return pyTuple(m.edges) }
