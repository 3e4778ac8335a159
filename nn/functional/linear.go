package functional

import "multitorch/torch"

var (
	opLinear   = torch.NewOperator("aten::linear", "input", "weight", "bias")
	opBilinear = torch.NewOperator("aten::bilinear", "input1", "input2", "weight", "bias")
	opOneHot   = torch.NewOperator("aten::one_hot", "self", "num_classes")
)

// Linear maps [..., in] to [..., out] by a weight [out, in] and a bias [out], or nil: [nn.Linear].
func Linear(x, weight, bias *torch.Tensor) *torch.Tensor { return opLinear.Call(x, weight, bias) }

// Bilinear maps [..., in1] and [..., in2] to [..., out] by a weight [out, in1, in2] and a bias [out],
// or nil: [nn.Bilinear].
func Bilinear(x1, x2, weight, bias *torch.Tensor) *torch.Tensor {
	return opBilinear.Call(x1, x2, weight, bias)
}

// OneHot maps classes [...], int64, to [..., classes] with a one at each class and zeros elsewhere.
// Without a number of classes it is one more than the largest class.
func OneHot(x *torch.Tensor, classes ...int) *torch.Tensor {
	if len(classes) == 0 {
		classes = []int{-1}
	}
	return opOneHot.Call(x, classes[0])
}
