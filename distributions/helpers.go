package distributions

import (
	"math"

	"multitorch/torch"
)

// What several distributions compute.

// Variables, for Go would compute with exact constants, and Python rounds each step.
var (
	eulerConstant = 0.57721566490153286060
	pi            = math.Pi
)

var (
	bceWithLogits = torch.NewOperator("aten::binary_cross_entropy_with_logits", "self", "target", "reduction")
	softplusOp    = torch.NewOperator("aten::softplus", "self")
	logSigmoidOp  = torch.NewOperator("aten::log_sigmoid", "self")
	oneHotOp      = torch.NewOperator("aten::one_hot", "self", "num_classes")
	standardGamma = torch.NewOperator("aten::_standard_gamma", "self")
)

func softplus(x *torch.Tensor) *torch.Tensor   { return softplusOp.Unary(x) }
func logSigmoid(x *torch.Tensor) *torch.Tensor { return logSigmoidOp.Unary(x) }

// crossEntropy is binary_cross_entropy_with_logits of each element.
func crossEntropy(logits, target *torch.Tensor) *torch.Tensor {
	return bceWithLogits.Call(logits, target, 0)
}

// withoutGrad is f's result, computed without recording.
func withoutGrad(f func() *torch.Tensor) (y *torch.Tensor) {
	torch.NoGrad(func() { y = f() })
	return y
}

// finfo is what torch.finfo says of a floating-point dtype.
type finfo struct{ eps, tiny, min float64 }

func finfoOf(t *torch.Tensor) finfo {
	switch d := t.DType(); d {
	case torch.Float64:
		return finfo{0x1p-52, 0x1p-1022, -math.MaxFloat64}
	case torch.Float32:
		return finfo{0x1p-23, 0x1p-126, -math.MaxFloat32}
	case torch.Float16:
		return finfo{0x1p-10, 0x1p-14, -65504}
	case torch.BFloat16:
		return finfo{0x1p-7, 0x1p-126, -0x1.fep127}
	default:
		panic(wrongType("finfo", "expected parameters of a floating-point dtype, but got %s", d))
	}
}

// full is a tensor of one value with the dtype and the device of like.
func full(shape torch.Shape, value float64, like *torch.Tensor) *torch.Tensor {
	return torch.Full(shape, value, like.DType(), like.Device())
}

// empty is room for samples, with the dtype and the device of like.
func empty(shape torch.Shape, like *torch.Tensor) *torch.Tensor {
	return torch.Empty(shape, like.DType(), like.Device())
}

func standardNormal(shape torch.Shape, like *torch.Tensor) *torch.Tensor {
	return empty(shape, like).NormalInplace(0, 1)
}

func rand(shape torch.Shape, like *torch.Tensor) *torch.Tensor {
	return torch.Rand(shape, like.DType(), like.Device())
}

// sumRightmost sums the last n dimensions, or all there are.
func sumRightmost(x *torch.Tensor, n int) *torch.Tensor {
	if n <= 0 {
		return x
	}
	shape := x.Shape()
	keep := max(len(shape)-n, 0)
	return x.Reshape(append(shape[:keep:keep], -1)...).Sum(-1)
}

// clampProbs keeps probabilities off 0 and 1.
func clampProbs(p *torch.Tensor) *torch.Tensor {
	eps := finfoOf(p).eps
	return p.Clamp(eps, 1-eps)
}

func logitsToProbs(logits *torch.Tensor, binary bool) *torch.Tensor {
	if binary {
		return logits.Sigmoid()
	}
	return logits.Softmax(-1)
}

func probsToLogits(probs *torch.Tensor, binary bool) *torch.Tensor {
	p := clampProbs(probs)
	if binary {
		return p.Log().Sub(p.Neg().Log1p())
	}
	return p.Log()
}

// oneHot is a vector with a 1 for each index, in the dtype of like.
func oneHot(index *torch.Tensor, n int, like *torch.Tensor) *torch.Tensor {
	return oneHotOp.Call(index, n).To(like.DType(), like.Device())
}

// enumerated is the values along a new first dimension before a batch.
func enumerated(values *torch.Tensor, batch, event torch.Shape, expand bool) *torch.Tensor {
	n := values.Size(0)
	shape, ones := torch.Shape{n}, torch.Shape{n}
	for _, size := range batch {
		shape, ones = append(shape, size), append(ones, 1)
	}
	values = values.View(append(ones, event...)...)
	if expand {
		values = values.Expand(append(shape, event...)...)
	}
	return values
}
