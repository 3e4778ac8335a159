package speech_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/transformers"
	"multitorch/transformers/speech"
)

// wav2vec2 is a folder of a small model that has learned nothing.
func wav2vec2(t *testing.T) string {
	c := transformers.NewWav2Vec2Config()
	c.HiddenSize, c.NumHiddenLayers, c.NumAttentionHeads, c.IntermediateSize, c.VocabSize = 16, 1, 2, 16, 6
	c.ConvDim, c.NumConvPosEmbeddings, c.NumConvPosGroups = []int{4, 4, 4, 4, 4, 4, 4}, 8, 2
	dir := t.TempDir()
	torch.ManualSeed(1)
	m := transformers.NewWav2Vec2ForCTC(c)
	torch.NoGrad(func() { m.LMHead.Weight.MulInplace(50) })
	require.NoError(t, transformers.SavePretrained(m, dir))
	for name, text := range map[string]string{
		"preprocessor_config.json": `{"feature_extractor_type": "Wav2Vec2FeatureExtractor"}`,
		"vocab.json":               `{"<pad>": 0, "<s>": 1, "|": 2, "a": 3, "b": 4, "c": 5}`,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	return dir
}

func TestWav2Vec2Writes(t *testing.T) {
	w, err := speech.LoadWav2Vec2(wav2vec2(t))
	require.NoError(t, err)
	require.Equal(t, 16000, w.Rate())
	samples := torch.Randn(torch.Shape{75 * 16000}) // of three windows
	told := 0.
	long, err := w.Transcribe(t.Context(), samples, func(seconds float64) { told = seconds })
	require.NoError(t, err)
	require.InDelta(t, 75, told, 1e-9)
	require.Regexp(t, `^[abc]+( [abc]+)*$`, long.Text)
	last := 0.
	for i, s := range long.Segments {
		require.Equal(t, i, s.ID)
		require.GreaterOrEqual(t, s.Start, last)
		require.Greater(t, s.End, s.Start)
		last = s.End
	}
	require.Greater(t, last, 70.)
	require.LessOrEqual(t, last, 75.)
	for _, n := range []int{400, 29 * 16000, 30*16000 + 100, 34*16000 + 7} {
		_, err := w.Transcribe(t.Context(), samples.Narrow(0, 0, n))
		require.NoError(t, err, n)
	}
	_, err = w.Transcribe(t.Context(), samples.Narrow(0, 0, 399))
	require.ErrorContains(t, err, "enough for a step of the model")
}

func TestFoldersThatContradictThemselves(t *testing.T) {
	dir := wav2vec2(t)
	write := func(name string, content any) {
		text, err := json.Marshal(content)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), text, 0o644))
	}
	write("vocab.json", map[string]int{"a": 6})
	_, err := speech.LoadWav2Vec2(dir)
	require.ErrorContains(t, err, `vocab.json: the id of "a" is 6, but the model scores 6 letters`)
	_, err = speech.Load(dir)
	require.ErrorContains(t, err, "WhisperForConditionalGeneration")
	write("preprocessor_config.json", map[string]string{"feature_extractor_type": "WhisperFeatureExtractor"})
	_, err = speech.LoadWav2Vec2(dir)
	require.ErrorContains(t, err, "expected a Wav2Vec2FeatureExtractor, found a WhisperFeatureExtractor")
}
