package speech_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/audio"
	"multitorch/torch"
	"multitorch/transformers"
	"multitorch/transformers/speech"
)

const vocabulary = `{"<pad>": 0, "<s>": 1, "</s>": 2, "<unk>": 3, "|": 4, "A": 5, "B": 6, "CH": 7, "'": 8, "<b>": 9, "S": 10, ".": 11}`

// wav2vec2 is a folder of a small model that has learned nothing.
func wav2vec2(t *testing.T) string {
	c := transformers.NewWav2Vec2Config()
	c.HiddenSize, c.NumHiddenLayers, c.NumAttentionHeads, c.IntermediateSize, c.VocabSize = 16, 1, 2, 16, 14
	c.ConvDim, c.NumConvPosEmbeddings, c.NumConvPosGroups = []int{4, 4, 4, 4, 4, 4, 4}, 8, 2
	dir := t.TempDir()
	torch.ManualSeed(1)
	m := transformers.NewWav2Vec2ForCTC(c)
	torch.NoGrad(func() { m.LMHead.Weight.MulInplace(50) })
	require.NoError(t, transformers.SavePretrained(m, dir))
	for name, text := range map[string]string{
		"preprocessor_config.json": `{"feature_extractor_type": "Wav2Vec2FeatureExtractor"}`,
		"vocab.json":               vocabulary,
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
	require.Regexp(t, `^[ABCHS'.<b>]+( +[ABCHS'.<b>]+)*$`, long.Text)
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
	write("vocab.json", map[string]int{"a": 14})
	_, err := speech.LoadWav2Vec2(dir)
	require.ErrorContains(t, err, `vocab.json: the id of "a" is 14, but the model scores 14 letters`)
	_, err = speech.Load(dir)
	require.ErrorContains(t, err, "WhisperForConditionalGeneration")
	for want, files := range map[string][2]any{
		`"a" and "b" have the same id, 3`:                {map[string]int{"<pad>": 0, "a": 3, "b": 3}, nil},
		`the letter with the id 3 is no Unicode`:         {json.RawMessage(`{"<pad>": 0, "\ud800": 3}`), nil},
		`expected the blank, "<pad>", which`:             {map[string]int{"a": 0}, nil},
		`vocab.json`:                                     {map[string]any{"eng": map[string]int{"a": 0}}, nil},
		`target_lang: vocabularies of several languages`: {map[string]int{"<pad>": 0}, map[string]string{"target_lang": "eng"}},
		`tokenizer_class: expected one of ["Wav2Vec2CTCTokenizer" "Wav2Vec2Tokenizer"], but got "Wav2Vec2PhonemeCTCTokenizer"`: {
			map[string]int{"<pad>": 0}, map[string]string{"tokenizer_class": "Wav2Vec2PhonemeCTCTokenizer"},
		},
		`tokenizer_config.json`: {map[string]int{"<pad>": 0}, []int{}},
	} {
		write("vocab.json", files[0])
		write("tokenizer_config.json", files[1])
		_, err := speech.LoadWav2Vec2(dir)
		require.ErrorContains(t, err, want)
	}
	write("preprocessor_config.json", map[string]string{"feature_extractor_type": "WhisperFeatureExtractor"})
	_, err = speech.LoadWav2Vec2(dir)
	require.ErrorContains(t, err, "expected a Wav2Vec2FeatureExtractor, found a WhisperFeatureExtractor")
}

// Texts are those of Transformers' Wav2Vec2CTCTokenizer, whatever its settings, without the special tokens that it writes out.
func TestWav2Vec2WritesAsItsTokenizer(t *testing.T) {
	paths := [][]int64{{}, {0, 0}, {5, 5, 0, 5}, {5, 1, 5}, {4, 4, 5, 6, 4, 0, 4, 7, 7, 4}, {7, 0, 7, 9, 9}, {5, 4, 8, 10, 4, 11}, {5, 4, 3, 6}, {5, 12, 5, 13, 6}}
	dir := wav2vec2(t)
	for settings, want := range map[string][]string{
		`{}`:                                    {"", "", "AA", "AA", "AB  CH", "CHCH<b>", "A 'S .", "A B", "AAB"},
		`{"do_lower_case": true}`:               {"", "", "aa", "aa", "ab  ch", "chch<b>", "a 's .", "a b", "aab"},
		`{"word_delimiter_token": "A"}`:         {"", "", "", "", "| B||CH|", "CHCH<b>", "|'S|.", "|B", "B"},
		`{"word_delimiter_token": null}`:        {"", "", "AA", "AA", "|AB||CH|", "CHCH<b>", "A|'S|.", "A|B", "AAB"},
		`{"replace_word_delimiter_char": "_"}`:  {"", "", "AA", "AA", "_AB__CH_", "CHCH<b>", "A_'S_.", "A_B", "AAB"},
		`{"pad_token": {"content": "B"}}`:       {"", "<pad>", "A<pad>A", "AA", "A <pad> CH", "CH<pad>CH<b>", "A 'S .", "A", "AA"},
		`{"clean_up_tokenization_spaces":true}`: {"", "", "AA", "AA", "AB  CH", "CHCH<b>", "A 'S.", "A B", "AAB"},
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "tokenizer_config.json"), []byte(settings), 0o644))
		w, err := speech.LoadWav2Vec2(dir)
		require.NoError(t, err)
		for i, path := range paths {
			require.Equal(t, want[i], w.Text(path), "%s, %v", settings, path)
		}
	}
}

func TestWav2Vec2OfOddSounds(t *testing.T) {
	w, err := speech.LoadWav2Vec2(wav2vec2(t))
	require.NoError(t, err)
	silence, err := w.Transcribe(t.Context(), torch.Zeros(torch.Shape{16000}))
	require.NoError(t, err)
	require.InDelta(t, 1, silence.Duration, 0)
	for want, samples := range map[string]*torch.Tensor{
		"at least 400, but got 1":             torch.Zeros(torch.Shape{1}),
		"expected samples [length], at least": torch.Zeros(torch.Shape{2, 16000}),
		"some samples are NaN":                torch.Full(torch.Shape{16000}, math.NaN()),
		"but the largest is 1e+13":            torch.Full(torch.Shape{16000}, 1e13),
	} {
		_, err := w.Transcribe(t.Context(), samples)
		require.ErrorContains(t, err, want)
	}
	path := filepath.Join(t.TempDir(), "a.wav")
	require.NoError(t, audio.Save(path, torch.Rand(torch.Shape{2, 44_100}), 44_100))
	s, err := audio.OpenStream(path, 8000)
	require.NoError(t, err)
	defer s.Close()
	_, err = w.TranscribeSource(t.Context(), s)
	require.ErrorContains(t, err, "expected samples at 16000 Hz, but these are at 8000 Hz")
}
