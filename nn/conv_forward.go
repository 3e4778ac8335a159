package nn

import (
	"fmt"

	"multitorch/torch"
)

// convolution is libtorch's operators for one number of dimensions.
type convolution struct{ numbers, words *torch.Operator }

var (
	convolutions = []convolution{1: newConvolution(1), 2: newConvolution(2), 3: newConvolution(3)}
	pad          = torch.NewOperator("aten::pad", "self", "pad", "mode", "value")
)

func newConvolution(dims int) convolution {
	name := fmt.Sprintf("aten::conv%dd", dims)
	args := []string{"input", "weight", "bias", "stride", "padding", "dilation", "groups"}
	return convolution{torch.NewOperator(name, args...), torch.NewOperator(name+".padding", args...)}
}

// straight is a convolution that is not transposed.
type straight struct {
	conv
	edges []int // the padding that pad adds, unless the mode is zeros
}

func (m *straight) init(kind string, dims, in, out int, kernel Size, opts []ConvOption) {
	m.conv.init(kind, "stride padding dilation groups bias padding_mode", dims, false, in, out, kernel, opts)
	m.edges = m.surroundings()
}

// surroundings is the padding before and after, the last dimension's first, as pad takes it.
func (m *straight) surroundings() (edges []int) {
	for i := m.dims - 1; i >= 0; i-- {
		before, after := m.padding[i], m.padding[i]
		switch m.config.PaddingWord {
		case "valid":
			before, after = 0, 0
		case "same":
			total := m.dilation[i] * (m.kernel[i] - 1)
			before, after = total/2, total-total/2
		}
		edges = append(edges, before, after)
	}
	return edges
}

// Forward maps [N, in, L...] to [N, out, L'...], or the same without N: L is a length, height
// and width, or depth, height and width, and of each
// L' = ⌊(L + 2·padding - dilation·(kernel-1) - 1) / stride⌋ + 1.
func (m *straight) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave(m.kind, x, &result)
	defer explain(func() { m.checkInput(x) })
	c, conv := &m.config, convolutions[m.dims]
	w, b := m.Weight.tensor(), m.Bias.tensor()
	switch {
	case c.PaddingMode != "zeros":
		padded := pad.Call(x, m.edges, c.PaddingMode)
		defer padded.Free()
		return conv.numbers.Call(padded, w, b, m.stride, make([]int, m.dims), m.dilation, c.Groups)
	case c.PaddingWord != "":
		return conv.words.Call(x, w, b, m.stride, c.PaddingWord, m.dilation, c.Groups)
	}
	return conv.numbers.Call(x, w, b, m.stride, m.padding, m.dilation, c.Groups)
}
