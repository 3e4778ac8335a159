package nn

// Conv2d slides a window over pictures, as torch.nn.Conv2d. Weight is
// [out, in/groups, height, width] and Bias is [out]; both are drawn from
// U(-1/√k, 1/√k), where k is in/groups · height · width.
type Conv2d struct{ straight }

// NewConv2d makes a convolution from in channels to out channels. The kernel is
// one number for height and width, or a [Pair].
func NewConv2d[S IntOrPair](in, out int, kernel S, opts ...ConvOption) *Conv2d {
	m := &Conv2d{}
	m.init("Conv2d", 2, in, out, sizeOf(kernel), opts)
	return m
}
