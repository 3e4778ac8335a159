package audio

// Librosa is librosa's definition: frames centred on zeros, mels of Slaney's scale with filters of area 1, decibels at most
// 80 below the loudest. Its defaults, for audio of 22,050 Hz, are n_fft 2048, a hop of a quarter of it, 128 mels and 20
// coefficients.
func Librosa(rate int, opts ...Option) Config {
	return Config{
		Definition: DefinitionLibrosa, SampleRate: rate, Scale: 1,
		NFFT: 2048, Window: Hann, Center: true, PadMode: Zeros, Power: 2,
		NMels: 128, MelScale: Slaney, Norm: SlaneyNorm,
		Log: Decibels, AMin: 1e-10, TopDB: 80, NMFCC: 20,
	}.with(opts)
}

// Torchaudio is torchaudio.transforms': frames centred on the reflected signal, mels of HTK's scale whose filters have
// heights of 1. Its defaults are n_fft 400, a hop of half of it, 128 mels, decibels without a floor, and 40 coefficients of
// decibels at most 80 below the loudest.
func Torchaudio(rate int, opts ...Option) Config {
	return Config{
		Definition: DefinitionTorchaudio, SampleRate: rate, Scale: 1,
		NFFT: 400, Window: Hann, Center: true, PadMode: Reflect, Power: 2,
		NMels: 128, MelScale: HTK, Norm: NoNorm,
		Log: Decibels, AMin: 1e-10, NMFCC: 40,
	}.with(opts)
}

// Kaldi is Kaldi's compute-fbank-feats and compute-mfcc-feats: samples times 32768, frames of 25 ms every 10 ms without
// padding, less their mean, pre-emphasised by 0.97, under Povey's window; triangles linear in mel from 20 Hz, natural
// logarithms of 23 mels (speech recognisers take NMels(80)), and 13 coefficients liftered by 22, the first being the log
// energy. Noise, Kaldi's dither of 1, is left out: ask for it by Dither(1).
func Kaldi(rate int, opts ...Option) Config {
	return Config{
		Definition: DefinitionKaldi, SampleRate: rate, Scale: 1 << 15,
		WinLength: rate * 25 / 1000, HopLength: rate / 100, Window: Povey, SnipEdges: true, RemoveDC: true, Preemphasis: 0.97, Power: 2,
		FMin: 20, NMels: 23, MelScale: KaldiScale,
		Log: Ln, AMin: 1.1920928955078125e-07, NMFCC: 13, Lifter: 22, LogEnergy: true,
	}.with(opts)
}

// Whisper is OpenAI's Whisper's: audio of 16 kHz, cut or filled up to 30 s, 80 mels (128 in large-v3: NMels(128)), logarithms
// at most 8 decades below the loudest, scaled to about -1 to 1. The result is [..., 80, 3000]; Samples(0) takes audio as
// long as it is.
func Whisper(opts ...Option) Config {
	return Config{
		Definition: DefinitionWhisper, SampleRate: 16000, Samples: 480000, Scale: 1,
		NFFT: 400, HopLength: 160, Window: Hann, Center: true, PadMode: Reflect, DropLast: true, Power: 2,
		NMels: 80, MelScale: Slaney, Norm: SlaneyNorm,
		Log: WhisperLog, AMin: 1e-10,
	}.with(opts)
}

// resolved is the definition with its derived settings worked out.
func (c Config) resolved() Config {
	if c.NFFT == 0 && c.framed() {
		for c.NFFT = 1; c.NFFT < c.WinLength; {
			c.NFFT *= 2
		}
	}
	if c.WinLength == 0 {
		c.WinLength = c.NFFT
	}
	if c.HopLength == 0 {
		c.HopLength = c.WinLength / 4
		if c.Definition == DefinitionTorchaudio {
			c.HopLength = c.WinLength / 2
		}
	}
	if c.FMax <= 0 {
		c.FMax += float64(c.SampleRate) / 2
	}
	if c.Definition == DefinitionTorchaudio && c.FMax == float64(c.SampleRate)/2 {
		c.FMax = float64(c.SampleRate / 2) // it halves in whole numbers
	}
	return c
}

// check panics with what can't be, and gives the resolved settings.
func (c Config) check(module string) Config {
	c = c.resolved()
	switch {
	case c.Definition == "":
		panic(invalid(module, "there is no default: begin with a definition, Librosa(rate), Torchaudio(rate), Kaldi(rate) or Whisper()"))
	case c.Definition != DefinitionLibrosa && c.Definition != DefinitionTorchaudio && c.Definition != DefinitionKaldi &&
		c.Definition != DefinitionWhisper:
		panic(invalid(module, "the definition must be librosa, torchaudio, kaldi or whisper, but got %.40q", c.Definition))
	case c.SampleRate < 1:
		panic(invalid(module, "the sample rate must be positive, but got %d", c.SampleRate))
	case c.NFFT < 2 || c.HopLength < 1 || c.WinLength < 1 || c.WinLength > c.NFFT:
		panic(invalid(module, "expected n_fft of at least 2, a hop of at least 1 and a window of 1 to n_fft samples, but got %d, %d and %d",
			c.NFFT, c.HopLength, c.WinLength))
	case !(c.Power >= 0) || c.Samples < 0 || !(c.Scale > 0) || c.Dither < 0:
		panic(invalid(module, "expected a power, samples and dither of at least 0 and a scale above 0, but got %v, %d, %v and %v",
			c.Power, c.Samples, c.Dither, c.Scale))
	case c.framed() && (c.Center || c.Normalized || c.DropLast || c.Norm != NoNorm || c.MelScale != KaldiScale):
		panic(invalid(module, "Kaldi's definition has no centred frames, no dropped one, no normalisation, and a mel scale of its own"))
	case !c.framed() && (c.SnipEdges || c.RemoveDC || c.Preemphasis != 0 || c.Dither != 0 || c.LogEnergy):
		panic(invalid(module, "snip_edges, remove_dc_offset, preemphasis, dither and log_energy are Kaldi's, and %s has none of them; "+
			"treat the waveform first, by Preemphasis say", c.Definition))
	case c.Center && c.PadMode != Zeros && c.PadMode != Reflect && c.PadMode != Replicate:
		panic(invalid(module, "the pad mode must be constant, reflect or replicate, but got %.40q", c.PadMode))
	}
	return c
}
