package speech_test

import (
	"os"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/transformers"
	"multitorch/transformers/speech"
)

// small is a folder of a Whisper that has learned nothing, with 100 words of one letter.
func small(t *testing.T) string {
	dir := t.TempDir()
	torch.ManualSeed(1)
	c := transformers.NewWhisperConfig()
	c.DModel, c.EncoderAttentionHeads, c.DecoderAttentionHeads, c.EncoderLayers, c.DecoderLayers = 16, 2, 2, 1, 1
	c.VocabSize, c.NumMelBins, c.PadTokenID, c.DecoderStartTokenID = 1610, 8, nil, 4
	require.NoError(t, transformers.SavePretrained(transformers.NewWhisperForConditionalGeneration(c), dir))
	for name, text := range map[string]string{
		"generation_config.json": `{"eos_token_id": 3, "no_timestamps_token_id": 8, "prev_sot_token_id": 5, "max_initial_timestamp_index": 50,
			"is_multilingual": true, "lang_to_id": {"<|en|>": 6, "<|de|>": 7}, "task_to_id": {"transcribe": 4, "translate": 5}}`,
		"preprocessor_config.json": `{"feature_extractor_type": "WhisperFeatureExtractor", "feature_size": 8}`,
		"tokenizer.json":           `{"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "c": 2}, "merges": []}}`,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	return dir
}

// What one recording takes is given back, whatever way it is read; the same seed draws the same texts.
func TestNothingIsKept(t *testing.T) {
	w, err := speech.Load(small(t))
	require.NoError(t, err)
	require.True(t, w.Multilingual())
	var samples, short *torch.Tensor
	torch.Step(func() {
		samples = torch.Rand(torch.Shape{40 * 16000}).Sub(0.5).Mul(0.1).Keep()
		short = samples.Narrow(0, 0, 16000).Clone().Keep()
	})
	torch.ProfileTensors(true) // counts what is made from now on, and is not freed
	defer torch.ProfileTensors(false)
	for name, o := range map[string]speech.Options{
		"greedy": {Temperatures: []float64{0}, MaxTokens: 20}, "search": {Beams: 3, Temperatures: []float64{0}, MaxTokens: 20},
		"drawn": {Temperatures: []float64{0.6, 1}, BestOf: 2, MaxTokens: 20, Seed: 7, Language: "de"},
		"times": {Timestamps: true, Previous: true, Temperatures: []float64{0}, MaxTokens: 20},
	} {
		for kind, x := range map[string]*torch.Tensor{"short": short, "long": samples} {
			first, err := w.Transcribe(t.Context(), x, o)
			require.NoError(t, err, name)
			again, err := w.Transcribe(t.Context(), x, o)
			require.NoError(t, err, name)
			var live strings.Builder
			require.NoError(t, pprof.Lookup(torch.TensorProfile).WriteTo(&live, 1))
			require.Contains(t, live.String(), "profile: total 0\n", "%s, %s", name, kind)
			require.Equal(t, first, again, "%s, %s", name, kind)
		}
	}
	_, err = w.Transcribe(t.Context(), short, speech.Options{Language: "tlh"})
	require.ErrorContains(t, err, `the language "tlh" is not one of the model's 2`)
	_, err = w.Transcribe(t.Context(), short.Log(), speech.Options{})
	require.ErrorContains(t, err, "NaN or infinite")
	_, err = w.Transcribe(t.Context(), short.Add(1).Mul(1e37), speech.Options{})
	require.ErrorContains(t, err, "expected samples from -1 to 1, but the largest is")
}

func TestFoldersThatAreNotWhole(t *testing.T) {
	for want, change := range map[string]struct{ file, text string }{
		"expected eos_token_id and no_timestamps_token_id": {"generation_config.json", `{}`},
		"is of another model, which has more than":         {"generation_config.json", `{"eos_token_id": 3, "no_timestamps_token_id": 9000}`},
		"makes 80 bands and 3000 frames, but the model":    {"preprocessor_config.json", `{"feature_extractor_type": "WhisperFeatureExtractor"}`},
		"it has 1 tokens, but the model's text has 3":      {"tokenizer.json", `{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}`},
		"<|notimestamps|> is 1, but no_timestamps_token_id of generation_config.json is": {
			"tokenizer.json",
			`{"model": {"type": "WordLevel", "unk_token": "a", "vocab": {"a": 0, "<|notimestamps|>": 1, "b": 2, "c": 3}}}`,
		},
		"tokenizer.json":    {"tokenizer.json", `{`},
		"model.safetensors": {"model.safetensors", "cut short"},
	} {
		dir := small(t)
		require.NoError(t, os.WriteFile(filepath.Join(dir, change.file), []byte(change.text), 0o644))
		_, err := speech.Load(dir)
		require.ErrorContains(t, err, want)
	}
}
