package nn

import (
	"fmt"

	"multitorch/torch"
)

var rmsNorm = torch.NewOperator("aten::rms_norm", "input", "normalized_shape", "weight", "eps")

// RMSNorm divides the last dimensions by the root of the mean of their squares, each sample for
// itself, as torch.nn.RMSNorm (Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019).
type RMSNorm struct {
	Base
	Weight *Parameter // of the normalised shape, ones at first; nil with ElementwiseAffine(false)
	shape  torch.Shape
	config NormConfig
}

// NewRMSNorm makes a layer that normalises the last dimension of a size, or the last dimensions
// of a torch.Shape. The default of [Eps] is the least step at 1 of the input's dtype.
func NewRMSNorm[S int | torch.Shape](normalized S, opts ...NormOption) *RMSNorm {
	defaults := NormConfig{Affine: true, TrackRunningStats: true, MachineEps: true}
	c := configureNormFrom("RMSNorm", "eps elementwise_affine", defaults, opts)
	m := &RMSNorm{shape: normalizedShape("RMSNorm", normalized), config: c}
	m.Weight, _ = m.config.affine(m.config.ElementwiseAffine, m.shape...)
	return m
}

// Config is the module's settings.
func (m *RMSNorm) Config() NormConfig { return m.config }

// Forward maps [..., normalised shape] to the same.
func (m *RMSNorm) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave("RMSNorm", x, &result)
	var eps any
	if !m.config.MachineEps {
		eps = m.config.Eps
	}
	if rmsNorm.Exists() {
		return rmsNorm.Call(x, []int(m.shape), m.Weight.tensor(), eps)
	}
	return m.composed(x)
}

// composed is what libtorch computes since 2.4, for an older one.
func (m *RMSNorm) composed(x *torch.Tensor) *torch.Tensor {
	shape := x.Shape()
	if n := len(shape) - len(m.shape); n < 0 || pyList(shape[n:]) != pyList(m.shape) {
		panic(invalid("rms_norm", "expected an input whose last dimensions are %s (normalized_shape), but got the shape %s",
			pyList(m.shape), pyList(shape)))
	}
	dtype, eps := x.DType(), m.config.Eps
	var on passing
	defer on.free()
	if dtype == torch.Float16 || dtype == torch.BFloat16 {
		x = on.way(x.To(torch.Float32))
	}
	if m.config.MachineEps {
		eps = 1.0 / (1 << 23)
		if dtype == torch.Float64 {
			eps = 1.0 / (1 << 52)
		}
	}
	dims := make([]int, len(m.shape))
	for i := range dims {
		dims[i] = -1 - i
	}
	mean := on.way(meanDim.Call(on.way(x.Pow(2)), dims, true))
	y := x.Mul(on.way(mean.AddInplace(eps).Rsqrt()))
	if m.Weight != nil {
		on.way(y)
		y = y.Mul(m.Weight.Value())
	}
	if y.DType() != dtype {
		on.way(y)
		y = y.To(dtype)
	}
	return y
}

var meanDim = torch.NewOperator("aten::mean.dim", "self", "dim", "keepdim")

// ExtraRepr is what [Describe] prints in the brackets.
func (m *RMSNorm) ExtraRepr() string {
	c, eps := &m.config, "None"
	if !c.MachineEps {
		eps = pyFloat(c.Eps)
	}
	return fmt.Sprintf("%s, eps=%s, elementwise_affine=%s", pyTuple(m.shape), eps, pyBool(c.ElementwiseAffine))
}
