package functional

import "multitorch/torch"

// frequencies are those of an STFT's bins, [freqs, 1].
func frequencies(spec *torch.Tensor, rate int) *torch.Tensor {
	n := spec.Size(-2)
	if n < 2 {
		panic(invalid("spectral", "expected a spectrogram [..., freq, frames] of at least 2 frequencies, but got the shape %v", spec.Shape()))
	}
	return torch.Arange(0, n, 1, like(spec)...).Mul(float64(rate) / float64(2*(n-1))).Unsqueeze(-1)
}

// shares are a spectrogram's columns divided by their sums; a silent one stays 0.
func shares(spec *torch.Tensor) *torch.Tensor {
	sum := spec.Abs().Sum(-2, torch.KeepDim)
	return spec.Div(torch.Where(sum.Lt(tiny), torch.OnesLike(sum), sum))
}

// tiny is the smallest normal float32, below which librosa takes a norm for 0.
const tiny = 1.17549435e-38

// SpectralCentroid is the mean frequency of each frame of a magnitude spectrogram, in Hz, [..., frames].
func SpectralCentroid(spec *torch.Tensor, rate int) *torch.Tensor {
	return frequencies(spec, rate).Mul(shares(spec)).Sum(-2)
}

// SpectralBandwidth is how far the frequencies of each frame spread around its centroid, in Hz, [..., frames]: librosa's of
// order 2.
func SpectralBandwidth(spec *torch.Tensor, rate int) *torch.Tensor {
	away := frequencies(spec, rate).Sub(SpectralCentroid(spec, rate).Unsqueeze(-2))
	return shares(spec).Mul(away.Square()).Sum(-2).Sqrt()
}

// SpectralRolloff is the frequency below which a part, 0.85 in librosa, of each frame's magnitudes lies, in Hz, [..., frames].
func SpectralRolloff(spec *torch.Tensor, rate int, part float64) *torch.Tensor {
	if !(part > 0 && part < 1) {
		panic(invalid("spectral_rolloff", "the part must lie in (0, 1), but got %v", part))
	}
	total := spec.Cumsum(-2)
	last := total.Narrow(-2, total.Size(-2)-1, 1)
	below := total.Lt(last.Mul(part)).Sum(-2)
	return below.To(spec.DType()).Mul(float64(rate) / float64(2*(spec.Size(-2)-1)))
}
