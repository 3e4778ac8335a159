package audio

import (
	"multitorch/multimodal/audio/functional"
	"multitorch/nn"
	"multitorch/torch"
)

// AmplitudeToDB is torchaudio.transforms.AmplitudeToDB: power or magnitudes in decibels.
type AmplitudeToDB struct {
	nn.Base
	multiplier, topDB float64
}

// NewAmplitudeToDB makes one for a stype of "power" or "magnitude". topDB is how far below the largest value of a
// spectrogram the result may lie, 0 for any.
func NewAmplitudeToDB(stype string, topDB float64) *AmplitudeToDB {
	m := &AmplitudeToDB{multiplier: 10, topDB: topDB}
	switch {
	case topDB < 0:
		panic(invalid("AmplitudeToDB", "top_db must not be negative, but got %v", topDB))
	case stype == "magnitude":
		m.multiplier = 20
	case stype != "power":
		panic(invalid("AmplitudeToDB", "stype must be power or magnitude, but got %.40q", stype))
	}
	return m
}

// Forward gives decibels.
func (m *AmplitudeToDB) Forward(x *torch.Tensor) *torch.Tensor {
	return nn.Through(m, x, func(x *torch.Tensor) *torch.Tensor {
		return functional.AmplitudeToDB(x, m.multiplier, 1e-10, 0, m.topDB)
	})
}

// ComputeDeltas is torchaudio.transforms.ComputeDeltas: the slope of each row of [..., freq, time].
type ComputeDeltas struct {
	nn.Base
	window int
	mode   string
}

// NewComputeDeltas makes one for a window of frames, 5 in torchaudio and Kaldi, and a mode of padding, "replicate" in both.
func NewComputeDeltas(window int, mode PadMode) *ComputeDeltas {
	if window < 3 {
		panic(invalid("ComputeDeltas", "the window must have at least 3 frames, but got %d", window))
	}
	return &ComputeDeltas{window: window, mode: string(mode)}
}

// Forward gives slopes.
func (m *ComputeDeltas) Forward(x *torch.Tensor) *torch.Tensor {
	return nn.Through(m, x, func(x *torch.Tensor) *torch.Tensor { return functional.ComputeDeltas(x, m.window, m.mode) })
}

// Preemphasis is torchaudio.transforms.Preemphasis: y[t] = x[t] - coeff·x[t-1].
type Preemphasis struct {
	nn.Base
	coeff float64
}

// NewPreemphasis makes one; 0.97 is usual.
func NewPreemphasis(coeff float64) *Preemphasis { return &Preemphasis{coeff: coeff} }

// Forward filters waveforms [..., time].
func (m *Preemphasis) Forward(x *torch.Tensor) *torch.Tensor {
	return nn.Through(m, x, func(x *torch.Tensor) *torch.Tensor { return functional.Preemphasis(x, m.coeff) })
}

// AddNoise is torchaudio.transforms.AddNoise.
type AddNoise struct{ nn.Base }

// NewAddNoise makes one.
func NewAddNoise() *AddNoise { return &AddNoise{} }

// Forward adds noise [..., time] to waveforms of the same shape, scaled so that the ratio of their energies is snr decibels,
// [...]. lengths, [...] or nil, are how many samples of each count.
func (m *AddNoise) Forward(wave, noise, snr, lengths *torch.Tensor) *torch.Tensor {
	return nn.Call(m, func() *torch.Tensor { return functional.AddNoise(wave, noise, snr, lengths) })
}

// GriffinLim is torchaudio.transforms.GriffinLim: spectrograms without phases become waveforms, by a definition's STFT.
type GriffinLim struct {
	nn.Base
	Window *nn.Buffer

	iterations int
	momentum   float64
	random     bool
	config     Config
}

// Iterations is how often [GriffinLim] improves its phases. The default is 32.
type Iterations int

// Momentum is how far [GriffinLim] goes on in a step's direction, in [0, 1). The default is 0.99.
type Momentum float64

// RandInit(false) lets [GriffinLim] begin with phases of 0. The default is true.
type RandInit bool

// GriffinLimOption is an option of [NewGriffinLim].
type GriffinLimOption interface{ griffinLim(*GriffinLim) }

func (n Iterations) griffinLim(m *GriffinLim) { m.iterations = int(n) }
func (p Momentum) griffinLim(m *GriffinLim)   { m.momentum = float64(p) }
func (r RandInit) griffinLim(m *GriffinLim)   { m.random = bool(r) }

// NewGriffinLim makes one for the spectrograms of a definition. It starts with random numbers as the definition does:
// torchaudio's complex ones with parts in 0 to 1, librosa's on the unit circle.
func NewGriffinLim(c Config, opts ...GriffinLimOption) *GriffinLim {
	c = c.check("GriffinLim")
	if c.framed() || c.DropLast || !c.Center || c.Power == 0 {
		panic(invalid("GriffinLim", "expected a definition of real spectrograms whose frames cover the signal, Librosa's or Torchaudio's"))
	}
	m := &GriffinLim{Window: nn.NewBuffer(c.window()), iterations: 32, momentum: 0.99, random: true, config: c}
	for _, o := range opts {
		o.griffinLim(m)
	}
	if m.iterations < 0 || !(m.momentum >= 0 && m.momentum < 1) {
		panic(invalid("GriffinLim", "expected at least 0 iterations and a momentum in [0, 1), but got %d and %v", m.iterations, m.momentum))
	}
	return m
}

// Forward gives waveforms [..., samples] of spectrograms [..., freq, frames]; samples of 0 are as many as there are.
func (m *GriffinLim) Forward(spec *torch.Tensor, samples int) *torch.Tensor {
	return nn.Through(m, spec, func(spec *torch.Tensor) *torch.Tensor {
		o := functional.GriffinLimOptions{
			STFTOptions: m.config.stft(m.Window.Tensor), Power: m.config.Power, Iterations: m.iterations, Momentum: m.momentum,
		}
		o.Length = samples
		if m.random {
			o.Angles = m.angles(spec)
		}
		return functional.GriffinLim(spec, m.config.NFFT, o)
	})
}

func (m *GriffinLim) angles(spec *torch.Tensor) *torch.Tensor {
	if m.config.Definition == DefinitionLibrosa {
		phases := torch.RandLike(spec).Mul(2 * 3.141592653589793)
		return torch.Polar(torch.OnesLike(spec), phases)
	}
	// A complex number is drawn as its two parts, one after the other.
	return torch.Rand(append(spec.Shape(), 2), spec.DType(), spec.Device()).ViewAsComplex()
}
