package nn

import (
	"fmt"
	"slices"
	"strings"

	"multitorch/torch"
)

// ConvConfig is the settings of a convolution.
type ConvConfig struct {
	Stride        Size   `json:"stride"`         // the step of the window: 1
	Padding       Size   `json:"padding"`        // what is added on both sides: 0
	PaddingWord   string `json:"padding_word"`   // "same" or "valid" in Padding's place
	Dilation      Size   `json:"dilation"`       // the distance between neighbours in the window: 1
	OutputPadding Size   `json:"output_padding"` // what is added at the end of a transposed convolution's output: 0
	Groups        int    `json:"groups"`         // the parts that the channels are split into: 1
	Bias          bool   `json:"bias"`           // whether there is one: true
	PaddingMode   string `json:"padding_mode"`   // "zeros", "reflect", "replicate" or "circular"
	factory
}

// ConvOption is an option of the convolutions: [Stride], [Padding], [SamePadding], [ValidPadding],
// [PaddingMode], [Dilation], [Groups], [Bias], [DType], [Device], of the transposed ones
// [OutputPadding], or a whole [ConvConfig].
type ConvOption interface{ conv(*ConvConfig) }

func (c ConvConfig) conv(to *ConvConfig) { *to = c }

// String is the settings as Python's keyword arguments.
func (c ConvConfig) String() string { return pySettings(c) }

func (c ConvConfig) clone() ConvConfig {
	for _, s := range []*Size{&c.Stride, &c.Padding, &c.Dilation, &c.OutputPadding} {
		*s = slices.Clone(*s)
	}
	return c
}

type paddingWord string

// Python's padding="same" pads so that the output is as large as the input, and
// padding="valid" not at all.
const (
	SamePadding  paddingWord = "same"
	ValidPadding paddingWord = "valid"
)

// PaddingMode says what the padding consists of: "zeros", the default, or what
// the picture has inside ("reflect"), at its edge ("replicate") or at its
// opposite edge ("circular").
type PaddingMode string

// Groups splits the channels into groups that are convolved apart. The default
// is 1; as many as there are input channels make a depthwise convolution.
type Groups int

// OutputPadding is what is added at one end of each dimension of a transposed
// convolution's output: one number, or one for each dimension. The default is 0.
func OutputPadding(pad ...int) ConvOption { return outputPaddingOption(pad) }

type outputPaddingOption Size

func (p paddingWord) conv(c *ConvConfig)         { c.PaddingWord = string(p) }
func (p PaddingMode) conv(c *ConvConfig)         { c.PaddingMode = string(p) }
func (g Groups) conv(c *ConvConfig)              { c.Groups = int(g) }
func (p outputPaddingOption) conv(c *ConvConfig) { c.OutputPadding = Size(p) }
func (b Bias) conv(c *ConvConfig)                { c.Bias = bool(b) }
func (s strideOption) conv(c *ConvConfig)        { c.Stride = Size(s) }
func (p paddingOption) conv(c *ConvConfig)       { c.Padding, c.PaddingWord = Size(p), "" }
func (d dilationOption) conv(c *ConvConfig)      { c.Dilation = Size(d) }
func (d DType) conv(c *ConvConfig)               { c.dtype(d) }
func (d Device) conv(c *ConvConfig)              { c.device(d) }

// conv is what all convolutions have in common, whatever their number of dimensions.
type conv struct {
	Base
	Weight *Parameter // [out, in/groups, kernel...], transposed [in, out/groups, kernel...]
	Bias   *Parameter // [out]; nil without bias

	kind    string // the module's name
	dims    int
	in, out int
	config  ConvConfig

	// with a number for each dimension:
	kernel, stride, padding, dilation, outputPadding []int
}

// Config is the module's settings.
func (m *conv) Config() ConvConfig { return m.config.clone() }

// init makes the parameters.
func (m *conv) init(kind, takes string, dims int, transposed bool, in, out int, kernel Size, opts []ConvOption) {
	c := ConvConfig{Stride: Size{1}, Padding: Size{0}, Dilation: Size{1}, OutputPadding: Size{0}, PaddingMode: "zeros", Groups: 1, Bias: true}
	c = configure(kind, takes+" device dtype", c, opts, ConvOption.conv)
	c.check(kind, dims, in, out, kernel)
	m.kind, m.dims, m.in, m.out, m.config = kind, dims, in, out, c
	m.kernel, m.stride, m.padding = kernel.spread(dims), c.Stride.spread(dims), c.Padding.spread(dims)
	m.dilation, m.outputPadding = c.Dilation.spread(dims), c.OutputPadding.spread(dims)
	shape := append(torch.Shape{out, in / c.Groups}, m.kernel...)
	if transposed {
		shape = append(torch.Shape{in, out / c.Groups}, m.kernel...)
	}
	m.Weight = newParameter(kaimingUniform(c.empty(shape...)))
	if c.Bias {
		m.Bias = newParameter(biasUniform(c.empty(out), fanIn(shape)))
	}
}

func (c *ConvConfig) check(kind string, dims, in, out int, kernel Size) {
	atLeast(1, in, kind, "in_channels")
	atLeast(1, out, kind, "out_channels")
	kernel.check(kind, "kernel_size", dims, 1)
	c.Stride.check(kind, "stride", dims, 1)
	c.Padding.check(kind, "padding", dims, 0)
	c.Dilation.check(kind, "dilation", dims, 1)
	c.OutputPadding.check(kind, "output_padding", dims, 0)
	c.factory.check(kind)
	switch {
	case c.Groups <= 0:
		panic(invalid(kind, "groups must be a positive integer, but got %d", c.Groups))
	case in%c.Groups != 0:
		panic(invalid(kind, "in_channels must be divisible by groups, but got %d and %d", in, c.Groups))
	case out%c.Groups != 0:
		panic(invalid(kind, "out_channels must be divisible by groups, but got %d and %d", out, c.Groups))
	case !slices.Contains([]string{"", "same", "valid"}, c.PaddingWord):
		panic(invalid(kind, "padding must be numbers, 'same' or 'valid', but got %.40q", c.PaddingWord))
	case c.PaddingWord == "same" && !all(c.Stride, 1):
		panic(invalid(kind, "padding='same' is not supported for strided convolutions, but got the stride %v", c.Stride))
	case !slices.Contains([]string{"zeros", "reflect", "replicate", "circular"}, c.PaddingMode):
		panic(invalid(kind, "padding_mode must be one of zeros, reflect, replicate and circular, but got %.40q", c.PaddingMode))
	}
}

// checkInput says what is wrong with an input after an operator has failed.
func (m *conv) checkInput(x *torch.Tensor) {
	dims, shape := m.dims, x.Shape()
	if len(shape) != dims+1 && len(shape) != dims+2 {
		panic(invalid(m.operation(), "expected an input %s or %s, but got the shape %s",
			pictures(dims, true), pictures(dims, false), pyList(shape)))
	}
	if c := shape[len(shape)-dims-1]; c != m.in {
		panic(invalid(m.operation(), "expected an input with %d channels (in_channels; the weight is %s), but got %d in the shape %s",
			m.in, pyList(m.Weight.Shape()), c, pyList(shape)))
	}
}

// operation is the name of PyTorch's function: conv2d, conv_transpose2d.
func (m *conv) operation() string { return snakeCase(m.kind) }

// ExtraRepr is what [Describe] prints in the brackets.
func (m *conv) ExtraRepr() string {
	c := &m.config
	var b strings.Builder
	fmt.Fprintf(&b, "%d, %d, kernel_size=%s, stride=%s", m.in, m.out, pyTuple(m.kernel), pyTuple(m.stride))
	if c.PaddingWord != "" {
		fmt.Fprintf(&b, ", padding=%s", c.PaddingWord)
	} else if !all(m.padding, 0) {
		fmt.Fprintf(&b, ", padding=%s", pyTuple(m.padding))
	}
	if !all(m.dilation, 1) {
		fmt.Fprintf(&b, ", dilation=%s", pyTuple(m.dilation))
	}
	if !all(m.outputPadding, 0) {
		fmt.Fprintf(&b, ", output_padding=%s", pyTuple(m.outputPadding))
	}
	if c.Groups != 1 {
		fmt.Fprintf(&b, ", groups=%d", c.Groups)
	}
	if m.Bias == nil {
		b.WriteString(", bias=False")
	}
	if c.PaddingMode != "zeros" {
		fmt.Fprintf(&b, ", padding_mode=%s", c.PaddingMode)
	}
	return b.String()
}
