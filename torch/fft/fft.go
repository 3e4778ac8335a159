// Package fft is torch.fft: discrete Fourier transforms.
//
// Without options a transform runs along the last dimension (the last two for
// the functions named ...2, all for those named ...N) at the signal's own length.
package fft

import (
	"fmt"

	"multitorch/torch"
)

// Config is what the transforms can be asked for; nil and "" stand for the defaults.
type Config struct {
	N    []int // torch's n, or its s for transforms of several dimensions
	Dim  []int
	Norm Norm
}

// Option is a keyword argument of the transforms: [N], [Dim] or a [Norm]. A [Config] is
// all of them.
type Option interface{ fft(*Config) }

// N is the length of the signal along the dimension: it is cut or filled with
// zeros. For transforms of several dimensions it takes a length for each.
func N(n ...int) Option { return lengths(n) }

// Dim is the dimension, or the dimensions.
func Dim(dims ...int) Option { return dimensions(dims) }

// Norm is how results are scaled: "backward" (the inverse by 1/n, the default),
// "forward" (the transform by 1/n) or "ortho" (both by 1/sqrt(n)).
type Norm string

type (
	lengths    []int
	dimensions []int
)

func (n lengths) fft(c *Config)    { c.N = n }
func (d dimensions) fft(c *Config) { c.Dim = d }
func (n Norm) fft(c *Config)       { c.Norm = n }
func (all Config) fft(c *Config)   { *c = all }

func settle(opts []Option) (c Config, dim, norm any) {
	for _, opt := range opts {
		opt.fft(&c)
	}
	dim = torch.Default
	if len(c.Dim) > 0 {
		dim = c.Dim
	}
	if c.Norm != "" {
		norm = string(c.Norm)
	}
	return c, dim, norm
}

// one calls a transform of one dimension.
func one(op *torch.Operator, x *torch.Tensor, opts []Option) *torch.Tensor {
	c, dim, norm := settle(opts)
	if len(c.N) > 1 || len(c.Dim) > 1 {
		panic(&torch.Error{
			Op: "fft", Kind: torch.TypeError,
			Message: fmt.Sprintf("expected one length and one dimension, but got %d and %d", len(c.N), len(c.Dim)),
		})
	}
	var n any
	if len(c.N) > 0 {
		n = c.N[0]
	}
	if len(c.Dim) > 0 {
		dim = c.Dim[0]
	}
	return op.Call(x, n, dim, norm)
}

// several calls a transform of several dimensions.
func several(op *torch.Operator, x *torch.Tensor, opts []Option) *torch.Tensor {
	c, dim, norm := settle(opts)
	return op.Call(x, orNil(c.N), dim, norm)
}

var (
	opFft       = torch.NewOperator("aten::fft_fft")
	opIfft      = torch.NewOperator("aten::fft_ifft")
	opRfft      = torch.NewOperator("aten::fft_rfft")
	opIrfft     = torch.NewOperator("aten::fft_irfft")
	opHfft      = torch.NewOperator("aten::fft_hfft")
	opIhfft     = torch.NewOperator("aten::fft_ihfft")
	opFft2      = torch.NewOperator("aten::fft_fft2")
	opFftn      = torch.NewOperator("aten::fft_fftn")
	opIfft2     = torch.NewOperator("aten::fft_ifft2")
	opIfftn     = torch.NewOperator("aten::fft_ifftn")
	opRfft2     = torch.NewOperator("aten::fft_rfft2")
	opRfftn     = torch.NewOperator("aten::fft_rfftn")
	opIrfft2    = torch.NewOperator("aten::fft_irfft2")
	opIrfftn    = torch.NewOperator("aten::fft_irfftn")
	opHfft2     = torch.NewOperator("aten::fft_hfft2")
	opHfftn     = torch.NewOperator("aten::fft_hfftn")
	opIhfft2    = torch.NewOperator("aten::fft_ihfft2")
	opIhfftn    = torch.NewOperator("aten::fft_ihfftn")
	opFftfreq   = torch.NewOperator("aten::fft_fftfreq", "n", "d")
	opRfftfreq  = torch.NewOperator("aten::fft_rfftfreq", "n", "d")
	opFftshift  = torch.NewOperator("aten::fft_fftshift")
	opIfftshift = torch.NewOperator("aten::fft_ifftshift")
)

// FFT is the Fourier transform.
func FFT(x *torch.Tensor, opts ...Option) *torch.Tensor { return one(opFft, x, opts) }

// IFFT is the inverse of FFT.
func IFFT(x *torch.Tensor, opts ...Option) *torch.Tensor { return one(opIfft, x, opts) }

// RFFT is FFT of a real signal, without the mirrored half: n/2+1 frequencies.
func RFFT(x *torch.Tensor, opts ...Option) *torch.Tensor { return one(opRfft, x, opts) }

// IRFFT is the inverse of RFFT, a real signal.
func IRFFT(x *torch.Tensor, opts ...Option) *torch.Tensor { return one(opIrfft, x, opts) }

// HFFT is FFT of the first half of a Hermitian signal, which is real.
func HFFT(x *torch.Tensor, opts ...Option) *torch.Tensor { return one(opHfft, x, opts) }

// IHFFT is the inverse of HFFT.
func IHFFT(x *torch.Tensor, opts ...Option) *torch.Tensor { return one(opIhfft, x, opts) }

// FFT2 is FFT over two dimensions.
func FFT2(x *torch.Tensor, opts ...Option) *torch.Tensor { return several(opFft2, x, opts) }

// FFTN is FFT over several dimensions.
func FFTN(x *torch.Tensor, opts ...Option) *torch.Tensor { return several(opFftn, x, opts) }

// IFFT2 is IFFT over two dimensions.
func IFFT2(x *torch.Tensor, opts ...Option) *torch.Tensor { return several(opIfft2, x, opts) }

// IFFTN is IFFT over several dimensions.
func IFFTN(x *torch.Tensor, opts ...Option) *torch.Tensor { return several(opIfftn, x, opts) }

// RFFT2 is RFFT over two dimensions.
func RFFT2(x *torch.Tensor, opts ...Option) *torch.Tensor { return several(opRfft2, x, opts) }

// RFFTN is RFFT over several dimensions.
func RFFTN(x *torch.Tensor, opts ...Option) *torch.Tensor { return several(opRfftn, x, opts) }

// IRFFT2 is IRFFT over two dimensions.
func IRFFT2(x *torch.Tensor, opts ...Option) *torch.Tensor { return several(opIrfft2, x, opts) }

// IRFFTN is IRFFT over several dimensions.
func IRFFTN(x *torch.Tensor, opts ...Option) *torch.Tensor { return several(opIrfftn, x, opts) }

// HFFT2 is HFFT over two dimensions.
func HFFT2(x *torch.Tensor, opts ...Option) *torch.Tensor { return several(opHfft2, x, opts) }

// HFFTN is HFFT over several dimensions.
func HFFTN(x *torch.Tensor, opts ...Option) *torch.Tensor { return several(opHfftn, x, opts) }

// IHFFT2 is IHFFT over two dimensions.
func IHFFT2(x *torch.Tensor, opts ...Option) *torch.Tensor { return several(opIhfft2, x, opts) }

// IHFFTN is IHFFT over several dimensions.
func IHFFTN(x *torch.Tensor, opts ...Option) *torch.Tensor { return several(opIhfftn, x, opts) }

// FFTFreq is the frequencies of FFT's n results, for samples d apart.
func FFTFreq(n int, d float64) *torch.Tensor { return opFftfreq.Call(n, d) }

// RFFTFreq is the frequencies of RFFT's results for a signal of n samples, d apart.
func RFFTFreq(n int, d float64) *torch.Tensor { return opRfftfreq.Call(n, d) }

// FFTShift moves the frequency 0 to the middle, along dims or all.
func FFTShift(x *torch.Tensor, dims ...int) *torch.Tensor { return opFftshift.Call(x, orNil(dims)) }

// IFFTShift is the inverse of FFTShift.
func IFFTShift(x *torch.Tensor, dims ...int) *torch.Tensor { return opIfftshift.Call(x, orNil(dims)) }

func orNil(dims []int) any {
	if len(dims) == 0 {
		return nil
	}
	return dims
}
