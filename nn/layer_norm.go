package nn

import (
	"fmt"
	"slices"

	"multitorch/torch"
)

var layerNorm = torch.NewOperator("aten::layer_norm", "input", "normalized_shape", "weight", "bias", "eps")

// LayerNorm normalises the last dimensions to mean 0 and variance 1, each sample
// for itself, as torch.nn.LayerNorm (Ba et al., "Layer Normalization", 2016).
type LayerNorm struct {
	Base
	Weight *Parameter // of the normalised shape, ones at first; nil with ElementwiseAffine(false)
	Bias   *Parameter // the same, zeros at first; nil also with Bias(false)
	shape  torch.Shape
	config NormConfig
}

// NewLayerNorm makes a layer that normalises the last dimension of a size, or the
// last dimensions of a torch.Shape.
func NewLayerNorm[S int | torch.Shape](normalized S, opts ...NormOption) *LayerNorm {
	m := &LayerNorm{shape: normalizedShape("LayerNorm", normalized), config: configureNorm("LayerNorm", "eps elementwise_affine bias", opts)}
	m.Weight, m.Bias = m.config.affine(m.config.ElementwiseAffine, m.shape...)
	return m
}

// normalizedShape is the shape that a size or a torch.Shape means.
func normalizedShape[S int | torch.Shape](kind string, normalized S) torch.Shape {
	var shape torch.Shape
	switch s := any(normalized).(type) {
	case int:
		shape = torch.Shape{s}
	case torch.Shape:
		shape = slices.Clone(s)
	}
	if len(shape) == 0 {
		panic(invalid(kind, "normalized_shape must have at least one dimension"))
	}
	for _, n := range shape {
		atLeast(0, n, kind, "normalized_shape")
	}
	return shape
}

// Config is the module's settings.
func (m *LayerNorm) Config() NormConfig { return m.config }

// Forward maps [..., normalised shape] to the same.
func (m *LayerNorm) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave("LayerNorm", x, &result)
	return layerNorm.Call(x, m.shape, m.Weight.tensor(), m.Bias.tensor(), m.config.Eps)
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *LayerNorm) ExtraRepr() string {
	c := &m.config
	return fmt.Sprintf("%s, eps=%s, elementwise_affine=%s%s", pyTuple(m.shape), pyFloat(c.Eps), pyBool(c.ElementwiseAffine), biasRepr(m.Bias))
}
