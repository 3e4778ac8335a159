package speech

import (
	"fmt"

	"multitorch/torch"
	"multitorch/transformers"
	"multitorch/transformers/processors"
)

// Whisper is a model of a folder with all that it takes to write texts. Only one goroutine may use it at a time.
type Whisper struct {
	model     *transformers.WhisperForConditionalGeneration
	extractor *processors.FeatureExtractor
	tokens    tokens
}

// Load reads a folder of Whisper: config.json, weights, generation_config.json, preprocessor_config.json, tokenizer.json.
func Load(dir string, o ...transformers.Load) (*Whisper, error) {
	extractor, err := processors.FeatureExtractorFromPretrained(dir)
	if err != nil {
		return nil, err
	}
	model, err := transformers.FromPretrained[*transformers.WhisperForConditionalGeneration](dir, o...)
	if err != nil {
		return nil, err
	}
	t, err := readTokens(dir, int64(model.Config.DecoderStartTokenID))
	if err != nil {
		return nil, err
	}
	w := &Whisper{model: model, extractor: extractor, tokens: t}
	return w, w.check(dir)
}

// check finds files that belong to different models.
func (w *Whisper) check(dir string) error {
	c, s := w.model.Config, w.extractor.Config()
	if frames := s.ChunkLength * s.SamplingRate / max(s.HopLength, 1); s.Type != "WhisperFeatureExtractor" ||
		s.FeatureSize != c.NumMelBins || frames != 2*c.MaxSourcePositions {
		return fmt.Errorf("%s: preprocessor_config.json makes %d bands and %d frames, but the model hears %d and %d",
			dir, s.FeatureSize, frames, c.NumMelBins, 2*c.MaxSourcePositions)
	}
	for name, id := range map[string]int64{"eos_token_id": w.tokens.end, "no_timestamps_token_id": w.tokens.noTimestamps + 1} {
		if id < 0 || id >= int64(c.VocabSize) {
			return fmt.Errorf("%s: generation_config.json: %s is of another model, which has more than %d tokens", dir, name, c.VocabSize)
		}
	}
	return nil
}

// Model is the model itself.
func (w *Whisper) Model() *transformers.WhisperForConditionalGeneration { return w.model }

// Rate is how many samples per second recordings have to have.
func (w *Whisper) Rate() int { return w.extractor.Config().SamplingRate }

// Multilingual reports whether the model knows other languages than English.
func (w *Whisper) Multilingual() bool { return w.tokens.languages != nil }

// window is how many seconds the model hears at once.
func (w *Whisper) window() float64 { return float64(w.extractor.Config().ChunkLength) }

// features are the log-mels of a recording of one window, filled up with silence.
func (w *Whisper) features(samples *torch.Tensor) *torch.Tensor {
	return w.extractor.Process(samples).Values
}

// Text is what ids say, without times and other special tokens.
func (w *Whisper) Text(ids []int64) string { return w.tokens.text(ids) }
