package nn

import (
	"fmt"
	"slices"

	"multitorch/torch"
)

var (
	im2col = torch.NewOperator("aten::im2col", "self", "kernel_size", "dilation", "padding", "stride")
	col2im = torch.NewOperator("aten::col2im", "self", "output_size", "kernel_size", "dilation", "padding", "stride")
)

// FoldConfig is the settings of [Fold] and [Unfold].
type FoldConfig struct {
	KernelSize Size `json:"kernel_size"`
	Dilation   Size `json:"dilation"` // the distance between neighbours in the window: 1
	Padding    Size `json:"padding"`  // what is added on both sides: 0
	Stride     Size `json:"stride"`   // the step of the window: 1
}

// FoldOption is an option of [NewFold] and [NewUnfold]: [Dilation], [Padding], [Stride], or a whole
// [FoldConfig] but for its KernelSize.
type FoldOption interface{ fold(*FoldConfig) }

func (c FoldConfig) fold(to *FoldConfig) { c.KernelSize = to.KernelSize; *to = c }

// String is the settings as Python's keyword arguments.
func (c FoldConfig) String() string { return pySettings(c) }

func (s strideOption) fold(c *FoldConfig)   { c.Stride = Size(s) }
func (p paddingOption) fold(c *FoldConfig)  { c.Padding = Size(p) }
func (d dilationOption) fold(c *FoldConfig) { c.Dilation = Size(d) }

// Unfold lays the windows of pictures side by side, as torch.nn.Unfold.
type Unfold struct{ folding }

// NewUnfold makes an Unfold. The kernel is one number for height and width, or a [Pair].
func NewUnfold[S IntOrPair](kernel S, opts ...FoldOption) *Unfold {
	m := &Unfold{}
	m.init("Unfold", sizeOf(kernel), opts)
	return m
}

// Forward maps [N, C, H, W] to [N, C·kernel, windows], or the same without N.
func (m *Unfold) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave(m.kind, x, &result)
	checkPictures("unfold", x, 2)
	return im2col.Call(x, m.kernel, m.dilation, m.padding, m.stride)
}

// Fold puts the windows of an [Unfold] back into pictures, in which it sums what overlaps, as
// torch.nn.Fold.
type Fold struct {
	folding
	output Size
}

// NewFold makes a Fold into pictures of a size. Output size and kernel are one number for height
// and width, or a [Pair].
func NewFold[O, S IntOrPair](outputSize O, kernel S, opts ...FoldOption) *Fold {
	m := &Fold{output: sizeOf(outputSize)}
	m.init("Fold", sizeOf(kernel), opts)
	m.output.check("Fold", "output_size", 2, 1)
	return m
}

// Forward maps [N, C·kernel, windows] to [N, C, H, W], or the same without N.
func (m *Fold) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave(m.kind, x, &result)
	return col2im.Call(x, []int(m.output.spread(2)), m.kernel, m.dilation, m.padding, m.stride)
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *Fold) ExtraRepr() string {
	return fmt.Sprintf("output_size=%v, %s", m.output, m.folding.ExtraRepr())
}

// folding is what Fold and Unfold have in common.
type folding struct {
	Base
	kind   string // the module's name
	config FoldConfig

	kernel, dilation, padding, stride []int // for height and width
}

func (m *folding) init(kind string, kernel Size, opts []FoldOption) {
	c := FoldConfig{KernelSize: kernel, Dilation: Size{1}, Padding: Size{0}, Stride: Size{1}}
	c = configure(kind, "kernel_size dilation padding stride", c, opts, FoldOption.fold)
	c.KernelSize.check(kind, "kernel_size", 2, 1)
	c.Dilation.check(kind, "dilation", 2, 1)
	c.Padding.check(kind, "padding", 2, 0)
	c.Stride.check(kind, "stride", 2, 1)
	m.kind, m.config = kind, c
	m.kernel, m.dilation, m.padding, m.stride = c.KernelSize.spread(2), c.Dilation.spread(2), c.Padding.spread(2), c.Stride.spread(2)
}

// Config is the module's settings.
func (m *folding) Config() FoldConfig {
	c := m.config
	for _, s := range []*Size{&c.KernelSize, &c.Dilation, &c.Padding, &c.Stride} {
		*s = slices.Clone(*s)
	}
	return c
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *folding) ExtraRepr() string { return m.config.String() }
