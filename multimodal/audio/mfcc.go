package audio

import (
	"multitorch/multimodal/audio/functional"
	"multitorch/nn"
	"multitorch/torch"
)

// MFCC is mel-frequency cepstral coefficients by a definition: waveforms [..., time] become [..., coefficients, frames].
// torchaudio's own log_mels are Log LnPlus with AMin 1e-6.
type MFCC struct {
	nn.Base
	MelSpectrogram *MelSpectrogram `nn:"MelSpectrogram"`
	DCTMat         *nn.Buffer      `nn:"dct_mat"` // [mels, coefficients], liftered

	config Config
}

// NewMFCC makes one.
func NewMFCC(c Config, opts ...Option) *MFCC {
	c = c.with(opts)
	if c.NMFCC == 0 {
		panic(invalid("MFCC", "%s has no cepstral coefficients; say how many by NMFCC", c.Definition))
	}
	if c.Definition == DefinitionTorchaudio {
		c.TopDB = 80 // whatever its AmplitudeToDB is told
	}
	c = c.check("MFCC")
	c.checkLog("MFCC")
	first := 1
	if c.framed() {
		first = 0
	}
	dct := functional.CreateDCT(c.NMFCC, c.NMels, "ortho").Mul(functional.Lifter(c.NMFCC, c.Lifter, first))
	return &MFCC{MelSpectrogram: NewMelSpectrogram(c), DCTMat: nn.NewBuffer(dct), config: c}
}

// Config is the definition with all that it left to be derived.
func (m *MFCC) Config() Config { return m.config }

// Forward makes the coefficients.
func (m *MFCC) Forward(wave *torch.Tensor) *torch.Tensor {
	return nn.Through(m, wave, func(wave *torch.Tensor) *torch.Tensor {
		if m.config.framed() {
			return m.framed(wave)
		}
		return m.coefficients(m.config.log(m.MelSpectrogram.Forward(wave)))
	})
}

func (m *MFCC) coefficients(log *torch.Tensor) *torch.Tensor {
	return log.Transpose(-1, -2).Matmul(m.DCTMat.To(log.DType())).Transpose(-1, -2)
}

// framed is Kaldi's, whose first coefficient the log energy may be.
func (m *MFCC) framed(wave *torch.Tensor) *torch.Tensor {
	spec, energy := m.MelSpectrogram.Spectrogram.framed(wave)
	mfcc := m.coefficients(m.config.log(m.MelSpectrogram.MelScale.Forward(spec)))
	if energy == nil {
		return mfcc
	}
	rest := mfcc.Narrow(-2, 1, m.config.NMFCC-1)
	return torch.Cat([]*torch.Tensor{energy.Unsqueeze(-2), rest}, -2)
}
