package functional

import "multitorch/torch"

// GriffinLimOptions are the settings of [GriffinLim].
type GriffinLimOptions struct {
	torch.STFTOptions
	Power      float64 // of the spectrogram: 2 in torchaudio, 1 in librosa
	Iterations int     // 32 in both
	Momentum   float64 // 0.99 in both; 0 is the method of 1984
	Angles     *torch.Tensor
}

// GriffinLim finds a signal [..., time] whose spectrogram is near the given one [..., freq, frames], which has no phases
// (Griffin and Lim, "Signal estimation from modified short-time Fourier transform", 1984; Perraudin et al., "A fast
// Griffin-Lim algorithm", 2013). Angles are the complex numbers to begin with, nil for ones: phases of 0.
func GriffinLim(spec *torch.Tensor, nFFT int, o GriffinLimOptions) *torch.Tensor {
	if !(o.Momentum >= 0 && o.Momentum < 1) {
		panic(invalid("griffinlim", "the momentum must lie in [0, 1), but got %v", o.Momentum))
	}
	if !(o.Power > 0) || o.Iterations < 0 {
		panic(invalid("griffinlim", "expected a power above 0 and at least 0 iterations, but got %v and %d", o.Power, o.Iterations))
	}
	momentum := o.Momentum / (1 + o.Momentum)
	return packed("griffinlim", spec, 2, func(spec *torch.Tensor) *torch.Tensor {
		if o.Power != 1 {
			spec = spec.Pow(1 / o.Power)
		}
		angles := torch.Complex(torch.OnesLike(spec), torch.ZerosLike(spec))
		if o.Angles != nil {
			angles = o.Angles.Reshape(spec.Shape()...)
		}
		var before *torch.Tensor
		for range o.Iterations {
			rebuilt := spec.Mul(angles).ISTFT(nFFT, o.STFTOptions).STFT(nFFT, o.STFTOptions)
			angles = rebuilt
			if momentum > 0 && before != nil {
				angles = angles.Sub(before.Mul(momentum))
			}
			angles = angles.Div(angles.Abs().Add(1e-16))
			before = rebuilt
		}
		return spec.Mul(angles).ISTFT(nFFT, o.STFTOptions)
	})
}
