package audio_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/audio"
	"multitorch/multimodal/audio/internal/golden"
	"multitorch/nn"
	"multitorch/torch"
)

// settings are those of most golden numbers.
var settings = []audio.Option{audio.NFFT(512), audio.HopLength(160), audio.WinLength(400), audio.NMels(40), audio.NMFCC(13)}

func TestFeaturesAsTheOriginals(t *testing.T) {
	const rate = 16000
	librosa, torchaudio, kaldi := audio.Librosa(rate, settings...), audio.Torchaudio(rate, settings...), audio.Kaldi(rate)
	slaney := []audio.Option{audio.FMin(40), audio.FMax(7600), audio.NMels(20), audio.SlaneyNorm, audio.Slaney, audio.Power(1)}
	logMels := torchaudio
	logMels.Log, logMels.AMin = audio.LnPlus, 1e-6
	for name, m := range map[string]nn.Layer{
		"librosa_mel":          audio.NewMelSpectrogram(librosa),
		"librosa_db":           audio.NewLogMelSpectrogram(librosa),
		"librosa_mfcc":         audio.NewMFCC(librosa),
		"librosa_mfcc_lifter":  audio.NewMFCC(librosa, audio.Lifter(22)),
		"librosa_default_mfcc": audio.NewMFCC(audio.Librosa(22050)),
		"librosa_mel_magnitude": audio.NewMelSpectrogram(librosa, audio.NMels(20), audio.Power(1), audio.FMin(50), audio.FMax(7000),
			audio.HTK, audio.NoNorm),
		"torchaudio_spectrogram": audio.NewSpectrogram(torchaudio),
		"torchaudio_mel":         audio.NewMelSpectrogram(torchaudio),
		"torchaudio_mel_slaney":  audio.NewMelSpectrogram(torchaudio, slaney...),
		"torchaudio_db":          audio.NewLogMelSpectrogram(torchaudio),
		"torchaudio_mfcc":        audio.NewMFCC(torchaudio),
		"torchaudio_mfcc_log":    audio.NewMFCC(logMels),
		"kaldi_fbank":            audio.NewLogMelSpectrogram(kaldi),
		"kaldi_hamming":          audio.NewLogMelSpectrogram(kaldi, audio.Hamming),
		"kaldi_hanning":          audio.NewLogMelSpectrogram(kaldi, audio.Hann),
		"kaldi_fbank_edges":      audio.NewLogMelSpectrogram(kaldi, audio.SnipEdges(false)),
	} {
		t.Run(name, func(t *testing.T) {
			x := golden.Tensor(t, "x")
			golden.Near(t, golden.Tensor(t, name), m.Forward(x))
			// A batch, and float64, are the same.
			batch := m.Forward(torch.Stack([]*torch.Tensor{x, x.Mul(100), x}, 0).View(3, 1, -1))
			golden.Near(t, golden.Tensor(t, name), batch.Select(0, 2).Select(0, 0), "in a batch beside a louder one")
			if name != "torchaudio_mfcc" && name != "librosa_db" { // these look at the whole batch, or at small numbers
				golden.Within(t, 1e-4, 1e-5, golden.Tensor(t, name), m.Forward(x.To(torch.Float64)), "in float64")
			}
		})
	}
	// In these logarithms of nearly empty bins the originals' own float32 shows.
	for name, m := range map[string]nn.Layer{
		"kaldi_fbank40": audio.NewLogMelSpectrogram(kaldi, audio.NMels(40), audio.FMax(-400)),
		"kaldi_mfcc":    audio.NewMFCC(kaldi),
		"kaldi_mfcc_c0": audio.NewMFCC(kaldi, audio.LogEnergy(false)),
		"whisper80":     audio.NewLogMelSpectrogram(audio.Whisper(), audio.Samples(0)),
	} {
		golden.Within(t, 1e-5, 4e-6, golden.Tensor(t, name), m.Forward(golden.Tensor(t, "x")), name)
	}
	whisper := audio.NewLogMelSpectrogram(audio.Whisper())
	golden.Within(t, 1e-5, 4e-6, golden.Tensor(t, "whisper_30s"), whisper.Forward(golden.Tensor(t, "x")).Narrow(1, 0, 60))
	whisper = audio.NewLogMelSpectrogram(audio.Whisper(audio.NMels(128), audio.Samples(0)))
	golden.Within(t, 1e-5, 1e-5, golden.Tensor(t, "whisper128"), whisper.Forward(golden.Tensor(t, "x")).Narrow(1, 0, 10))
	byDefault := audio.NewMelSpectrogram(audio.Torchaudio(rate))
	// torchaudio's filters are computed by float32 powers, which libtorch rounded otherwise before 2.1.
	golden.Within(t, 2e-5, 1e-6, golden.Tensor(t, "torchaudio_default_mel"), byDefault.Forward(golden.Tensor(t, "x").Narrow(0, 0, 3200)))
	z := audio.NewSpectrogram(librosa, audio.Power(0)).Forward(golden.Tensor(t, "x"))
	golden.Near(t, golden.Tensor(t, "librosa_stft"), z.ViewAsReal())
	normalized := audio.Torchaudio(rate, audio.NFFT(256), audio.Power(0))
	normalized.Normalized = true
	golden.Near(t, golden.Tensor(t, "torchaudio_complex"), audio.NewSpectrogram(normalized).Forward(golden.Tensor(t, "x")).ViewAsReal())
}

// The inverse of a spectrogram is the signal.
func TestInverseSpectrogram(t *testing.T) {
	x := golden.Tensor(t, "x")
	for _, c := range []audio.Config{audio.Librosa(16000, settings...), audio.Torchaudio(16000)} {
		for _, normalized := range []bool{false, true} {
			c.Normalized = normalized
			z := audio.NewSpectrogram(c, audio.Power(0)).Forward(x)
			golden.Within(t, 1e-4, 1e-6, x, audio.NewInverseSpectrogram(c).Forward(z, x.Size(0)))
		}
	}
}

// A definition is saved as JSON, and makes the same module again.
func TestConfigAsJSON(t *testing.T) {
	for _, c := range []audio.Config{
		audio.Librosa(22050), audio.Torchaudio(16000), audio.Kaldi(16000), audio.Whisper(), audio.Kaldi(8000, audio.NMels(40), audio.Hamming),
	} {
		text, err := json.Marshal(c)
		require.NoError(t, err)
		var again audio.Config
		require.NoError(t, json.Unmarshal(text, &again))
		require.Equal(t, c, again)
		resolved := audio.NewMelSpectrogram(c).Config()
		require.Equal(t, resolved, audio.NewMelSpectrogram(resolved).Config())
		require.Positive(t, resolved.HopLength)
	}
}

// Frames tells how many there will be.
func TestFrames(t *testing.T) {
	for _, c := range []audio.Config{
		audio.Librosa(16000), audio.Torchaudio(16000), audio.Kaldi(16000), audio.Kaldi(16000, audio.SnipEdges(false)),
		audio.Whisper(audio.Samples(0)), audio.Whisper(), audio.Torchaudio(8000, audio.Center(false)),
	} {
		m := audio.NewSpectrogram(c)
		for _, n := range []int{2048, 2049, 4000, 16000} {
			require.Equal(t, m.Forward(torch.Zeros(torch.Shape{n})).Size(-1), c.Frames(n), "%v %d", c, n)
		}
	}
	require.Zero(t, audio.Kaldi(16000).Frames(399))
	require.NoError(t, audio.Whisper().CheckRate(16000))
	require.ErrorContains(t, audio.Whisper().CheckRate(44100), "expected audio of 16000 samples per second, got 44100; resample it first")
}
