package processors

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
)

// SoundConfig is how recordings become numbers: the settings of a preprocessor_config.json for Whisper and Wav2Vec2.
// [SoundDefaults] gives those of a kind; a setting that a file leaves out, or that is null, is the kind's.
type SoundConfig struct {
	Type         string  `json:"feature_extractor_type"` // "WhisperFeatureExtractor" or "Wav2Vec2FeatureExtractor"
	SamplingRate int     `json:"sampling_rate"`          // samples per second that the model was trained on: 16000
	FeatureSize  int     `json:"feature_size"`           // Whisper: mel bands, 80; Wav2Vec2: 1
	PaddingValue float64 `json:"padding_value"`          // behind the end of a recording: 0

	// Whisper's log-mels.
	NFFT        int     `json:"n_fft,omitzero"`        // samples of a transform: 400
	HopLength   int     `json:"hop_length,omitzero"`   // samples from frame to frame: 160
	ChunkLength int     `json:"chunk_length,omitzero"` // seconds that a recording is cut or filled up to: 30
	Dither      float64 `json:"dither,omitzero"`       // the spread of noise that is added; only 0 is known

	// Wav2Vec2's waveforms.
	DoNormalize         bool `json:"do_normalize"`          // each recording to mean 0 and variance 1
	ReturnAttentionMask bool `json:"return_attention_mask"` // whether the model is to be told what is padding
}

var soundKinds = map[string]SoundConfig{
	"WhisperFeatureExtractor":  {SamplingRate: 16000, FeatureSize: 80, NFFT: 400, HopLength: 160, ChunkLength: 30},
	"Wav2Vec2FeatureExtractor": {SamplingRate: 16000, FeatureSize: 1, DoNormalize: true},
}

// soundSettingsOnly are keys that say nothing that the others don't.
var soundSettingsOnly = []string{"processor_class", "padding_side", "n_samples", "nb_max_frames", "mel_filters", "return_tensors"}

// SoundDefaults are the settings of a kind by Transformers' name: WhisperFeatureExtractor or Wav2Vec2FeatureExtractor.
func SoundDefaults(kind string) (SoundConfig, error) {
	c, known := soundKinds[kind]
	if !known {
		return c, fmt.Errorf("the feature extractor %.60q is not known; known are %s", kind, listed(soundKinds))
	}
	c.Type = kind
	return c, nil
}

// ReadSoundConfig reads a folder's preprocessor_config.json. Errors name the file and the key.
func ReadSoundConfig(dir string) (SoundConfig, error) {
	path := filepath.Join(dir, preprocessorFile)
	content, err := readFile(path)
	if err != nil {
		return SoundConfig{}, err
	}
	c, err := ParseSoundConfig(content)
	if err != nil {
		return c, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// ParseSoundConfig reads the content of a preprocessor_config.json.
func ParseSoundConfig(content []byte) (c SoundConfig, err error) {
	var settings map[string]json.RawMessage
	if err := json.Unmarshal(content, &settings); err != nil {
		return c, fmt.Errorf("expected an object of settings: %w", err)
	}
	maps.DeleteFunc(settings, func(_ string, v json.RawMessage) bool { return string(v) == "null" })
	var kind string
	if err := json.Unmarshal(settings["feature_extractor_type"], &kind); err != nil {
		return c, fmt.Errorf("feature_extractor_type: expected a name; known are %s", listed(soundKinds))
	}
	if c, err = SoundDefaults(kind); err != nil {
		return c, err
	}
	targets := map[string]any{
		"feature_extractor_type": &c.Type, "sampling_rate": &c.SamplingRate, "feature_size": &c.FeatureSize,
		"padding_value": &c.PaddingValue, "return_attention_mask": &c.ReturnAttentionMask, "dither": &c.Dither,
	}
	if c.whisper() {
		targets["n_fft"], targets["hop_length"], targets["chunk_length"] = &c.NFFT, &c.HopLength, &c.ChunkLength
	} else {
		targets["do_normalize"] = &c.DoNormalize
	}
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		target, known := targets[key]
		switch {
		case known:
			if err := json.Unmarshal(settings[key], target); err != nil {
				return c, fmt.Errorf("%s: %w", key, err)
			}
		case !slices.Contains(soundSettingsOnly, key):
			return c, fmt.Errorf("the setting %.60q = %.60s is not known to %s; known are %s", key, settings[key], c.Type, listed(targets))
		}
	}
	return c, c.check()
}

func (c *SoundConfig) whisper() bool { return c.Type == "WhisperFeatureExtractor" }

// check finds settings that make no sense, or that can't be followed.
func (c *SoundConfig) check() error {
	if _, known := soundKinds[c.Type]; !known {
		return fmt.Errorf("feature_extractor_type: %.60q is not known; known are %s", c.Type, listed(soundKinds))
	}
	for _, s := range []struct {
		key         string
		value       int
		least, most int
	}{
		{"sampling_rate", c.SamplingRate, 1, 1 << 20},
		{"feature_size", c.FeatureSize, 1, 1 << 10},
		{"n_fft", c.NFFT, 2, 1 << 16},
		{"hop_length", c.HopLength, 1, c.NFFT},
		{"chunk_length", c.ChunkLength, 1, 600},
	} {
		whispers := s.key == "n_fft" || s.key == "hop_length" || s.key == "chunk_length"
		if (c.whisper() || !whispers) && (s.value < s.least || s.value > s.most) {
			return fmt.Errorf("%s: expected %d to %d, got %d", s.key, s.least, s.most, s.value)
		}
	}
	switch {
	case !c.whisper() && c.FeatureSize != 1:
		return fmt.Errorf("feature_size: Wav2Vec2 hears samples, of size 1, got %d", c.FeatureSize)
	case c.Dither != 0:
		return fmt.Errorf("dither: noise is not added here: expected 0, got %v", c.Dither)
	case c.PaddingValue != 0:
		return fmt.Errorf("padding_value: recordings are filled up with silence: expected 0, got %v", c.PaddingValue)
	}
	return nil
}
