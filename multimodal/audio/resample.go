package audio

import (
	"multitorch/multimodal/audio/functional"
	"multitorch/nn"
	"multitorch/torch"
)

// ResampleOptions are the settings of [Resample]'s kernel; the zero value is torchaudio's default.
type ResampleOptions = functional.ResampleOptions

// SoxrHQ is a kernel of the quality of soxr's HQ, which librosa resamples by.
func SoxrHQ() ResampleOptions { return functional.SoxrHQ() }

// Resample is torchaudio.transforms.Resample: waveforms [..., time] at one rate become [..., ceil(time·to/from)] at another.
// The kernel is computed once.
type Resample struct {
	nn.Base
	Kernel *nn.Buffer // [phases, 1, taps]; nil where the rates are the same

	from, to, width int
}

// NewResample makes one between two rates in Hz. How the samples between samples are found is never left to a default that
// could change: torchaudio's is ResampleOptions{}, of better quality is [SoxrHQ], and its kernel is 15 times as long.
func NewResample(from, to int, o ResampleOptions) *Resample {
	m := &Resample{from: from, to: to}
	if from != to {
		kernel, width := functional.SincKernel(from, to, o)
		m.Kernel, m.width = nn.NewBuffer(kernel, nn.Persistent(false)), width
	}
	return m
}

// Forward resamples.
func (m *Resample) Forward(wave *torch.Tensor) *torch.Tensor {
	return nn.Through(m, wave, func(wave *torch.Tensor) *torch.Tensor {
		if m.Kernel == nil {
			return wave
		}
		return functional.ApplySinc(wave, m.from, m.to, m.Kernel.To(wave.DType()), m.width)
	})
}
