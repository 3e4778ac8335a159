package nn

// Conv3d slides a window over volumes, as torch.nn.Conv3d. Weight is
// [out, in/groups, depth, height, width] and Bias is [out]; both are drawn from
// U(-1/√k, 1/√k), where k is in/groups · depth · height · width.
type Conv3d struct{ straight }

// NewConv3d makes a convolution from in channels to out channels. The kernel is
// one number for depth, height and width, or a [Triple].
func NewConv3d[S IntOrTriple](in, out int, kernel S, opts ...ConvOption) *Conv3d {
	m := &Conv3d{}
	m.init("Conv3d", 3, in, out, sizeOf(kernel), opts)
	return m
}
