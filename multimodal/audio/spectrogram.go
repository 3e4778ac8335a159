package audio

import (
	"multitorch/multimodal/audio/functional"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/torch/fft"
)

// Spectrogram is torchaudio.transforms.Spectrogram by a definition: waveforms [..., time] become [..., freq, frames], of
// float32 or float64 as they are, or complex numbers for Power(0).
type Spectrogram struct {
	nn.Base
	Window *nn.Buffer // [WinLength]

	config Config
}

// NewSpectrogram makes one: NewSpectrogram(audio.Torchaudio(16000), audio.NFFT(512)).
func NewSpectrogram(c Config, opts ...Option) *Spectrogram {
	c = c.with(opts).check("Spectrogram")
	return &Spectrogram{Window: nn.NewBuffer(c.window()), config: c}
}

// Config is the definition with all that it left to be derived.
func (m *Spectrogram) Config() Config { return m.config }

// Forward makes the spectrogram.
func (m *Spectrogram) Forward(wave *torch.Tensor) *torch.Tensor {
	return nn.Through(m, wave, func(wave *torch.Tensor) *torch.Tensor {
		if m.config.framed() {
			spec, _ := m.framed(wave)
			return spec
		}
		return functional.Magnitude(m.transform(wave), m.config.Power)
	})
}

// transform is the complex spectrogram of torch.stft.
func (m *Spectrogram) transform(wave *torch.Tensor) *torch.Tensor {
	c := m.config
	x := prepare(wave, c)
	window := m.Window.To(x.DType())
	spec := functional.STFT(x, c.NFFT, c.stft(window))
	if c.DropLast {
		spec = spec.Narrow(-1, 0, spec.Size(-1)-1)
	}
	if c.Normalized {
		spec = spec.Div(window.Square().Sum().Sqrt())
	}
	return spec
}

func (c Config) stft(window *torch.Tensor) torch.STFTOptions {
	return torch.STFTOptions{
		HopLength: c.HopLength, WinLength: c.WinLength, Window: window, NotCenter: !c.Center, PadMode: string(c.PadMode),
	}
}

// prepare brings a waveform to its length and scale.
func prepare(wave *torch.Tensor, c Config) *torch.Tensor {
	if !wave.DType().IsFloatingPoint() {
		panic(invalid("spectrogram", "expected a waveform of floats, but got %s; divide integers by their largest magnitude", wave.DType()))
	}
	if wave.Dim() == 0 {
		panic(invalid("spectrogram", "expected a waveform [..., time], but got a single number"))
	}
	if n := wave.Size(-1); c.Samples > n {
		wave = wave.Pad(0, 0, c.Samples-n)
	} else if c.Samples > 0 && c.Samples < n {
		wave = wave.Narrow(-1, 0, c.Samples)
	}
	if wave.Size(-1) == 0 {
		panic(invalid("spectrogram", "the waveform is empty: expected samples, but got the shape %v", wave.Shape()))
	}
	if c.Scale != 1 {
		wave = wave.Mul(c.Scale)
	}
	return wave
}

// framed is Kaldi's spectrogram, and the log energy of each frame before pre-emphasis, [..., frames].
func (m *Spectrogram) framed(wave *torch.Tensor) (spec, energy *torch.Tensor) {
	c := m.config
	x := prepare(wave, c)
	if !c.SnipEdges {
		x = mirrored(x, c)
	}
	if n := x.Size(-1); n < c.WinLength {
		panic(invalid("spectrogram", "a waveform of %d samples has no frame of %d (%d ms); pad it first", wave.Size(-1), c.WinLength,
			c.WinLength*1000/c.SampleRate))
	}
	frames := functional.Frame(x, c.WinLength, c.HopLength)
	if c.Dither > 0 {
		frames = frames.Add(torch.RandnLike(frames).Mul(c.Dither))
	}
	if c.RemoveDC {
		frames = frames.Sub(frames.Mean(-1, torch.KeepDim))
	}
	if c.LogEnergy {
		energy = frames.Square().Sum(-1).Clamp(c.AMin, nil).Log()
	}
	if c.Preemphasis != 0 {
		before := torch.Cat([]*torch.Tensor{frames.Narrow(-1, 0, 1), frames.Narrow(-1, 0, c.WinLength-1)}, -1)
		frames = frames.Sub(before.Mul(c.Preemphasis))
	}
	z := fft.RFFT(frames.Mul(m.Window.To(x.DType())), fft.N(c.NFFT))
	return functional.Magnitude(z, c.Power).Transpose(-1, -2), energy
}

// mirrored pads a waveform as Kaldi reads it without snip_edges: frame t has sample (t + 1/2)·hop in its middle, and what
// lies outside is the waveform mirrored at its ends.
func mirrored(x *torch.Tensor, c Config) *torch.Tensor {
	n := x.Size(-1)
	count := (n + c.HopLength/2) / c.HopLength
	if n == 0 || count == 0 {
		return x
	}
	start := c.HopLength/2 - c.WinLength/2
	places := make([]int64, (count-1)*c.HopLength+c.WinLength)
	for i := range places {
		p := (i + start) % (2 * n)
		if p < 0 {
			p += 2 * n
		}
		if p >= n {
			p = 2*n - 1 - p
		}
		places[i] = int64(p)
	}
	return x.IndexSelect(-1, torch.FromSlice(places).To(x.Device()))
}

// InverseSpectrogram brings complex spectrograms, those of Power(0), back to waveforms.
type InverseSpectrogram struct {
	nn.Base
	Window *nn.Buffer

	config Config
}

// NewInverseSpectrogram makes one of the settings of the spectrogram.
func NewInverseSpectrogram(c Config, opts ...Option) *InverseSpectrogram {
	c = c.with(opts).check("InverseSpectrogram")
	if c.framed() || c.DropLast {
		panic(invalid("InverseSpectrogram", "the frames of %s don't cover the signal; take Librosa's or Torchaudio's", c.Definition))
	}
	return &InverseSpectrogram{Window: nn.NewBuffer(c.window()), config: c}
}

// Forward gives waveforms [..., samples] of complex spectrograms [..., freq, frames]; samples of 0 are as many as there are.
func (m *InverseSpectrogram) Forward(spec *torch.Tensor, samples int) *torch.Tensor {
	return nn.Through(m, spec, func(spec *torch.Tensor) *torch.Tensor {
		o := m.config.stft(m.Window.Tensor)
		o.Length = samples
		if m.config.Normalized {
			spec = spec.Mul(m.Window.Square().Sum().Sqrt())
		}
		return functional.ISTFT(spec, m.config.NFFT, o).Div(m.config.Scale)
	})
}
