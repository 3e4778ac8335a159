package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/tokenizers"
	"multitorch/torch"
	"multitorch/transformers"
)

// tinyGPT2 is a folder of a small model that was not trained, whose tokens are bytes.
func tinyGPT2(t *testing.T) string {
	t.Helper()
	torch.ManualSeed(1)
	dir, vocab := t.TempDir(), tokenizers.Vocab{}
	for i, r := range tokenizers.ByteLevelAlphabet() {
		vocab[string(r)] = uint32(i)
	}
	words, err := tokenizers.New(tokenizers.Config{
		Model: &tokenizers.BPE{Vocab: vocab}, PreTokenizer: tokenizers.ByteLevel{}, Decoder: tokenizers.ByteLevel{},
	})
	require.NoError(t, err)
	require.NoError(t, words.Save(filepath.Join(dir, "tokenizer.json")))
	c := transformers.NewGPT2Config()
	c.VocabSize, c.NPositions, c.NEmbd, c.NLayer, c.NHead, c.BosTokenID, c.EosTokenID = 256, 64, 16, 1, 2, nil, nil
	require.NoError(t, transformers.SavePretrained(transformers.NewGPT2LMHeadModel(c), dir))
	return dir
}

func TestGenerate(t *testing.T) {
	dir := tinyGPT2(t)
	t.Parallel() // after the fixture, whose weights are drawn from the common generator
	text := func(args ...string) string {
		t.Helper()
		o := multitorch(append([]string{"generate", dir, "words"}, args...)...)
		require.Equal(t, 0, o.code, o.stderr)
		return o.stdout
	}
	greedy := text("--max-new-tokens", "9")
	require.NotEmpty(t, strings.TrimSpace(greedy))
	require.Equal(t, "words"+greedy, text("--max-new-tokens", "9", "--echo"))
	drawn := text("--sample", "--seed", "3", "--temperature", "2.5")
	require.Equal(t, drawn, text("--sample", "--seed", "3", "--temperature", "2.5"))
	require.NotEqual(t, drawn, text("--sample", "--seed", "4", "--temperature", "2.5"))
	require.NotEmpty(t, text("--beams", "3", "--sequences", "2"))

	o := multitorch("generate", dir, "words", "--chat")
	require.Contains(t, o.stderr, "has no chat template")
	template := filepath.Join(dir, "chat_template.jinja")
	require.NoError(t, os.WriteFile(template, []byte("{% for m in messages %}{{ m.content }}{% endfor %}"), 0o666))
	require.Equal(t, text("--max-new-tokens", "9"), text("--max-new-tokens", "9", "--chat"))
	require.NoError(t, os.Remove(template))

	require.NoError(t, os.WriteFile(filepath.Join(dir, "generation_config.json"), []byte(`{"penalty_alpha": 0.5}`), 0o666))
	for want, args := range map[string][]string{
		"penalty_alpha is 0.5: this way to generate": {dir, "words"},
		"there is no config.json in it":              {filepath.Dir(dir), "words"},
		"--beams: expected at least 1":               {dir, "words", "--beams", "0"},
		"--dtype":                                    {dir, "words", "--dtype", "int8"},
	} {
		o := multitorch(append([]string{"generate"}, args...)...)
		require.NotEqual(t, 0, o.code, want)
		require.Contains(t, o.stderr, want)
	}
	require.NoError(t, os.Remove(filepath.Join(dir, "generation_config.json")))
	for want, args := range map[string][]string{
		"--top-p: it is of drawing; give --sample": {"--top-p", "0.5"},
		"temperature: expected a number above 0":   {"--sample", "--temperature", "0"},
		"at most 59 new ones fit":                  {"--max-new-tokens", "60"},
		"as many sequences as beams":               {"--beams", "2", "--sequences", "3"},
	} {
		o := multitorch(append([]string{"generate", dir, "words"}, args...)...)
		require.NotEqual(t, 0, o.code, want)
		require.Contains(t, o.stderr, want)
	}
}
