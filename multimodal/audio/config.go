package audio

import (
	"fmt"

	"multitorch/torch"
)

// Config is a definition of features: everything that their numbers depend on. It begins as one of [Librosa],
// [Torchaudio], [Kaldi] and [Whisper], can be changed by hand or by options, and is saved as JSON.
type Config struct {
	Definition Definition `json:"definition"`  // whose formulas are followed where settings alone don't say it
	SampleRate int        `json:"sample_rate"` // of the waveforms, in Hz
	Samples    int        `json:"samples"`     // a waveform is cut or filled up with zeros to as many; 0: it stays

	Scale       float64 `json:"scale"`            // what samples are multiplied by first
	NFFT        int     `json:"n_fft"`            // samples of a transform
	WinLength   int     `json:"win_length"`       // samples of the window, at most NFFT
	HopLength   int     `json:"hop_length"`       // samples from frame to frame
	Window      Window  `json:"window"`           // its shape
	Center      bool    `json:"center"`           // frames have their sample in their middle
	PadMode     PadMode `json:"pad_mode"`         // how the ends are padded for that
	DropLast    bool    `json:"drop_last"`        // the last frame is left out
	SnipEdges   bool    `json:"snip_edges"`       // Kaldi: only whole frames count, else the ends are mirrored
	RemoveDC    bool    `json:"remove_dc_offset"` // Kaldi: the mean of each frame is taken off
	Preemphasis float64 `json:"preemphasis"`      // Kaldi: of each frame
	Dither      float64 `json:"dither"`           // Kaldi: the spread of noise that is added to each frame
	Power       float64 `json:"power"`            // 1 for magnitudes, 2 for power
	Normalized  bool    `json:"normalized"`       // torchaudio: divided by the root of the window's energy
	FMin        float64 `json:"f_min"`            // the lowest mel's lower edge, in Hz
	FMax        float64 `json:"f_max"`            // the highest mel's upper edge; 0: half the rate, below 0: so far from it
	NMels       int     `json:"n_mels"`
	MelScale    Scale   `json:"mel_scale"`
	Norm        Norm    `json:"norm"`       // of the filters' areas
	Log         Log     `json:"log"`        // of mel spectrograms
	AMin        float64 `json:"amin"`       // what the logarithm takes at least
	TopDB       float64 `json:"top_db"`     // how far below the largest value decibels may lie; 0: any
	NMFCC       int     `json:"n_mfcc"`     // coefficients
	Lifter      float64 `json:"lifter"`     // 0: none
	LogEnergy   bool    `json:"log_energy"` // Kaldi: the frame's log energy takes the first coefficient's place
}

// Definition is a library whose formulas are followed.
type Definition string

// Window is a window's shape: "hann", "hamming", "blackman" and "bartlett", which are periodic, and symmetric in Kaldi's
// definition; "povey" is Kaldi's, "rectangular" is none.
type Window string

// PadMode is how the ends of a waveform are padded so that frames are centred: "constant" with zeros, "reflect" or
// "replicate".
type PadMode string

// Scale is a mel scale: "htk", "slaney" or "kaldi".
type Scale string

// Norm is how filters are normalised: "slaney" to areas of 1, or "" not at all.
type Norm string

// Log is what becomes of a mel spectrogram in [LogMelSpectrogram]: "db" decibels, "ln" the natural logarithm of at least
// AMin, "ln_plus" that of the value plus AMin, or "whisper".
type Log string

// The values of those types.
const (
	DefinitionLibrosa    Definition = "librosa"
	DefinitionTorchaudio Definition = "torchaudio"
	DefinitionKaldi      Definition = "kaldi"
	DefinitionWhisper    Definition = "whisper"

	Hann        Window = "hann"
	Hamming     Window = "hamming"
	Blackman    Window = "blackman"
	Bartlett    Window = "bartlett"
	Povey       Window = "povey"
	Rectangular Window = "rectangular"

	Zeros     PadMode = "constant"
	Reflect   PadMode = "reflect"
	Replicate PadMode = "replicate"

	HTK        Scale = "htk"
	Slaney     Scale = "slaney"
	KaldiScale Scale = "kaldi"
	SlaneyNorm Norm  = "slaney"
	NoNorm     Norm  = ""
	Decibels   Log   = "db"
	Ln         Log   = "ln"
	LnPlus     Log   = "ln_plus"
	WhisperLog Log   = "whisper"
)

// Option changes a [Config]: [NFFT], [WinLength], [HopLength], [NMels], [NMFCC], [FMin], [FMax], [Power], [Center],
// [Samples], [TopDB], [Lifter], [Dither], a [Window], [PadMode], [Scale], [Norm] or [Log], or a whole Config.
type Option interface{ audio(*Config) }

// These options are the fields of [Config] of the same names.
type (
	NFFT      int
	WinLength int
	HopLength int
	NMels     int
	NMFCC     int
	Samples   int
	FMin      float64
	FMax      float64
	Power     float64
	TopDB     float64
	Lifter    float64
	Dither    float64
	Center    bool
	LogEnergy bool
	SnipEdges bool
)

func (c Config) audio(to *Config)   { *to = c }
func (n NFFT) audio(c *Config)      { c.NFFT = int(n) }
func (n WinLength) audio(c *Config) { c.WinLength = int(n) }
func (n HopLength) audio(c *Config) { c.HopLength = int(n) }
func (n NMels) audio(c *Config)     { c.NMels = int(n) }
func (n NMFCC) audio(c *Config)     { c.NMFCC = int(n) }
func (n Samples) audio(c *Config)   { c.Samples = int(n) }
func (f FMin) audio(c *Config)      { c.FMin = float64(f) }
func (f FMax) audio(c *Config)      { c.FMax = float64(f) }
func (p Power) audio(c *Config)     { c.Power = float64(p) }
func (t TopDB) audio(c *Config)     { c.TopDB = float64(t) }
func (l Lifter) audio(c *Config)    { c.Lifter = float64(l) }
func (d Dither) audio(c *Config)    { c.Dither = float64(d) }
func (b Center) audio(c *Config)    { c.Center = bool(b) }
func (b LogEnergy) audio(c *Config) { c.LogEnergy = bool(b) }
func (b SnipEdges) audio(c *Config) { c.SnipEdges = bool(b) }
func (w Window) audio(c *Config)    { c.Window = w }
func (p PadMode) audio(c *Config)   { c.PadMode = p }
func (s Scale) audio(c *Config)     { c.MelScale = s }
func (n Norm) audio(c *Config)      { c.Norm = n }
func (l Log) audio(c *Config)       { c.Log = l }
func (c Config) with(opts []Option) Config {
	for _, o := range opts {
		o.audio(&c)
	}
	return c
}

// CheckRate is an error if waveforms have another rate than the definition asks for. Features of them would be those of a
// voice that is higher or lower.
func (c Config) CheckRate(rate int) error {
	if rate == c.SampleRate {
		return nil
	}
	return fmt.Errorf("expected audio of %d samples per second, got %d; resample it first: NewResample(%d, %d)",
		c.SampleRate, rate, rate, c.SampleRate)
}

// Frames is how many frames come of a waveform of so many samples.
func (c Config) Frames(samples int) int {
	if c.Samples > 0 {
		samples = c.Samples
	}
	c = c.resolved()
	n := 0
	switch {
	case c.framed() && c.SnipEdges:
		n = (samples-c.WinLength)/c.HopLength + 1
		if samples < c.WinLength {
			n = 0
		}
	case c.framed():
		n = (samples + c.HopLength/2) / c.HopLength
	case c.Center:
		n = samples/c.HopLength + 1
	case samples >= c.NFFT:
		n = (samples-c.NFFT)/c.HopLength + 1
	}
	if c.DropLast {
		n--
	}
	return max(n, 0)
}

// framed reports whether frames are cut and treated one by one, as in Kaldi, instead of by torch.stft.
func (c Config) framed() bool { return c.Definition == DefinitionKaldi }

func invalid(op, format string, args ...any) *torch.Error {
	return &torch.Error{Op: "audio." + op, Kind: torch.ValueError, Message: fmt.Sprintf(format, args...)}
}
