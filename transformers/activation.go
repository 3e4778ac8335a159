package transformers

import (
	"maps"
	"math"
	"slices"
	"strings"

	"multitorch/libm"
	"multitorch/torch"
)

var (
	gelu     = torch.NewOperator("aten::gelu", "self", "approximate")
	silu     = torch.NewOperator("aten::silu", "self")
	mish     = torch.NewOperator("aten::mish", "self")
	softplus = torch.NewOperator("aten::softplus", "self")
	leaky    = torch.NewOperator("aten::leaky_relu", "self")
	relu6    = torch.NewOperator("aten::relu6", "self")
	swish    = torch.NewOperator("aten::hardswish", "self")
)

// Activation is a function of single elements, of any shape. It returns a new tensor, or x itself ("linear").
type Activation func(x *torch.Tensor) *torch.Tensor

// NewActivation is the function that a configuration names, as in Python's ACT2FN: "gelu", "gelu_new", "quick_gelu", "silu", …
// A name that is not known is an error.
func NewActivation(name string) Activation {
	f := activations[name]
	if f == nil {
		panic(invalid("activation", "no function %.80q; known are %s", name, strings.Join(slices.Sorted(maps.Keys(activations)), ", ")))
	}
	return f
}

// checkActivation is NewActivation's error, for the key of a configuration.
func checkActivation(key, name string) error {
	return torch.Try(func() error {
		defer func() {
			if e, ok := recover().(*torch.Error); ok {
				e.Op = key
				panic(e)
			}
		}()
		NewActivation(name)
		return nil
	})
}

// Their formulas are written as Transformers writes them, operation by operation, for the same last bits.
var activations = map[string]Activation{
	"gelu":              func(x *torch.Tensor) *torch.Tensor { return gelu.Call(x, "none") },
	"gelu_pytorch_tanh": func(x *torch.Tensor) *torch.Tensor { return gelu.Call(x, "tanh") },
	"gelu_new":          geluNew,
	"gelu_accurate":     geluNew,
	"gelu_python_tanh":  geluNew,
	"gelu_fast":         geluFast,
	"gelu_python":       geluErf,
	"gelu_10": func(x *torch.Tensor) *torch.Tensor {
		y := gelu.Call(x, "none")
		defer y.Free()
		return y.Clamp(-10, 10)
	},
	"quick_gelu": quickGELU,
	"silu":       func(x *torch.Tensor) *torch.Tensor { return silu.Unary(x) },
	"swish":      func(x *torch.Tensor) *torch.Tensor { return silu.Unary(x) },
	"mish":       func(x *torch.Tensor) *torch.Tensor { return mish.Unary(x) },
	"hardswish":  func(x *torch.Tensor) *torch.Tensor { return swish.Unary(x) },
	"leaky_relu": func(x *torch.Tensor) *torch.Tensor { return leaky.Call(x) },
	"relu":       (*torch.Tensor).ReLU,
	"relu6":      func(x *torch.Tensor) *torch.Tensor { return relu6.Unary(x) },
	"relu2": func(x *torch.Tensor) *torch.Tensor {
		y := x.ReLU()
		defer y.Free()
		return y.Square()
	},
	"sigmoid": (*torch.Tensor).Sigmoid,
	"tanh":    (*torch.Tensor).Tanh,
	"sqrtsoftplus": func(x *torch.Tensor) *torch.Tensor {
		y := softplus.Call(x)
		defer y.Free()
		return y.Sqrt()
	},
	"linear": func(x *torch.Tensor) *torch.Tensor { return x },
}

// geluNew is 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))).
func geluNew(x *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	half := on.way(x.Mul(0.5)) // first, for the order in which gradients are summed
	cube := on.way(on.way(x.Pow(3.0)).Mul(0.044715))
	inner := on.way(on.way(x.Add(cube)).Mul(libm.Sqrt(2 / math.Pi)))
	return half.Mul(on.way(on.way(inner.Tanh()).Add(1.0)))
}

// geluFast is the same with another order of operations, 0.5·x·(1 + tanh(x·0.79788·(1 + 0.044715·x·x))).
func geluFast(x *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	half := on.way(x.Mul(0.5))
	scaled := on.way(x.Mul(0.7978845608))
	square := on.way(on.way(on.way(x.Mul(0.044715)).Mul(x)).Add(1.0))
	inner := on.way(on.way(scaled.Mul(square)).Tanh())
	return half.Mul(on.way(inner.Add(1.0)))
}

// geluErf is x·0.5·(1 + erf(x/√2)).
func geluErf(x *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	half := on.way(x.Mul(0.5))
	return half.Mul(on.way(on.way(on.way(x.Div(libm.Sqrt(2))).Erf()).Add(1.0)))
}

// quickGELU is x·σ(1.702·x).
func quickGELU(x *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	return x.Mul(on.way(on.way(x.Mul(1.702)).Sigmoid()))
}
