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
func (m *Softmax) Forward(x *torch.Tensor) *torch.Tensor {
	defer m.guard("Softmax")
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
func (m *LogSoftmax) Forward(x *torch.Tensor) *torch.Tensor {
	defer m.guard("LogSoftmax")
	return x.LogSoftmax(m.dim)
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *LogSoftmax) ExtraRepr() string { return fmt.Sprintf("dim=%d", m.dim) }
