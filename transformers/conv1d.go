package transformers

import (
	"fmt"

	"multitorch/nn"
	"multitorch/torch"
)

// Conv1D is x·W + b, GPT-2's linear layer: Weight is [in, out], the other way round than that of nn.Linear, and Bias is [out].
type Conv1D struct {
	nn.Base
	Weight *nn.Parameter
	Bias   *nn.Parameter
}

// newConv1D makes a layer from in features to out features, and draws its weights from N(0, 0.02²), unless a folder has them.
func newConv1D(c *PretrainedConfig, out, in int) *Conv1D {
	m := &Conv1D{Weight: nn.NewParameter(torch.Empty(torch.Shape{in, out})), Bias: nn.NewParameter(torch.Zeros(torch.Shape{out}))}
	if !c.loading {
		torch.NoGrad(func() { m.Weight.NormalInplace(0, 0.02) })
	}
	return m
}

// Forward maps [N, L, in] to [N, L, out].
func (m *Conv1D) Forward(x *torch.Tensor) *torch.Tensor {
	return nn.Through(m, x, func(x *torch.Tensor) *torch.Tensor {
		var on passing
		defer on.free()
		shape := x.Shape()
		rows := on.way(x.View(-1, shape[len(shape)-1]))
		shape[len(shape)-1] = m.Weight.Size(1)
		return on.way(m.Bias.Value().Addmm(rows, m.Weight.Value(), 1, 1)).View(shape...)
	})
}

func (m *Conv1D) draw(std float64, wanted func(*nn.Parameter) bool) {
	if wanted(m.Weight) {
		m.Weight.NormalInplace(0, std)
	}
	if wanted(m.Bias) {
		m.Bias.ZeroInplace()
	}
}

// ExtraRepr is what nn.Describe prints in the brackets.
func (m *Conv1D) ExtraRepr() string {
	return fmt.Sprintf("nf=%d, nx=%d", m.Weight.Size(1), m.Weight.Size(0))
}
