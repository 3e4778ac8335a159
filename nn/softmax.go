package nn

import (
	"fmt"

	"multitorch/torch"
)

// Softmax is exp(x) normalised to sum 1 along a dimension, as torch.nn.Softmax.
type Softmax struct {
	Base
	dim int
}

// NewSoftmax makes a Softmax along dim. Losses such as [CrossEntropyLoss] want
// what goes into it, not what comes out.
func NewSoftmax(dim int) *Softmax { return &Softmax{dim: dim} }

// Forward maps [...] to [...].
func (m *Softmax) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave("Softmax", x, &result)
	return x.Softmax(m.dim)
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *Softmax) ExtraRepr() string { return fmt.Sprintf("dim=%d", m.dim) }

// LogSoftmax is the logarithm of [Softmax], computed stably, as
// torch.nn.LogSoftmax.
type LogSoftmax struct {
	Base
	dim int
}

// NewLogSoftmax makes a LogSoftmax along dim.
func NewLogSoftmax(dim int) *LogSoftmax { return &LogSoftmax{dim: dim} }

// Forward maps [...] to [...].
func (m *LogSoftmax) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave("LogSoftmax", x, &result)
	return x.LogSoftmax(m.dim)
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *LogSoftmax) ExtraRepr() string { return fmt.Sprintf("dim=%d", m.dim) }

// Softmin is [Softmax] of -x, as torch.nn.Softmin.
type Softmin struct {
	Base
	dim int
}

// NewSoftmin makes a Softmin along dim.
func NewSoftmin(dim int) *Softmin { return &Softmin{dim: dim} }

// Forward maps [...] to [...].
func (m *Softmin) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave("Softmin", x, &result)
	minus := x.Neg()
	defer minus.Free()
	return minus.Softmax(m.dim)
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *Softmin) ExtraRepr() string { return fmt.Sprintf("dim=%d", m.dim) }

// Softmax2d is [Softmax] over the channels of pictures, as torch.nn.Softmax2d.
type Softmax2d struct{ Base }

// NewSoftmax2d makes a Softmax2d.
func NewSoftmax2d() *Softmax2d { return &Softmax2d{} }

// Forward maps [N, C, H, W] to the same, or the same without N.
func (m *Softmax2d) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave("Softmax2d", x, &result)
	if dim := x.Dim(); dim != 3 && dim != 4 {
		panic(invalid("softmax2d", "expected an input [N, C, H, W] or [C, H, W], but got the shape %s", pyList(x.Shape())))
	}
	return x.Softmax(-3)
}
