package utils

import (
	"multitorch/nn"
	"multitorch/torch"
)

var (
	weightNorm    = torch.NewOperator("aten::_weight_norm", "v", "g", "dim")
	normExceptDim = torch.NewOperator("aten::norm_except_dim", "v", "pow", "dim")
)

// WeightNorm replaces a module's weight with its length and its direction, g·v/‖v‖, which are trained in its place, and
// returns the module, as torch.nn.utils.weight_norm (Salimans and Kingma, "Weight Normalization", 2016). The state has
// weight_g and weight_v. Options: [Name], [Dim], of which -1 takes the length of the whole.
func WeightNorm[M nn.Module](m M, opts ...Option) M {
	c := configure(opts)
	dim := 0
	if c.dim != nil {
		dim = *c.dim
	}
	p := underived("WeightNorm", m, c.name)
	if n := p.Dim(); dim < -1 || dim >= n {
		panic(invalid("WeightNorm", "expected a dimension from -1 to %d, but got %d", n-1, dim))
	}
	data := p.Detach()
	g, v := nn.NewParameter(normExceptDim.Call(data, 2, dim)), nn.NewParameter(data)
	nn.SetDerivation(m, c.name, &nn.Derivation{
		Source:  &normed{g, v, dim},
		Members: []nn.Member{{Name: c.name + "_g", Value: g}, {Name: c.name + "_v", Value: v}},
	})
	return m
}

// RemoveWeightNorm undoes [WeightNorm]: the weight is a parameter again, with its present value.
func RemoveWeightNorm[M nn.Module](m M, opts ...Option) M {
	restore[*normed]("RemoveWeightNorm", "weight_norm", m, configure(opts).name, (*normed).Compute)
	return m
}

// normed is a weight by its length and its direction.
type normed struct {
	g, v *nn.Parameter
	dim  int
}

// Compute is the weight.
func (n *normed) Compute() *torch.Tensor { return weightNorm.Call(n.v.Tensor, n.g.Tensor, n.dim) }

// underived is a parameter that is not derived yet.
func underived(op string, m nn.Module, name string) *nn.Parameter {
	p := nn.ParameterOf(m, name)
	if nn.DerivationOf(m, name) != nil {
		panic(invalid(op, "%s is derived of others already", name))
	}
	return p
}

// restore makes a parameter that is derived of a source S one of its own again.
func restore[S nn.Source](op, what string, m nn.Module, name string, compute func(S) *torch.Tensor) {
	p, d := nn.ParameterOf(m, name), nn.DerivationOf(m, name)
	if d == nil {
		panic(invalid(op, "%s of %s not found", what, name))
	}
	source, ok := d.Source.(S)
	if !ok {
		panic(invalid(op, "%s of %s not found", what, name))
	}
	var value *torch.Tensor
	torch.NoGrad(func() { value = compute(source) })
	nn.SetDerivation(m, name, nil)
	p.Tensor = nn.NewParameter(value).Tensor
}
