package nn

import (
	"fmt"
	"math"

	"multitorch/torch"
)

var bilinear = torch.NewOperator("aten::bilinear", "input1", "input2", "weight", "bias")

// Bilinear is x₁ᵀ·W·x₂ + b, as torch.nn.Bilinear. Weight is [out, in1, in2] and Bias is [out]; both
// are drawn from U(-1/√in1, 1/√in1).
type Bilinear struct {
	Base
	Weight *Parameter
	Bias   *Parameter // nil without bias
	config LinearConfig
}

// NewBilinear makes a layer from in1 and in2 features to out features. It has a bias unless
// Bias(false) is given.
func NewBilinear(in1, in2, out int, opts ...LinearOption) *Bilinear {
	c := configure("Bilinear", "bias device dtype", LinearConfig{Bias: true}, opts, LinearOption.linear)
	atLeast(1, in1, "Bilinear", "in1_features")
	atLeast(0, in2, "Bilinear", "in2_features")
	atLeast(0, out, "Bilinear", "out_features")
	c.check("Bilinear")
	bound := 1 / math.Sqrt(float64(in1))
	m := &Bilinear{Weight: newParameter(uniform(c.empty(out, in1, in2), -bound, bound)), config: c}
	if c.Bias {
		m.Bias = newParameter(uniform(c.empty(out), -bound, bound))
	}
	return m
}

// Config is the module's settings.
func (m *Bilinear) Config() LinearConfig { return m.config }

// Forward maps [..., in1] and [..., in2] to [..., out].
func (m *Bilinear) Forward(x1, x2 *torch.Tensor) (result *torch.Tensor) {
	in := m.enterAll(&x1, &x2)
	defer m.leaveAll("Bilinear", in, &result)
	defer explain(func() {
		for i, x := range []*torch.Tensor{x1, x2} {
			if shape, want := x.Shape(), m.Weight.Size(i+1); len(shape) == 0 || shape[len(shape)-1] != want {
				panic(invalid("bilinear", "expected input %d to have %d elements in its last dimension (in%d_features), but got the shape %s",
					i+1, want, i+1, pyList(shape)))
			}
		}
	})
	return bilinear.Call(x1, x2, m.Weight.Value(), m.Bias.tensor())
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *Bilinear) ExtraRepr() string {
	return fmt.Sprintf("in1_features=%d, in2_features=%d, out_features=%d, bias=%s",
		m.Weight.Size(1), m.Weight.Size(2), m.Weight.Size(0), pyBool(m.Bias != nil))
}
