package functional

import "multitorch/torch"

// STFT is the short-time Fourier transform of signals [..., time]: complex numbers [..., freq, frames]. The options are
// torch.stft's; PadMode "constant" centres on zeros, as librosa does.
func STFT(x *torch.Tensor, nFFT int, o torch.STFTOptions) *torch.Tensor {
	if !o.NotCenter && (o.PadMode == "" || o.PadMode == "reflect") && x.Size(-1) <= nFFT/2 {
		panic(invalid("stft", "a signal of %d samples is too short to be reflected by n_fft/2 = %d; pad it with zeros first",
			x.Size(-1), nFFT/2))
	}
	return packed("stft", x, 1, func(x *torch.Tensor) *torch.Tensor {
		return x.STFT(nFFT, o)
	})
}

// ISTFT brings the result of [STFT] back to signals [..., time], with the same settings.
func ISTFT(spec *torch.Tensor, nFFT int, o torch.STFTOptions) *torch.Tensor {
	return packed("istft", spec, 2, func(x *torch.Tensor) *torch.Tensor {
		return x.ISTFT(nFFT, o)
	})
}

// Spectrogram is |STFT| to a power, [..., freq, frames]: 1 for magnitudes, 2 for power, and 0 for the complex numbers.
func Spectrogram(x *torch.Tensor, nFFT int, o torch.STFTOptions, power float64) *torch.Tensor {
	return Magnitude(STFT(x, nFFT, o), power)
}

// Magnitude is |z| to a power, as [Spectrogram] has it.
func Magnitude(z *torch.Tensor, power float64) *torch.Tensor {
	switch power {
	case 0:
		return z
	case 1:
		return z.Abs()
	case 2: // without the root; its gradient is right at 0, too. All squares at once, since they lie side by side
		squares := z.ViewAsReal().Square()
		return squares.Select(-1, 0).Add(squares.Select(-1, 1))
	}
	if power < 0 {
		panic(invalid("spectrogram", "the power must be at least 0, but got %v", power))
	}
	return z.Abs().Pow(power)
}
