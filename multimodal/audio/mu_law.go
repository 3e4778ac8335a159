package audio

import (
	"multitorch/multimodal/audio/functional"
	"multitorch/nn"
	"multitorch/torch"
)

// MuLawEncoding is torchaudio.transforms.MuLawEncoding: values in -1 to 1 become classes by the mu law.
type MuLawEncoding struct {
	nn.Base
	channels int
}

// NewMuLawEncoding makes one of so many classes, 256 in torchaudio.
func NewMuLawEncoding(channels int) *MuLawEncoding {
	return &MuLawEncoding{channels: classes("MuLawEncoding", channels)}
}

// Forward encodes: int64 of x's shape.
func (m *MuLawEncoding) Forward(x *torch.Tensor) *torch.Tensor {
	return nn.Through(m, x, func(x *torch.Tensor) *torch.Tensor { return functional.MuLawEncoding(x, m.channels) })
}

// MuLawDecoding is torchaudio.transforms.MuLawDecoding: classes become values in -1 to 1.
type MuLawDecoding struct {
	nn.Base
	channels int
}

// NewMuLawDecoding makes one of so many classes, 256 in torchaudio.
func NewMuLawDecoding(channels int) *MuLawDecoding {
	return &MuLawDecoding{channels: classes("MuLawDecoding", channels)}
}

// Forward decodes.
func (m *MuLawDecoding) Forward(x *torch.Tensor) *torch.Tensor {
	return nn.Through(m, x, func(x *torch.Tensor) *torch.Tensor { return functional.MuLawDecoding(x, m.channels) })
}

func classes(module string, n int) int {
	if n < 2 {
		panic(invalid(module, "there must be at least 2 classes, but got %d", n))
	}
	return n
}

// SpectralCentroid is torchaudio.transforms.SpectralCentroid by a definition: the mean frequency of each frame of waveforms
// [..., time], in Hz, [..., frames]. A silent frame has 0, where torchaudio has NaN.
type SpectralCentroid struct {
	nn.Base
	Spectrogram *Spectrogram
}

// NewSpectralCentroid makes one; magnitudes are weighed, whatever the definition's power.
func NewSpectralCentroid(c Config, opts ...Option) *SpectralCentroid {
	return &SpectralCentroid{Spectrogram: NewSpectrogram(c.with(opts), Power(1))}
}

// Forward gives frequencies.
func (m *SpectralCentroid) Forward(wave *torch.Tensor) *torch.Tensor {
	return nn.Through(m, wave, func(wave *torch.Tensor) *torch.Tensor {
		return functional.SpectralCentroid(m.Spectrogram.Forward(wave), m.Spectrogram.config.SampleRate)
	})
}
