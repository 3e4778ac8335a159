package parametrizations

import (
	"strings"

	"multitorch/nn"
	"multitorch/nn/utils/parametrize"
	"multitorch/torch"
)

var (
	normed        = torch.NewOperator("aten::_weight_norm", "v", "g", "dim")
	normExceptDim = torch.NewOperator("aten::norm_except_dim", "v", "pow", "dim")
)

// WeightNorm replaces a module's weight with its length and its direction, g·v/‖v‖, which are trained in its place, and
// returns the module, as torch.nn.utils.parametrizations.weight_norm of PyTorch from 2.1 on (Salimans and Kingma, "Weight
// Normalization", 2016). The state has parametrizations.weight.original0 and original1. Options: [Name], [Dim], of which
// -1 takes the length of the whole.
func WeightNorm[M nn.Module](m M, opts ...Option) M {
	c := configure(opts)
	dim := 0
	if c.dim != nil {
		dim = *c.dim
	}
	if n := nn.ParameterOf(m, c.name).Dim(); dim < -1 || dim >= n {
		panic(invalid("WeightNorm", "expected a dimension from -1 to %d, but got %d", n-1, dim))
	}
	parametrize.Register(m, c.name, &weightNorm{dim: dim}, parametrize.Unsafe(true))
	return m
}

type weightNorm struct {
	nn.Base
	dim int
}

func (w *weightNorm) PythonName() string { return "_WeightNorm" }

// UpgradeState reads what utils.WeightNorm saved: weight_g and weight_v.
func (w *weightNorm) UpgradeState(prefix string, state map[string]*torch.Tensor) {
	list := strings.TrimSuffix(prefix, ".0.") // "encoder.parametrizations.weight"
	at := strings.LastIndex(list, "parametrizations.")
	if at < 0 {
		return
	}
	name := list[:at] + list[at+len("parametrizations."):]
	g, v := state[name+"_g"], state[name+"_v"]
	if g == nil || v == nil {
		return
	}
	delete(state, name+"_g")
	delete(state, name+"_v")
	state[list+".original0"], state[list+".original1"] = g, v
}

func (w *weightNorm) Join(originals []*torch.Tensor) *torch.Tensor {
	return normed.Call(originals[1], originals[0], w.dim)
}

func (w *weightNorm) Split(x *torch.Tensor) []*torch.Tensor {
	return []*torch.Tensor{normExceptDim.Call(x, 2, w.dim), x}
}
