package nn

import (
	"strconv"

	"multitorch/torch"
)

var prelu = newPointwise("prelu", "weight")

// PReLU is x above 0 and a learnt multiple of it below, elementwise, as torch.nn.PReLU (He et al.,
// "Delving Deep into Rectifiers", 2015).
type PReLU struct {
	activation
	Weight *Parameter // the slopes, [number], 0.25 at first
}

// NewPReLU makes a PReLU with one slope for all channels, PyTorch's default, or with one for each.
func NewPReLU(numParameters int, opts ...ActivationOption) *PReLU {
	m := &PReLU{}
	m.init("PReLU", "init device dtype", ActivationConfig{Init: 0.25}, opts)
	atLeast(1, numParameters, "PReLU", "num_parameters")
	m.Weight = newParameter(m.config.empty(numParameters).FillInplace(m.config.Init))
	return m
}

// Forward maps [N, C, ...] to the same.
func (m *PReLU) Forward(x *torch.Tensor) *torch.Tensor { return m.apply(prelu, x, m.Weight.Value()) }

// ExtraRepr is what [Describe] prints in the brackets.
func (m *PReLU) ExtraRepr() string { return "num_parameters=" + strconv.Itoa(m.Weight.Numel()) }
