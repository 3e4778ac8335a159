package nn

// ConvTranspose2d spreads each pixel over a window, as torch.nn.ConvTranspose2d: the way back of
// a [Conv2d], which makes pictures larger. Weight is [in, out/groups, height, width] and Bias is
// [out]; both are drawn from U(-1/√k, 1/√k), where k is out/groups · height · width.
type ConvTranspose2d struct{ transposed }

// NewConvTranspose2d makes a transposed convolution from in channels to out channels. The kernel
// is one number for height and width, or a [Pair].
func NewConvTranspose2d[S IntOrPair](in, out int, kernel S, opts ...ConvOption) *ConvTranspose2d {
	m := &ConvTranspose2d{}
	m.init("ConvTranspose2d", 2, in, out, sizeOf(kernel), opts)
	return m
}
