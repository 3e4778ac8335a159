package nn

import (
	"fmt"

	"multitorch/torch"
)

var transposedConvolutions = []*torch.Operator{1: newTransposed(1), 2: newTransposed(2), 3: newTransposed(3)}

func newTransposed(dims int) *torch.Operator {
	name := fmt.Sprintf("aten::conv_transpose%dd", dims)
	if dims > 1 {
		name += ".input"
	}
	return torch.NewOperator(name, "input", "weight", "bias", "stride", "padding", "output_padding", "groups", "dilation")
}

// transposed is a convolution's way back: its gradient with respect to the input.
type transposed struct{ conv }

func (m *transposed) init(kind string, dims, in, out int, kernel Size, opts []ConvOption) {
	m.conv.init(kind, "stride padding output_padding groups bias dilation padding_mode", dims, true, in, out, kernel, opts)
	c := &m.config
	if c.PaddingMode != "zeros" {
		panic(invalid(kind, `only "zeros" padding mode is supported, but got %.40q`, c.PaddingMode))
	}
	if c.PaddingWord != "" {
		panic(invalid(kind, "padding must be numbers, but got %.40q", c.PaddingWord))
	}
	for i, p := range m.outputPadding {
		if p >= max(m.stride[i], m.dilation[i]) {
			panic(invalid(kind, "output_padding must be smaller than stride or dilation, but got %v, %v and %v",
				c.OutputPadding, c.Stride, c.Dilation))
		}
	}
}

// Forward maps [N, in, L...] to [N, out, L'...], or the same without N: L is a length, height
// and width, or depth, height and width, and of each
// L' = (L - 1)·stride - 2·padding + dilation·(kernel-1) + output_padding + 1.
func (m *transposed) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave(m.kind, x, &result)
	return m.convolve(x, m.outputPadding)
}

// ForwardSized is Forward with PyTorch's second argument, output_size: the output's size, of
// which several are possible with a stride above 1, in place of an output padding. It is
// L'..., or a whole shape that ends with them.
func (m *transposed) ForwardSized(x *torch.Tensor, outputSize ...int) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave(m.kind, x, &result)
	m.checkInput(x)
	return m.convolve(x, m.paddingFor(x.Shape(), outputSize))
}

func (m *transposed) convolve(x *torch.Tensor, outputPadding []int) *torch.Tensor {
	defer explain(func() { m.checkInput(x) })
	return transposedConvolutions[m.dims].Call(x, m.Weight.tensor(), m.Bias.tensor(), m.stride, m.padding, outputPadding,
		m.config.Groups, m.dilation)
}

// paddingFor is the output padding that gives an output of the size.
func (m *transposed) paddingFor(shape torch.Shape, size []int) []int {
	dims := m.dims
	channels := len(shape) - dims
	if len(size) == channels+dims {
		size = size[channels:]
	}
	if len(size) != dims {
		panic(invalid(m.operation(), "expected an output size of %d or %d numbers, but got %d", dims, channels+dims, len(size)))
	}
	least, most, padding := make([]int, dims), make([]int, dims), make([]int, dims)
	possible := true
	for i := range dims {
		least[i] = (shape[channels+i]-1)*m.stride[i] - 2*m.padding[i] + m.dilation[i]*(m.kernel[i]-1) + 1
		most[i] = least[i] + m.stride[i] - 1
		padding[i] = size[i] - least[i]
		possible = possible && size[i] >= least[i] && size[i] <= most[i]
	}
	if !possible {
		panic(invalid(m.operation(), "expected an output size from %s to %s for the input %s, but got %s",
			pyList(least), pyList(most), pyList(shape), pyList(size)))
	}
	return padding
}
