package nn

import (
	"fmt"
	"strings"

	"multitorch/torch"
)

var (
	conv2d      = torch.NewOperator("aten::conv2d", "input", "weight", "bias", "stride", "padding", "dilation", "groups")
	conv2dWords = torch.NewOperator("aten::conv2d.padding", "input", "weight", "bias", "stride", "padding", "dilation", "groups")
	pad         = torch.NewOperator("aten::pad", "self", "pad", "mode")
)

// Conv2d slides a window over pictures, as torch.nn.Conv2d. Weight is
// [out, in/groups, height, width] and Bias is [out]; both are drawn from
// U(-1/√k, 1/√k), where k is in/groups · height · width.
type Conv2d struct {
	Base
	Weight *Parameter
	Bias   *Parameter // nil without bias
	config conv2dConfig
	edges  []int // the padding that pad adds, unless the mode is zeros
}

// Conv2dOption is an option of [NewConv2d]: [Stride], [Padding], [SamePadding],
// [ValidPadding], [PaddingMode], [Dilation], [Groups], [Bias].
type Conv2dOption interface{ conv2d(*conv2dConfig) }

type conv2dConfig struct {
	stride, padding, dilation extent
	paddingWord               paddingWord // "" for padding in numbers
	mode                      PaddingMode
	groups                    int
	bias                      bool
}

type paddingWord string

// Python's padding="same" pads so that the output is as large as the input, and
// padding="valid" not at all.
const (
	SamePadding  paddingWord = "same"
	ValidPadding paddingWord = "valid"
)

func (p paddingWord) conv2d(c *conv2dConfig) { c.paddingWord = p }

// PaddingMode says what the padding consists of: "zeros", the default, or what
// the picture has inside ("reflect"), at its edge ("replicate") or at its
// opposite edge ("circular").
type PaddingMode string

func (p PaddingMode) conv2d(c *conv2dConfig) { c.mode = p }

// Groups splits the channels into groups that are convolved apart. The default
// is 1; as many as there are input channels make a depthwise convolution.
type Groups int

func (g Groups) conv2d(c *conv2dConfig) { c.groups = int(g) }

// NewConv2d makes a convolution from in channels to out channels. The kernel is
// one number for height and width, or a [Pair].
func NewConv2d[S Size](in, out int, kernel S, opts ...Conv2dOption) *Conv2d {
	c := conv2dConfig{stride: toExtent(1), padding: toExtent(0), dilation: toExtent(1), mode: "zeros", groups: 1, bias: true}
	for _, o := range opts {
		o.conv2d(&c)
	}
	k := toExtent(kernel)
	c.check(in, out, k)
	m := &Conv2d{config: c, edges: c.edges(k)}
	shape := torch.Shape{out, in / c.groups, k.Pair[0], k.Pair[1]}
	m.Weight = NewParameter(kaimingUniform(shape))
	if c.bias {
		m.Bias = NewParameter(biasUniform(out, fanIn(shape)))
	}
	return m
}

func (c *conv2dConfig) check(in, out int, kernel extent) {
	const name = "Conv2d"
	atLeast(1, in, name, "in_channels")
	atLeast(1, out, name, "out_channels")
	kernel.atLeast(1, name, "kernel_size")
	c.stride.atLeast(1, name, "stride")
	c.padding.atLeast(0, name, "padding")
	c.dilation.atLeast(1, name, "dilation")
	switch {
	case c.groups <= 0:
		panic(invalid(name, "groups must be a positive integer, but got %d", c.groups))
	case in%c.groups != 0:
		panic(invalid(name, "in_channels must be divisible by groups, but got %d and %d", in, c.groups))
	case out%c.groups != 0:
		panic(invalid(name, "out_channels must be divisible by groups, but got %d and %d", out, c.groups))
	case c.paddingWord == SamePadding && c.stride.Pair != Pair{1, 1}:
		panic(invalid(name, "padding='same' is not supported for strided convolutions, but got the stride %v", c.stride))
	}
	switch c.mode {
	case "zeros", "reflect", "replicate", "circular":
	default:
		panic(invalid(name, "padding_mode must be one of zeros, reflect, replicate and circular, but got %q", string(c.mode)))
	}
}

// edges is the padding left, right, above and below, as pad takes it.
func (c *conv2dConfig) edges(kernel extent) []int {
	h, w := c.padding.Pair[0], c.padding.Pair[1]
	switch c.paddingWord {
	case ValidPadding:
		return []int{0, 0, 0, 0}
	case SamePadding:
		h = c.dilation.Pair[0] * (kernel.Pair[0] - 1)
		w = c.dilation.Pair[1] * (kernel.Pair[1] - 1)
		return []int{w / 2, w - w/2, h / 2, h - h/2}
	}
	return []int{w, w, h, h}
}

// Forward maps [N, in, H, W] to [N, out, H', W'], or [in, H, W] to [out, H', W'],
// where H' = ⌊(H + 2·padding - dilation·(kernel-1) - 1) / stride⌋ + 1.
func (m *Conv2d) Forward(x *torch.Tensor) *torch.Tensor {
	defer m.guard("Conv2d")
	defer explain(func() { m.check(x) })
	c := &m.config
	w, b := m.Weight.Tensor, m.Bias.tensor()
	switch {
	case c.mode != "zeros":
		padded := pad.Call(x, m.edges, string(c.mode))
		defer padded.Free()
		return conv2d.Call(padded, w, b, c.stride.ints(), []int{0, 0}, c.dilation.ints(), c.groups)
	case c.paddingWord != "":
		return conv2dWords.Call(x, w, b, c.stride.ints(), string(c.paddingWord), c.dilation.ints(), c.groups)
	}
	return conv2d.Call(x, w, b, c.stride.ints(), c.padding.ints(), c.dilation.ints(), c.groups)
}

func (m *Conv2d) check(x *torch.Tensor) {
	dim := x.Dim()
	if dim != 3 && dim != 4 {
		panic(invalid("conv2d", "expected an input [N, C, H, W] or [C, H, W], but got the shape %s", pyList(x.Shape())))
	}
	channels("conv2d", x, dim-3, m.Weight.Size(1)*m.config.groups, "in_channels; the weight is "+pyList(m.Weight.Shape()))
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *Conv2d) ExtraRepr() string {
	c := &m.config
	var b strings.Builder
	fmt.Fprintf(&b, "%d, %d, kernel_size=%s, stride=%v", m.Weight.Size(1)*c.groups, m.Weight.Size(0), pyTuple(m.Weight.Shape()[2:]), c.stride.Pair)
	if c.paddingWord != "" {
		fmt.Fprintf(&b, ", padding=%s", c.paddingWord)
	} else if c.padding.Pair != (Pair{}) {
		fmt.Fprintf(&b, ", padding=%v", c.padding.Pair)
	}
	if c.dilation.Pair != (Pair{1, 1}) {
		fmt.Fprintf(&b, ", dilation=%v", c.dilation.Pair)
	}
	if c.groups != 1 {
		fmt.Fprintf(&b, ", groups=%d", c.groups)
	}
	if m.Bias == nil {
		b.WriteString(", bias=False")
	}
	if c.mode != "zeros" {
		fmt.Fprintf(&b, ", padding_mode=%s", c.mode)
	}
	return b.String()
}
