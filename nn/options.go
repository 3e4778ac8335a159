package nn

// Options are Python's keyword arguments. Each is a value that fits the modules
// which know it, so that one a module does not take does not compile. Options of
// one module alone stand in its file.

// Bias(false) leaves the bias out. The default is true.
type Bias bool

func (b Bias) linear(c *linearConfig) { c.bias = bool(b) }
func (b Bias) conv2d(c *conv2dConfig) { c.bias = bool(b) }
func (b Bias) gru(c *gruConfig)       { c.bias = bool(b) }

// BatchFirst(true) says that sequences are [N, L, features] rather than
// [L, N, features], which is the default.
type BatchFirst bool

func (b BatchFirst) gru(c *gruConfig)   { c.batchFirst = bool(b) }
func (b BatchFirst) pack(c *packConfig) { c.batchFirst = bool(b) }
func (b BatchFirst) pad(c *padConfig)   { c.batchFirst = bool(b) }

// Inplace(true) lets a module write its result over its input, which saves the
// memory of one. The default is false.
type Inplace bool

func (i Inplace) relu(c *reluConfig)       { c.inplace = bool(i) }
func (i Inplace) dropout(c *dropoutConfig) { c.inplace = bool(i) }

// CeilMode(true) makes a pool's output size round up instead of down, so that
// windows may hang over the edge. The default is false.
type CeilMode bool

func (m CeilMode) maxPool2d(c *maxPool2dConfig) { c.ceilMode = bool(m) }
func (m CeilMode) avgPool2d(c *avgPool2dConfig) { c.ceilMode = bool(m) }

// Eps is added to the variance, so that nothing is divided by zero. The default
// is 1e-5.
type Eps float64

func (e Eps) batchNorm(c *batchNormConfig) { c.eps = float64(e) }
func (e Eps) layerNorm(c *layerNormConfig) { c.eps = float64(e) }

// NormType is the p of the p-norm that [MaxNorm] measures: 1, 2, math.Inf(1), … The
// default is 2.
type NormType float64

func (n NormType) embedding(c *embeddingConfig) { c.normType = float64(n) }

// WindowOption is an option of modules that slide a window over a picture:
// [Conv2d], [MaxPool2d] and [AvgPool2d].
type WindowOption interface {
	Conv2dOption
	MaxPool2dOption
	AvgPool2dOption
}

// Stride is the step of the window: one number, or height and width. The default
// is 1 for a convolution and the window's own size for a pool.
func Stride(step ...int) WindowOption { return strideOption(extentOf("Stride", step)) }

// Padding is what is added on both sides of a picture: one number, or for height
// and width. The default is 0.
func Padding(pad ...int) WindowOption { return paddingOption(extentOf("Padding", pad)) }

// Dilation is the distance between neighbours in the window: one number, or for
// height and width. The default is 1.
func Dilation(distance ...int) interface {
	Conv2dOption
	MaxPool2dOption
} {
	return dilationOption(extentOf("Dilation", distance))
}

type (
	strideOption   extent
	paddingOption  extent
	dilationOption extent
)

func (o strideOption) conv2d(c *conv2dConfig)       { c.stride = extent(o) }
func (o strideOption) maxPool2d(c *maxPool2dConfig) { c.stride = extent(o) }
func (o strideOption) avgPool2d(c *avgPool2dConfig) { c.stride = extent(o) }

func (o paddingOption) conv2d(c *conv2dConfig)       { c.padding, c.paddingWord = extent(o), "" }
func (o paddingOption) maxPool2d(c *maxPool2dConfig) { c.padding = extent(o) }
func (o paddingOption) avgPool2d(c *avgPool2dConfig) { c.padding = extent(o) }

func (o dilationOption) conv2d(c *conv2dConfig)       { c.dilation = extent(o) }
func (o dilationOption) maxPool2d(c *maxPool2dConfig) { c.dilation = extent(o) }
