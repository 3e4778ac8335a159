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
		Compute: func() *torch.Tensor { return weightNorm.Call(v.Tensor, g.Tensor, dim) },
		Members: []nn.Member{{Name: c.name + "_g", Value: g}, {Name: c.name + "_v", Value: v}},
		Kind:    "weight_norm",
	})
	return m
}

// RemoveWeightNorm undoes [WeightNorm]: the weight is a parameter again, with its present value.
func RemoveWeightNorm[M nn.Module](m M, opts ...Option) M {
	restore("RemoveWeightNorm", m, configure(opts).name, "weight_norm")
	return m
}

// underived is a parameter that is not derived yet.
func underived(op string, m nn.Module, name string) *nn.Parameter {
	p := nn.ParameterOf(m, name)
	if nn.DerivationOf(m, name) != nil {
		panic(invalid(op, "%s is derived of others already", name))
	}
	return p
}

// restore makes a derived parameter one of its own again.
func restore(op string, m nn.Module, name, kind string) {
	p := nn.ParameterOf(m, name)
	d := nn.DerivationOf(m, name)
	if d == nil || d.Kind != kind {
		panic(invalid(op, "%s of %s not found", kind, name))
	}
	var value *torch.Tensor
	torch.NoGrad(func() { value = d.Compute() })
	nn.SetDerivation(m, name, nil)
	p.Tensor = nn.NewParameter(value).Tensor
}
