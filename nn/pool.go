package nn

import (
	"slices"

	"multitorch/torch"
)

// PoolConfig is the settings of a pool.
type PoolConfig struct {
	KernelSize      Size      `json:"kernel_size"`
	Stride          Size      `json:"stride"`                 // the step of the window: KernelSize
	Padding         Size      `json:"padding"`                // what is added on both sides: 0
	Dilation        Size      `json:"dilation"`               // the distance between neighbours in the window: 1
	CeilMode        bool      `json:"ceil_mode"`              // whether the output's size is rounded up: false
	CountIncludePad bool      `json:"count_include_pad"`      // whether padding counts in an average: true
	DivisorOverride *int      `json:"divisor_override"`       // what an average's sum is divided by: nil, the number of elements
	OutputSize      Size      `json:"output_size,omitempty"`  // of a fractional pool
	OutputRatio     []float64 `json:"output_ratio,omitempty"` // the output's size in a fractional pool, as a part of the input's
	randomSamples   *torch.Tensor
}

// PoolOption is an option of the pools: [Stride], [Padding], [CeilMode]; of max pools [Dilation];
// of average pools [CountIncludePad] and [DivisorOverride]; of fractional ones [OutputSize],
// [OutputRatio] and [RandomSamples]; or a whole [PoolConfig] but for its KernelSize.
type PoolOption interface{ pool(*PoolConfig) }

func (c PoolConfig) pool(to *PoolConfig) { c.KernelSize = to.KernelSize; *to = c }

// String is the settings as Python's keyword arguments.
func (c PoolConfig) String() string { return pySettings(c) }

// CeilMode(true) makes a pool's output size round up instead of down, so that
// windows may hang over the edge. The default is false.
type CeilMode bool

// CountIncludePad(false) leaves the padding out of the average. The default is
// true.
type CountIncludePad bool

// DivisorOverride divides each window's sum by this number instead of by the
// number of its elements.
type DivisorOverride int

func (s strideOption) pool(c *PoolConfig)    { c.Stride = Size(s) }
func (p paddingOption) pool(c *PoolConfig)   { c.Padding = Size(p) }
func (d dilationOption) pool(c *PoolConfig)  { c.Dilation = Size(d) }
func (m CeilMode) pool(c *PoolConfig)        { c.CeilMode = bool(m) }
func (p CountIncludePad) pool(c *PoolConfig) { c.CountIncludePad = bool(p) }
func (d DivisorOverride) pool(c *PoolConfig) { n := int(d); c.DivisorOverride = &n }

// pool is what all pools with a window have in common, whatever their number of dimensions.
type pool struct {
	Base
	kind   string // the module's name
	dims   int
	config PoolConfig

	kernel, stride, padding, dilation []int // with a number for each dimension
}

// Config is the module's settings.
func (m *pool) Config() PoolConfig {
	c := m.config
	for _, s := range []*Size{&c.KernelSize, &c.Stride, &c.Padding, &c.Dilation, &c.OutputSize} {
		*s = slices.Clone(*s)
	}
	c.OutputRatio = slices.Clone(c.OutputRatio)
	return c
}

func (m *pool) init(kind, takes string, dims int, kernel Size, opts []PoolOption) {
	c := PoolConfig{KernelSize: kernel, Stride: kernel, Padding: Size{0}, Dilation: Size{1}, CountIncludePad: true}
	c = configure(kind, "kernel_size "+takes, c, opts, PoolOption.pool)
	c.KernelSize.check(kind, "kernel_size", dims, 1)
	c.Stride.check(kind, "stride", dims, 1)
	c.Padding.check(kind, "padding", dims, 0)
	c.Dilation.check(kind, "dilation", dims, 1)
	for i, p := range c.Padding.spread(dims) {
		if p > kernel.spread(dims)[i]/2 {
			panic(invalid(kind, "padding must be at most half of kernel_size, but got %v and %v", c.Padding, kernel))
		}
	}
	if d := c.DivisorOverride; d != nil && *d == 0 {
		panic(invalid(kind, "divisor_override must not be zero"))
	}
	m.kind, m.dims, m.config = kind, dims, c
	m.kernel, m.stride = c.KernelSize.spread(dims), c.Stride.spread(dims)
	m.padding, m.dilation = c.Padding.spread(dims), c.Dilation.spread(dims)
}

// checkInput says what is wrong with an input after an operator has failed.
func (m *pool) checkInput(x *torch.Tensor) { checkPictures(snakeCase(m.kind), x, m.dims) }

// checkPictures checks that x are pictures of a number of dimensions, or one.
func checkPictures(op string, x *torch.Tensor, dims int) {
	if dim := x.Dim(); dim != dims+1 && dim != dims+2 {
		panic(invalid(op, "expected an input %s or %s, but got the shape %s", pictures(dims, true), pictures(dims, false), pyList(x.Shape())))
	}
}
