package nninit

import (
	"math"
	"slices"
	"strings"

	"multitorch/libm"
	"multitorch/torch"
)

var linear = strings.Fields("linear conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d sigmoid")

// CalculateGain is the gain for the function behind a layer: 1 for "linear", the convolutions ("conv2d") and "sigmoid",
// 5/3 for "tanh", √2 for "relu", √(2/(1+slope²)) for "leaky_relu", whose slope is 0.01 unless it is given, 3/4 for "selu".
func CalculateGain(nonlinearity string, slope ...float64) float64 {
	switch {
	case slices.Contains(linear, nonlinearity):
		return 1
	case nonlinearity == "tanh":
		return 5.0 / 3
	case nonlinearity == "relu":
		return math.Sqrt(2)
	case nonlinearity == "leaky_relu":
		negative := 0.01
		if len(slope) > 0 {
			negative = slope[0]
		}
		return math.Sqrt(2 / (1 + libm.Pow(negative, 2)))
	case nonlinearity == "selu":
		return 3.0 / 4
	}
	panic(invalid("CalculateGain", "expected %s, tanh, relu, leaky_relu or selu, but got %.80q", strings.Join(linear, ", "), nonlinearity))
}

// Fans is how many inputs each output of a layer with the weight t has, and how many outputs each input: for [out, in]
// in and out, for a convolution's weight [out, in, ...] those times the size of its kernel.
func Fans(t *torch.Tensor) (in, out int) {
	if t == nil {
		panic(invalid("Fans", "expected a tensor, but got nil"))
	}
	shape := t.Shape()
	if len(shape) < 2 {
		panic(invalid("Fans", "expected a tensor of at least 2 dimensions, but got the shape %v", shape))
	}
	in, out = shape[1], shape[0]
	for _, n := range shape[2:] {
		in, out = in*n, out*n
	}
	return in, out
}

// XavierUniform fills t from U(-a, a) with a = gain·√(6/(fan_in + fan_out)) (Glorot and Bengio, "Understanding the
// difficulty of training deep feedforward neural networks", 2010). Options: [Gain], [Generator].
func XavierUniform(t *torch.Tensor, opts ...Option) *torch.Tensor {
	a := math.Sqrt(3) * xavier(t, configure(opts))
	return Uniform(t, -a, a, opts...)
}

// XavierNormal fills t from N(0, std²) with std = gain·√(2/(fan_in + fan_out)); see [XavierUniform].
func XavierNormal(t *torch.Tensor, opts ...Option) *torch.Tensor {
	return Normal(t, 0, xavier(t, configure(opts)), opts...)
}

func xavier(t *torch.Tensor, c config) float64 {
	in, out := Fans(t)
	if in+out == 0 {
		panic(invalid("Xavier", "expected a tensor with inputs or outputs, but got the shape %v", t.Shape()))
	}
	return c.gain * math.Sqrt(2/float64(in+out))
}

// KaimingUniform fills t from U(-bound, bound) with bound = gain·√(3/fan) (He et al., "Delving Deep into Rectifiers",
// 2015). Options: [A], [Mode], [Nonlinearity], [Generator]. A tensor without elements draws nothing.
func KaimingUniform(t *torch.Tensor, opts ...Option) *torch.Tensor {
	std, ok := kaiming("KaimingUniform", t, configure(opts))
	if !ok {
		return t
	}
	bound := math.Sqrt(3) * std
	return Uniform(t, -bound, bound, opts...)
}

// KaimingNormal fills t from N(0, std²) with std = gain/√fan; see [KaimingUniform].
func KaimingNormal(t *torch.Tensor, opts ...Option) *torch.Tensor {
	std, ok := kaiming("KaimingNormal", t, configure(opts))
	if !ok {
		return t
	}
	return Normal(t, 0, std, opts...)
}

func kaiming(op string, t *torch.Tensor, c config) (std float64, ok bool) {
	if t != nil && t.Numel() == 0 {
		return 0, false
	}
	fan, out := Fans(t)
	switch strings.ToLower(c.mode) {
	case "fan_out":
		fan = out
	case "fan_in":
	default:
		panic(invalid(op, "mode must be fan_in or fan_out, but got %.80q", c.mode))
	}
	return CalculateGain(c.nonlinearity, c.a) / math.Sqrt(float64(fan)), true
}
