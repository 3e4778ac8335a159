package nn

import (
	"strconv"

	"multitorch/torch"
)

var glu = newPointwise("glu", "dim")

// GLU splits a dimension into halves a and b and is a · sigmoid(b), as torch.nn.GLU (Dauphin et
// al., "Language Modeling with Gated Convolutional Networks", 2016).
type GLU struct{ activation }

// NewGLU makes a GLU.
func NewGLU(opts ...ActivationOption) *GLU {
	m := &GLU{}
	m.init("GLU", "dim", ActivationConfig{Dim: -1}, opts)
	return m
}

// Forward maps [..., 2·N, ...] to [..., N, ...].
func (m *GLU) Forward(x *torch.Tensor) *torch.Tensor { return m.apply(glu, x, m.config.Dim) }

// ExtraRepr is what [Describe] prints in the brackets.
func (m *GLU) ExtraRepr() string { return "dim=" + strconv.Itoa(m.config.Dim) }
