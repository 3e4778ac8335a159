package nn

import (
	"math"

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
	m := &Linear{Weight: NewParameter(kaimingUniform(torch.Shape{out, in}))}
	if c.bias {
		m.Bias = NewParameter(biasUniform(out, in))
	}
	return m
}

// Forward maps [..., in] to [..., out].
func (m *Linear) Forward(x *torch.Tensor) *torch.Tensor {
	defer m.guard("Linear")
	return linear.Call(x, m.Weight.Tensor, m.Bias.tensor())
}

// tensor is the parameter's tensor, or nil for a parameter that is not there.
func (p *Parameter) tensor() *torch.Tensor {
	if p == nil {
		return nil
	}
	return p.Tensor
}

// kaimingUniform draws a weight [out, in, ...] as PyTorch's Linear and Conv do:
// kaiming_uniform_ with a = √5, computed in its order of operations.
func kaimingUniform(shape torch.Shape) *torch.Tensor {
	gain := math.Sqrt(2 / (1 + math.Pow(math.Sqrt(5), 2)))
	std := gain / math.Sqrt(float64(fanIn(shape)))
	bound := math.Sqrt(3) * std
	return torch.Empty(shape).UniformInplace(-bound, bound)
}

// biasUniform draws a bias from U(-1/√fanIn, 1/√fanIn).
func biasUniform(n, fanIn int) *torch.Tensor {
	bound := 0.0
	if fanIn > 0 {
		bound = 1 / math.Sqrt(float64(fanIn))
	}
	return torch.Empty(torch.Shape{n}).UniformInplace(-bound, bound)
}

func fanIn(shape torch.Shape) int {
	n := shape[1]
	for _, k := range shape[2:] {
		n *= k
	}
	return n
}
