package functional

import (
	"multitorch/libm"
	"multitorch/torch"
)

// AddNoise adds noise [..., time] to waveforms of the same shape, scaled so that the ratio of their energies is snr decibels,
// [...]: torchaudio's add_noise. lengths, [...] or nil, are how many samples of each count as energy. Where one of the two is
// silent there is no such scale: silent noise adds nothing, as does noise for a silent waveform.
func AddNoise(wave, noise, snr, lengths *torch.Tensor) *torch.Tensor {
	if wave.Size(-1) != noise.Size(-1) {
		panic(invalid("add_noise", "the waveform has %d samples and the noise %d; repeat or cut the noise", wave.Size(-1), noise.Size(-1)))
	}
	if snr.Dim() != wave.Dim()-1 || noise.Dim() != wave.Dim() || lengths != nil && lengths.Dim() != snr.Dim() {
		panic(invalid("add_noise", "expected noise of the waveform's dimensions, and one snr and length for each waveform, but got "+
			"the shapes %v, %v and %v", wave.Shape(), noise.Shape(), snr.Shape()))
	}
	w, n := wave, noise
	if lengths != nil {
		mask := torch.Arange(0, wave.Size(-1), 1, torch.Int64, wave.Device()).Lt(lengths.Unsqueeze(-1))
		w, n = wave.Mul(mask), noise.Mul(mask)
	}
	signalEnergy, noiseEnergy := w.Square().Sum(-1), n.Square().Sum(-1)
	original := signalEnergy.Log10().Sub(noiseEnergy.Log10()).Mul(10)
	scale := original.Sub(snr).Div(20).RPow(10)
	silent := signalEnergy.Eq(0).Or(noiseEnergy.Eq(0))
	return wave.Add(scale.MaskedFill(silent, 0).Unsqueeze(-1).Mul(noise))
}

// MuLawEncoding turns values in -1 to 1 into the classes 0 to channels-1 by the mu law; 256 channels are usual.
func MuLawEncoding(x *torch.Tensor, channels int) *torch.Tensor {
	mu := float64(channels - 1)
	y := x.Sign().Mul(x.Abs().Mul(mu).Log1p()).Div(libm.Log1p(mu))
	return y.Add(1).Div(2).Mul(mu).Add(0.5).To(torch.Int64)
}

// MuLawDecoding turns classes back into values.
func MuLawDecoding(x *torch.Tensor, channels int) *torch.Tensor {
	mu := float64(channels - 1)
	y := x
	if !y.DType().IsFloatingPoint() {
		y = y.To(torch.DefaultDType())
	}
	y = y.Div(mu).Mul(2).Sub(1)
	return y.Sign().Mul(y.Abs().Mul(libm.Log1p(mu)).Exp().Sub(1)).Div(mu)
}
