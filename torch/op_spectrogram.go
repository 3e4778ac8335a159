package torch

import "multitorch/internal/libtorch"

var (
	opStft  = libtorch.NewOp("aten::stft", "self", "n_fft", "hop_length", "win_length", "window", "normalized", "onesided", "return_complex")
	opIstft = libtorch.NewOp("aten::istft")
)

// STFTOptions are the settings of [Tensor.STFT] and [Tensor.ISTFT]. The zero
// value of each is PyTorch's default.
type STFTOptions struct {
	HopLength  int     // samples between two frames; NFFT / 4
	WinLength  int     // samples of the window, at most NFFT; NFFT
	Window     *Tensor // [WinLength]; ones
	NotCenter  bool    // frames begin at their sample instead of having it in their middle
	PadMode    string  // how the ends are padded for that: "reflect"
	Normalized bool    // divide by sqrt(NFFT)
	TwoSided   bool    // all frequencies of a real signal, its mirrored ones too
	Length     int     // ISTFT: samples of the result; as many as there are
}

// STFT is the short-time Fourier transform of a signal [n] or [batch, n]: complex
// numbers [..., frequencies, frames].
func (x *Tensor) STFT(nFFT int, o STFTOptions) *Tensor {
	mode := o.PadMode
	if mode == "" {
		mode = "reflect"
	}
	signal := x
	if !o.NotCenter { // as torch.stft does before it calls the operator
		lead := make(Shape, 3-x.Dim(), 3)
		for i := range lead {
			lead[i] = 1
		}
		three := x.View(append(lead, x.Shape()...)...)
		padded := do(opPad, three, []int{nFFT / 2, nFFT / 2}, mode)
		signal = padded.View(padded.Shape()[3-x.Dim():]...)
		three.tryFree()
		padded.tryFree()
		defer signal.tryFree()
	}
	return do(opStft,
		signal, nFFT, orNil(o.HopLength), orNil(o.WinLength), o.Window, o.Normalized, o.onesided(), true)
}

// ISTFT brings the result of STFT back to the signal, with the same settings.
func (x *Tensor) ISTFT(nFFT int, o STFTOptions) *Tensor {
	return do(opIstft, x, nFFT, orNil(o.HopLength), orNil(o.WinLength), o.Window, !o.NotCenter, o.Normalized, o.onesided(), orNil(o.Length))
}

func (o STFTOptions) onesided() any {
	if o.TwoSided {
		return false
	}
	return nil
}

func orNil(n int) any {
	if n == 0 {
		return nil
	}
	return n
}
