package processors

import (
	"fmt"

	"multitorch/libm"
	"multitorch/multimodal/audio"
	"multitorch/torch"
)

// FeatureExtractor turns recordings into what a model of speech hears.
type FeatureExtractor struct {
	config SoundConfig
	mels   *audio.LogMelSpectrogram // Whisper's; nil for others
	// uncentred makes the same mels of a piece of a recording that brings what is around its frames.
	uncentred *audio.MelSpectrogram
}

// Sounds is a batch of recordings as a model hears them.
type Sounds struct {
	Values *torch.Tensor // Whisper: log-mels [N, bands, frames]; Wav2Vec2: waveforms [N, samples], filled up with zeros to the longest
	// AttentionMask [N, samples] is 1 for samples and 0 for what was filled up, if the settings ask for it; nil else.
	AttentionMask *torch.Tensor
}

// FeatureExtractorFromPretrained makes the one of a folder's preprocessor_config.json.
func FeatureExtractorFromPretrained(dir string) (*FeatureExtractor, error) {
	c, err := ReadSoundConfig(dir)
	if err != nil {
		return nil, err
	}
	return NewFeatureExtractor(c)
}

// NewFeatureExtractor makes one by settings.
func NewFeatureExtractor(c SoundConfig) (*FeatureExtractor, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	e := &FeatureExtractor{config: c}
	if c.whisper() {
		definition := audio.Whisper(audio.NMels(c.FeatureSize), audio.NFFT(c.NFFT), audio.HopLength(c.HopLength),
			audio.Samples(c.ChunkLength*c.SamplingRate))
		definition.SampleRate = c.SamplingRate
		err := torch.Try(func() error {
			e.mels = audio.NewLogMelSpectrogram(definition)
			e.uncentred = audio.NewMelSpectrogram(definition, audio.Samples(0), audio.Center(false))
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return e, nil
}

// Config is the settings.
func (e *FeatureExtractor) Config() SoundConfig { return e.config }

// Process prepares recordings: samples [length] from -1 to 1, of one channel at the settings' rate.
func (e *FeatureExtractor) Process(recordings ...*torch.Tensor) Sounds {
	if len(recordings) == 0 {
		panic(invalid("expected at least one recording"))
	}
	for i, r := range recordings {
		if r.Dim() != 1 || r.Numel() == 0 {
			panic(invalid("recording %d: expected samples [length], at least one, but got the shape %v; "+
				"mix channels into one first (audio.Mono)", i, r.Shape()))
		}
	}
	if e.mels == nil {
		return e.waveforms(recordings)
	}
	var out Sounds
	torch.Step(func() {
		var all []*torch.Tensor
		for _, r := range recordings {
			all = append(all, e.mels.Forward(r.To(torch.Float32)))
		}
		out.Values = torch.Stack(all, 0).Keep()
	})
	return out
}

// waveforms brings each recording to mean 0 and variance 1, and fills up behind them.
func (e *FeatureExtractor) waveforms(recordings []*torch.Tensor) (out Sounds) {
	longest := 0
	for _, r := range recordings {
		longest = max(longest, r.Size(0))
	}
	torch.Step(func() {
		values := torch.Zeros(torch.Shape{len(recordings), longest})
		mask := torch.Zeros(torch.Shape{len(recordings), longest}, torch.Int32)
		for i, r := range recordings {
			r = r.To(torch.Float32)
			if e.config.DoNormalize {
				wide := r.Double() // a sum of many samples
				mean, variance := wide.Mean().Item(), wide.VarCorrected(0).Item()
				r = r.Sub(mean).Div(libm.Sqrt(variance + 1e-7))
			}
			values.Select(0, i).Narrow(0, 0, r.Size(0)).CopyInplace(r)
			mask.Select(0, i).Narrow(0, 0, r.Size(0)).FillInplace(1)
		}
		if out.Values = values.Keep(); e.config.ReturnAttentionMask {
			out.AttentionMask = mask.Keep()
		}
	})
	return out
}

// CheckRate is an error if recordings have another rate than the model was trained on.
func (e *FeatureExtractor) CheckRate(rate int) error {
	if rate == e.config.SamplingRate {
		return nil
	}
	return fmt.Errorf("expected audio of %d samples per second, got %d; resample it first: audio.NewResample(%d, %d)",
		e.config.SamplingRate, rate, rate, e.config.SamplingRate)
}
