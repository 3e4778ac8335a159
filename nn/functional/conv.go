package functional

import (
	"fmt"

	"multitorch/nn"
	"multitorch/torch"
)

// convolution is libtorch's operators for one number of dimensions.
type convolution struct{ numbers, words, transposed *torch.Operator }

var convolutions = []convolution{1: newConvolution(1), 2: newConvolution(2), 3: newConvolution(3)}

func newConvolution(dims int) convolution {
	args := []string{"input", "weight", "bias", "stride", "padding", "dilation", "groups"}
	transposed := []string{"input", "weight", "bias", "stride", "padding", "output_padding", "groups", "dilation"}
	name, overload := fmt.Sprintf("aten::conv%dd", dims), ".input"
	if dims == 1 {
		overload = ""
	}
	return convolution{
		torch.NewOperator(name, args...), torch.NewOperator(name+".padding", args...),
		torch.NewOperator(fmt.Sprintf("aten::conv_transpose%dd%s", dims, overload), transposed...),
	}
}

var convDefaults = nn.ConvConfig{
	Stride: nn.Size{1}, Padding: nn.Size{0}, Dilation: nn.Size{1}, OutputPadding: nn.Size{0}, PaddingMode: "zeros", Groups: 1, Bias: true,
}

func conv(dims int, x, weight, bias *torch.Tensor, opts []nn.ConvOption) *torch.Tensor {
	c := convDefaults.With(fmt.Sprintf("conv%dd", dims), "stride padding dilation groups", opts...)
	op := convolutions[dims]
	if c.PaddingWord != "" {
		return op.words.Call(x, weight, bias, []int(c.Stride), c.PaddingWord, []int(c.Dilation), c.Groups)
	}
	return op.numbers.Call(x, weight, bias, []int(c.Stride), []int(c.Padding), []int(c.Dilation), c.Groups)
}

func convTransposed(dims int, x, weight, bias *torch.Tensor, opts []nn.ConvOption) *torch.Tensor {
	name := fmt.Sprintf("conv_transpose%dd", dims)
	c := convDefaults.With(name, "stride padding output_padding groups dilation", opts...)
	if c.PaddingWord != "" {
		panic(invalid(name, "padding must be numbers, but got %q", c.PaddingWord))
	}
	return convolutions[dims].transposed.Call(x, weight, bias, []int(c.Stride), []int(c.Padding), []int(c.OutputPadding), c.Groups,
		[]int(c.Dilation))
}

// Conv1d is [nn.Conv1d] with a weight [out, in/groups, K] and a bias [out], or nil. Options:
// [nn.Stride], [nn.Padding] and its words, [nn.Dilation], [nn.Groups].
func Conv1d(x, weight, bias *torch.Tensor, opts ...nn.ConvOption) *torch.Tensor {
	return conv(1, x, weight, bias, opts)
}

// Conv2d is [nn.Conv2d] with a weight [out, in/groups, K, K]; see [Conv1d].
func Conv2d(x, weight, bias *torch.Tensor, opts ...nn.ConvOption) *torch.Tensor {
	return conv(2, x, weight, bias, opts)
}

// Conv3d is [nn.Conv3d] with a weight [out, in/groups, K, K, K]; see [Conv1d].
func Conv3d(x, weight, bias *torch.Tensor, opts ...nn.ConvOption) *torch.Tensor {
	return conv(3, x, weight, bias, opts)
}

// ConvTranspose1d is [nn.ConvTranspose1d] with a weight [in, out/groups, K] and a bias [out], or nil.
// Options: [nn.Stride], [nn.Padding], [nn.OutputPadding], [nn.Groups], [nn.Dilation].
func ConvTranspose1d(x, weight, bias *torch.Tensor, opts ...nn.ConvOption) *torch.Tensor {
	return convTransposed(1, x, weight, bias, opts)
}

// ConvTranspose2d is [nn.ConvTranspose2d] with a weight [in, out/groups, K, K]; see [ConvTranspose1d].
func ConvTranspose2d(x, weight, bias *torch.Tensor, opts ...nn.ConvOption) *torch.Tensor {
	return convTransposed(2, x, weight, bias, opts)
}

// ConvTranspose3d is [nn.ConvTranspose3d] with a weight [in, out/groups, K, K, K]; see
// [ConvTranspose1d].
func ConvTranspose3d(x, weight, bias *torch.Tensor, opts ...nn.ConvOption) *torch.Tensor {
	return convTransposed(3, x, weight, bias, opts)
}

var opConvTBC = torch.NewOperator("aten::conv_tbc", "self", "weight", "bias", "pad")

// ConvTBC is [Conv1d] for x [L, N, in] with a weight [K, in, out], a bias [out] and a padding, 0 in
// Python by default.
func ConvTBC(x, weight, bias *torch.Tensor, pad int) *torch.Tensor {
	return opConvTBC.Call(x, weight, bias, pad)
}
