package audio

import (
	"multitorch/multimodal/audio/functional"
	"multitorch/nn"
	"multitorch/torch"
)

// MelScale turns spectrograms [..., freq, frames] into mel spectrograms [..., mels, frames].
type MelScale struct {
	nn.Base
	FB *nn.Buffer // [freq, mels]
}

// NewMelScale makes one with a definition's filter bank.
func NewMelScale(c Config, opts ...Option) *MelScale {
	c = c.with(opts).check("MelScale")
	return &MelScale{FB: nn.NewBuffer(c.filters())}
}

func (c Config) filters() *torch.Tensor {
	freqs := c.NFFT/2 + 1
	switch c.Definition {
	case DefinitionTorchaudio:
		return functional.MelscaleFbanks(freqs, c.FMin, c.FMax, c.NMels, c.SampleRate, string(c.Norm), string(c.MelScale))
	case DefinitionKaldi:
		return functional.KaldiMelBanks(freqs, c.FMin, c.FMax, c.NMels, c.SampleRate)
	}
	return functional.MelFilters(freqs, c.FMin, c.FMax, c.NMels, c.SampleRate, string(c.Norm), string(c.MelScale))
}

// Forward applies the filter bank.
func (m *MelScale) Forward(spec *torch.Tensor) *torch.Tensor {
	return nn.Through(m, spec, func(spec *torch.Tensor) *torch.Tensor { return functional.MelScale(spec, m.FB.To(spec.DType())) })
}

// MelSpectrogram is torchaudio.transforms.MelSpectrogram by a definition: waveforms [..., time] become [..., mels, frames].
type MelSpectrogram struct {
	nn.Base
	Spectrogram *Spectrogram
	MelScale    *MelScale
}

// NewMelSpectrogram makes one.
func NewMelSpectrogram(c Config, opts ...Option) *MelSpectrogram {
	c = c.with(opts).check("MelSpectrogram")
	if c.Power == 0 {
		panic(invalid("MelSpectrogram", "the power must be above 0, but got %v", c.Power))
	}
	return &MelSpectrogram{Spectrogram: NewSpectrogram(c), MelScale: NewMelScale(c)}
}

// Config is the definition with all that it left to be derived.
func (m *MelSpectrogram) Config() Config { return m.Spectrogram.config }

// Forward makes the mel spectrogram.
func (m *MelSpectrogram) Forward(wave *torch.Tensor) *torch.Tensor {
	return nn.Through(m, wave, func(wave *torch.Tensor) *torch.Tensor { return m.MelScale.Forward(m.Spectrogram.Forward(wave)) })
}

// LogMelSpectrogram is a mel spectrogram's logarithm, as its definition takes it: librosa's power_to_db, torchaudio's
// AmplitudeToDB, Kaldi's fbank, Whisper's log_mel_spectrogram. Waveforms [..., time] become [..., mels, frames]; Kaldi's own
// features are its transpose.
//
// What a waveform's features are doesn't depend on the others of its batch, but with torchaudio's TopDB, whose floor is
// that of all channels: give it batches as [N, 1, time].
type LogMelSpectrogram struct {
	nn.Base
	MelSpectrogram *MelSpectrogram
}

// NewLogMelSpectrogram makes one.
func NewLogMelSpectrogram(c Config, opts ...Option) *LogMelSpectrogram {
	m := &LogMelSpectrogram{MelSpectrogram: NewMelSpectrogram(c, opts...)}
	m.Config().checkLog("LogMelSpectrogram")
	return m
}

// Config is the definition with all that it left to be derived.
func (m *LogMelSpectrogram) Config() Config { return m.MelSpectrogram.Config() }

// Forward makes the logarithm of the mel spectrogram.
func (m *LogMelSpectrogram) Forward(wave *torch.Tensor) *torch.Tensor {
	return nn.Through(m, wave, func(wave *torch.Tensor) *torch.Tensor { return m.Config().log(m.MelSpectrogram.Forward(wave)) })
}

func (c Config) checkLog(module string) {
	switch c.Log {
	case Decibels, Ln, LnPlus, WhisperLog:
	default:
		panic(invalid(module, "the logarithm must be db, ln, ln_plus or whisper, but got %.40q", c.Log))
	}
	if !(c.AMin > 0) || c.TopDB < 0 {
		panic(invalid(module, "expected amin above 0 and top_db of at least 0, but got %v and %v", c.AMin, c.TopDB))
	}
}

// log takes the definition's logarithm of a mel spectrogram.
func (c Config) log(mel *torch.Tensor) *torch.Tensor {
	switch c.Log {
	case Ln:
		return mel.Clamp(c.AMin, nil).Log()
	case LnPlus:
		return mel.Add(c.AMin).Log()
	case WhisperLog:
		log := mel.Clamp(c.AMin, nil).Log10()
		dims := []int{-2, -1, torch.KeepDim} // of each waveform of the batch
		return log.Maximum(log.Amax(dims...).Sub(8)).Add(4).Div(4)
	}
	if c.Definition == DefinitionLibrosa && c.Power == 2 {
		db := functional.PowerToDB(mel, 1, c.AMin, 0)
		if c.TopDB > 0 {
			db = db.Maximum(db.Amax(-2, -1, torch.KeepDim).Sub(c.TopDB)) // of each waveform, whatever stands beside it in a batch
		}
		return db
	}
	multiplier := 10.
	if c.Power == 1 {
		multiplier = 20
	}
	return functional.AmplitudeToDB(mel, multiplier, c.AMin, 0, c.TopDB)
}
