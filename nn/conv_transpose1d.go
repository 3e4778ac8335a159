package nn

// ConvTranspose1d spreads each element over a window, as torch.nn.ConvTranspose1d: the way back of
// a [Conv1d], which makes sequences longer. Weight is [in, out/groups, kernel] and Bias is [out];
// both are drawn from U(-1/√k, 1/√k), where k is out/groups · kernel.
type ConvTranspose1d struct{ transposed }

// NewConvTranspose1d makes a transposed convolution from in channels to out channels.
func NewConvTranspose1d(in, out, kernel int, opts ...ConvOption) *ConvTranspose1d {
	m := &ConvTranspose1d{}
	m.init("ConvTranspose1d", 1, in, out, Size{kernel}, opts)
	return m
}
