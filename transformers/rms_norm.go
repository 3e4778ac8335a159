package transformers

import (
	"fmt"

	"multitorch/nn"
	"multitorch/torch"
)

var (
	opRMSNorm = torch.NewOperator("aten::rms_norm", "input", "normalized_shape", "weight", "eps")
	opMeanDim = torch.NewOperator("aten::mean.dim", "self", "dim", "keepdim")
)

// RMSNorm divides each vector by the root of the mean of its squares, and multiplies it with Weight [features] (Zhang and Sennrich,
// "Root Mean Square Layer Normalization", 2019): LlamaRMSNorm and T5LayerNorm. Half precision is squared in float32.
type RMSNorm struct {
	nn.Base
	Weight *nn.Parameter

	eps   float64
	eager bool
	apart bool // T5's way: what is squared is a copy in float32, and not what is divided
}

func newRMSNorm(c *PretrainedConfig, features int, eps float64) *RMSNorm {
	return &RMSNorm{Weight: nn.NewParameter(torch.Ones(torch.Shape{features})), eps: eps, eager: c.Eager}
}

func (m *RMSNorm) draw(_ float64, wanted func(*nn.Parameter) bool) {
	if wanted(m.Weight) {
		m.Weight.FillInplace(1)
	}
}

// Forward maps [..., features] to the same.
func (m *RMSNorm) Forward(x *torch.Tensor) *torch.Tensor {
	return nn.Through(m, x, func(x *torch.Tensor) *torch.Tensor {
		if !m.eager && opRMSNorm.Exists() {
			return opRMSNorm.Call(x, []int{m.Weight.Size(0)}, m.Weight.Value(), m.eps)
		}
		var on passing
		defer on.free()
		wide := on.to(x, torch.Float32)
		variance := on.way(opMeanDim.Call(on.way(wide.Pow(2)), []int{-1}, true))
		if m.apart {
			wide = x
		}
		y := on.way(wide.Mul(on.way(on.way(variance.Add(m.eps)).Rsqrt())))
		if y.DType() != x.DType() {
			y = on.way(y.To(x.DType()))
		}
		return m.Weight.Value().Mul(y)
	})
}

// ExtraRepr is what nn.Describe prints in the brackets.
func (m *RMSNorm) ExtraRepr() string { return fmt.Sprintf("(%d,), eps=%v", m.Weight.Size(0), m.eps) }
