package nn

// Options of modules that slide a window: convolutions, pools and folds.

// WindowOption is an option of convolutions, of pools and of folds.
type WindowOption interface {
	ConvOption
	PoolOption
	FoldOption
}

// Stride is the step of the window: one number, or one for each dimension (height and width).
// The default is 1 for a convolution and the window's own size for a pool.
func Stride(step ...int) WindowOption { return strideOption(step) }

// Padding is what is added on both sides of a picture: one number, or one for each dimension.
// The default is 0.
func Padding(pad ...int) WindowOption { return paddingOption(pad) }

// Dilation is the distance between neighbours in the window: one number, or one for each
// dimension. The default is 1.
func Dilation(distance ...int) WindowOption { return dilationOption(distance) }

type (
	strideOption   Size
	paddingOption  Size
	dilationOption Size
)

// pictures is the shape of a batch in an error message: [N, C, H, W], or without N.
func pictures(dims int, batch bool) string {
	s := []string{1: "C, L]", 2: "C, H, W]", 3: "C, D, H, W]"}[dims]
	if batch {
		return "[N, " + s
	}
	return "[" + s
}
