package nn

// Conv1d slides a window over sequences, as torch.nn.Conv1d. Weight is
// [out, in/groups, kernel] and Bias is [out]; both are drawn from U(-1/√k, 1/√k), where k is
// in/groups · kernel.
type Conv1d struct{ straight }

// NewConv1d makes a convolution from in channels to out channels.
func NewConv1d(in, out, kernel int, opts ...ConvOption) *Conv1d {
	m := &Conv1d{}
	m.init("Conv1d", 1, in, out, Size{kernel}, opts)
	return m
}
