package torch

import "multitorch/internal/libtorch"

// Windows for short-time Fourier transforms, vectors of n values. A periodic one
// continues when it is repeated, as [STFT] wants it; the other kind is symmetric.

var (
	opHannWindowPeriodic             = libtorch.NewOp("aten::hann_window.periodic", "window_length", "periodic", "dtype", "device")
	opHammingWindowPeriodicAlphaBeta = libtorch.NewOp("aten::hamming_window.periodic_alpha_beta", "window_length", "periodic", "alpha", "beta",
		"dtype", "device")
	opBlackmanWindowPeriodic = libtorch.NewOp("aten::blackman_window.periodic", "window_length", "periodic", "dtype", "device")
	opBartlettWindowPeriodic = libtorch.NewOp("aten::bartlett_window.periodic", "window_length", "periodic", "dtype", "device")
	opKaiserWindowBeta       = libtorch.NewOp("aten::kaiser_window.beta", "window_length", "periodic", "beta", "dtype", "device")
)

// HannWindow is (1 - cos) / 2.
func HannWindow(n int, periodic bool, opts ...Option) *Tensor {
	return settle(opts).make(opHannWindowPeriodic, n, periodic)
}

// HammingWindow is alpha - beta*cos; PyTorch's alpha and beta are 0.54 and 0.46.
func HammingWindow(n int, periodic bool, alpha, beta float64, opts ...Option) *Tensor {
	return settle(opts).make(opHammingWindowPeriodicAlphaBeta, n, periodic, alpha, beta)
}

// BlackmanWindow is 0.42 - 0.5*cos + 0.08*cos of the double angle.
func BlackmanWindow(n int, periodic bool, opts ...Option) *Tensor {
	return settle(opts).make(opBlackmanWindowPeriodic, n, periodic)
}

// BartlettWindow is a triangle.
func BartlettWindow(n int, periodic bool, opts ...Option) *Tensor {
	return settle(opts).make(opBartlettWindowPeriodic, n, periodic)
}

// KaiserWindow is Kaiser's window of shape beta; PyTorch's is 12.
func KaiserWindow(n int, periodic bool, beta float64, opts ...Option) *Tensor {
	return settle(opts).make(opKaiserWindowBeta, n, periodic, beta)
}
