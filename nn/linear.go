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
	config LinearConfig
}

// LinearConfig is the settings of a linear layer.
type LinearConfig struct {
	Bias bool `json:"bias"` // whether there is one: true
	factory
}

// LinearOption is an option of [NewLinear]: [Bias], [DType], [Device], or a whole
// [LinearConfig].
type LinearOption interface{ linear(*LinearConfig) }

func (c LinearConfig) linear(to *LinearConfig) { *to = c }

// String is the settings as Python's keyword arguments.
func (c LinearConfig) String() string { return pySettings(c) }

// Bias(false) leaves the bias out. The default is true.
type Bias bool

func (b Bias) linear(c *LinearConfig)   { c.Bias = bool(b) }
func (d DType) linear(c *LinearConfig)  { c.dtype(d) }
func (d Device) linear(c *LinearConfig) { c.device(d) }

// NewLinear makes a layer from in features to out features. It has a bias unless
// Bias(false) is given.
func NewLinear(in, out int, opts ...LinearOption) *Linear {
	c := configure("Linear", "bias device dtype", LinearConfig{Bias: true}, opts, LinearOption.linear)
	atLeast(0, in, "Linear", "in_features")
	atLeast(0, out, "Linear", "out_features")
	c.check("Linear")
	m := &Linear{}
	m.init(in, out, c)
	return m
}

func (m *Linear) init(in, out int, c LinearConfig) {
	m.Weight, m.config = newParameter(kaimingUniform(c.empty(out, in))), c
	if c.Bias {
		m.Bias = newParameter(biasUniform(c.empty(out), in))
	}
}

// Config is the module's settings.
func (m *Linear) Config() LinearConfig { return m.config }

// Forward maps [..., in] to [..., out].
func (m *Linear) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave("Linear", x, &result)
	defer explain(func() { m.checkInput(x) })
	return linear.Call(x, m.Weight.tensor(), m.Bias.tensor())
}

func (m *Linear) checkInput(x *torch.Tensor) {
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
