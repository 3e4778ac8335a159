package nn

import (
	"fmt"

	"multitorch/torch"
)

var linear = torch.NewOperator("aten::linear", "input", "weight", "bias")

// Linear is x·Wᵀ + b, as torch.nn.Linear. Weight is [out, in] and Bias is [out];
// both are drawn from U(-1/√in, 1/√in).
type Linear struct {
	Base
	Weight *Parameter
	Bias   *Parameter // nil without bias
}

// LinearOption is an option of [NewLinear]: [Bias].
type LinearOption interface{ linear(*linearConfig) }

type linearConfig struct{ bias bool }

// NewLinear makes a layer from in features to out features. It has a bias unless
// Bias(false) is given.
func NewLinear(in, out int, opts ...LinearOption) *Linear {
	c := linearConfig{bias: true}
	for _, o := range opts {
		o.linear(&c)
	}
	atLeast(0, in, "Linear", "in_features")
	atLeast(0, out, "Linear", "out_features")
	m := &Linear{Weight: NewParameter(kaimingUniform(torch.Shape{out, in}))}
	if c.bias {
		m.Bias = NewParameter(biasUniform(out, in))
	}
	return m
}

// Forward maps [..., in] to [..., out].
func (m *Linear) Forward(x *torch.Tensor) *torch.Tensor {
	defer m.guard("Linear")
	defer explain(func() { m.check(x) })
	return linear.Call(x, m.Weight.Tensor, m.Bias.tensor())
}

func (m *Linear) check(x *torch.Tensor) {
	shape, weight := x.Shape(), m.Weight.Shape()
	if len(shape) == 0 || shape[len(shape)-1] != weight[1] {
		panic(invalid("linear", "expected an input whose last dimension has %d elements (in_features), but got the shape %s; the weight is %s",
			weight[1], pyList(shape), pyList(weight)))
	}
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *Linear) ExtraRepr() string {
	return fmt.Sprintf("in_features=%d, out_features=%d, bias=%s", m.Weight.Size(1), m.Weight.Size(0), pyBool(m.Bias != nil))
}
