package nn

// ConvTranspose3d spreads each voxel over a window, as torch.nn.ConvTranspose3d: the way back of
// a [Conv3d], which makes volumes larger. Weight is [in, out/groups, depth, height, width] and
// Bias is [out]; both are drawn from U(-1/√k, 1/√k), where k is out/groups · depth · height · width.
type ConvTranspose3d struct{ transposed }

// NewConvTranspose3d makes a transposed convolution from in channels to out channels. The kernel
// is one number for depth, height and width, or a [Triple].
func NewConvTranspose3d[S IntOrTriple](in, out int, kernel S, opts ...ConvOption) *ConvTranspose3d {
	m := &ConvTranspose3d{}
	m.init("ConvTranspose3d", 3, in, out, sizeOf(kernel), opts)
	return m
}
