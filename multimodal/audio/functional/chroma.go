package functional

import (
	"math"

	"multitorch/libm"
	"multitorch/torch"
)

// ChromaFilters is librosa's filter bank [freqs, 12] that folds the frequencies of a transform into the twelve tones of the
// octave, C first. tuning is how far from A = 440 Hz the music is tuned, in twelfths of an octave; librosa estimates it where
// it is not given.
func ChromaFilters(rate, nFFT int, tuning float64) *torch.Tensor {
	if rate < 1 || nFFT < 2 {
		panic(invalid("chroma_filters", "expected a rate of at least 1 and n_fft of at least 2, but got %d and %d", rate, nFFT))
	}
	const tones, middleOctave, octaveWidth = 12, 5., 2.
	bins := make([]float64, nFFT)
	reference := 440 * libm.Exp2(tuning/tones) / 16
	for i := 1; i < nFFT; i++ {
		bins[i] = tones * libm.Log2(float64(rate)*float64(i)/float64(nFFT)/reference)
	}
	bins[0] = bins[1] - 1.5*tones // as wide as an octave and a half
	freqs := nFFT/2 + 1
	bank := make([]float32, freqs*tones)
	for i := range freqs {
		wide := 1.
		if i+1 < nFFT {
			wide = max(bins[i+1]-bins[i], 1)
		}
		var weights [tones]float64
		norm := 0.
		for tone := range weights {
			d := math.Mod(bins[i]-float64(tone)+tones/2+10*tones, tones)
			if d < 0 {
				d += tones
			}
			d = 2 * (d - tones/2) / wide
			weights[tone] = libm.Exp(-0.5 * d * d)
			norm += weights[tone] * weights[tone]
		}
		octave := (bins[i]/tones - middleOctave) / octaveWidth
		gain := libm.Exp(-0.5*octave*octave) / math.Sqrt(norm)
		for tone, w := range weights {
			bank[i*tones+(tone+tones-3)%tones] = float32(w * gain)
		}
	}
	return torch.FromSlice(bank, freqs, tones)
}

// Chroma is how strong each of the twelve tones is in each frame of a power spectrogram, [..., 12, frames], the strongest
// being 1: librosa's chroma_stft with a bank of [ChromaFilters].
func Chroma(power, bank *torch.Tensor) *torch.Tensor {
	raw := MelScale(power, bank)
	strongest := raw.Abs().Amax(-2, torch.KeepDim)
	return raw.Div(torch.Where(strongest.Lt(tiny), torch.OnesLike(strongest), strongest))
}
