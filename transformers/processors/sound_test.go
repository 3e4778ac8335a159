package processors_test

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/audio"
	"multitorch/torch"
	"multitorch/transformers/processors"
)

// chirp is a second or more from 100 Hz upward.
func chirp(samples int) *torch.Tensor {
	x := make([]float32, samples)
	for n := range x {
		s := float64(n) / 16000
		x[n] = float32(0.5 * math.Sin(2*math.Pi*(100*s+400*s*s/10)))
	}
	return torch.FromSlice(x)
}

func whispers(t *testing.T) *processors.FeatureExtractor {
	c, err := processors.SoundDefaults("WhisperFeatureExtractor")
	require.NoError(t, err)
	e, err := processors.NewFeatureExtractor(c)
	require.NoError(t, err)
	return e
}

func TestWhisperHearsLogMels(t *testing.T) {
	e := whispers(t)
	sounds := e.Process(chirp(20_000), chirp(500_000))
	require.Equal(t, torch.Shape{2, 80, 3000}, sounds.Values.Shape())
	require.Nil(t, sounds.AttentionMask)
	want := audio.NewLogMelSpectrogram(audio.Whisper()).Forward(chirp(20_000))
	require.True(t, torch.Equal(want, sounds.Values.Select(0, 0)))
	require.NoError(t, e.CheckRate(16000))
	require.ErrorContains(t, e.CheckRate(8000), "resample it first: audio.NewResample(8000, 16000)")
}

// Windows of a recording are what the whole has at their place, and nothing behind its end.
func TestWindowsOfARecording(t *testing.T) {
	e := whispers(t)
	for _, samples := range []int{1, 159, 161, 16_000, 1_100_007} {
		x := chirp(samples)
		r, err := e.Recording(processors.Waveform(x))
		require.NoError(t, err)
		require.Equal(t, max(samples/160, 1), r.Frames())
		// The same of the recording with silence behind it, at once.
		padded := torch.Cat([]*torch.Tensor{x, torch.Zeros(torch.Shape{480_000})}, 0)
		whole := audio.NewLogMelSpectrogram(audio.Whisper(), audio.Samples(0)).Forward(padded)
		for _, from := range []int{0, 2500, 5990} {
			if from >= r.Frames() {
				continue
			}
			w, err := r.Window(from)
			require.NoError(t, err)
			require.Equal(t, torch.Shape{1, 80, 3000}, w.Shape())
			have := min(3000, r.Frames()-from)
			got, want := w.Select(0, 0).Narrow(1, 0, have), whole.Narrow(1, from, have)
			if samples > 400 {
				require.Less(t, got.Sub(want).Abs().Max().Item(), 1e-4, "%d samples, from %d", samples, from)
			}
			if have < 3000 {
				require.Zero(t, w.Narrow(2, have, 3000-have).Abs().Max().Item())
			}
		}
		r.Free()
	}
}

func TestWav2Vec2HearsWaveforms(t *testing.T) {
	c, err := processors.ParseSoundConfig([]byte(`{"feature_extractor_type": "Wav2Vec2FeatureExtractor", "feature_size": 1,
		"return_attention_mask": true, "padding_side": "right", "do_normalize": true, "sampling_rate": 16000, "padding_value": 0.0}`))
	require.NoError(t, err)
	e, err := processors.NewFeatureExtractor(c)
	require.NoError(t, err)
	out := e.Process(torch.FromSlice([]float32{1, 2, 3, 6}), torch.FromSlice([]float32{5, 5}))
	require.Equal(t, []int32{1, 1, 1, 1, 1, 1, 0, 0}, torch.ToSlice[int32](out.AttentionMask.View(-1)))
	want := []float32{-1.0690, -0.5345, 0, 1.6036, 0, 0, 0, 0}
	for i, v := range torch.ToSlice[float32](out.Values.View(-1)) {
		require.InDelta(t, want[i], v, 1e-4)
	}
}

func TestSoundSettings(t *testing.T) {
	for want, text := range map[string]string{
		"expected an object of settings":       `[]`,
		"feature_extractor_type: expected":     `{}`,
		"\"WhisperX\" is not known; known are": `{"feature_extractor_type": "WhisperX"}`,
		"sampling_rate":                        `{"feature_extractor_type": "WhisperFeatureExtractor", "sampling_rate": "fast"}`,
		"the setting \"top_db\" = 80 is not":   `{"feature_extractor_type": "WhisperFeatureExtractor", "top_db": 80}`,
		"chunk_length: expected 1 to 600":      `{"feature_extractor_type": "WhisperFeatureExtractor", "chunk_length": 100000000}`,
		"hop_length: expected 1 to 400, got 0": `{"feature_extractor_type": "WhisperFeatureExtractor", "hop_length": 0}`,
		"feature_size: Wav2Vec2 hears samples": `{"feature_extractor_type": "Wav2Vec2FeatureExtractor", "feature_size": 80}`,
		"padding_value: recordings are filled": `{"feature_extractor_type": "Wav2Vec2FeatureExtractor", "padding_value": 1}`,
	} {
		_, err := processors.ParseSoundConfig([]byte(text))
		require.ErrorContains(t, err, want)
	}
	dir := t.TempDir()
	_, err := processors.FeatureExtractorFromPretrained(dir)
	require.ErrorContains(t, err, "preprocessor_config.json")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "preprocessor_config.json"), []byte(`{"feature_extractor_type": "WhisperFeatureExtractor",
		"feature_size": 128, "mel_filters": [[1]], "n_samples": 480000}`), 0o644))
	e, err := processors.FeatureExtractorFromPretrained(dir)
	require.NoError(t, err)
	require.Equal(t, 128, e.Config().FeatureSize)
	require.ErrorContains(t, torch.Try(func() error { e.Process(torch.Zeros(torch.Shape{2, 5})); return nil }), "expected samples [length]")
}
