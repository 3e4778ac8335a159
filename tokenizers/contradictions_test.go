package tokenizers_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"multitorch/tokenizers"
)

func TestContradictions(t *testing.T) {
	dir := t.TempDir()
	tok, err := goldenTokenizer(t, "bert").With(func(c *tokenizers.Config) {
		c.Truncation = &tokenizers.Truncation{MaxLength: 128, Strategy: tokenizers.LongestFirst, Direction: tokenizers.Right}
	})
	require.NoError(t, err)
	require.NoError(t, tok.Save(filepath.Join(dir, "tokenizer.json")))
	said, err := tokenizers.Contradictions(dir)
	require.NoError(t, err)
	assert.Empty(t, said)
	for config, want := range map[string][]string{
		`{"tokenizer_class":"BertTokenizer","do_lower_case":true,"strip_accents":null,"tokenize_chinese_chars":true,` +
			`"pad_token":"[PAD]","unk_token":{"content":"[UNK]","special":true},"model_max_length":128,"added_tokens_decoder":{"0":` +
			`{"content":"[PAD]","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}}}`: nil,
		`{"do_lower_case":false}`:                        {"do_lower_case is false, but tokenizer.json has it true"},
		`{"strip_accents":false}`:                        {"strip_accents is false, but tokenizer.json has it true"},
		`{"tokenizer_class":"T5TokenizerFast"}`:          {"tokenizer_class is T5TokenizerFast, which has a Unigram model, but tokenizer.json has *tokenizers.WordPiece"},
		`{"model_max_length":512}`:                       {"model_max_length is 512, but tokenizer.json truncates to 128"},
		`{"mask_token":"<mask>"}`:                        {`mask_token is "<mask>", which has no id in tokenizer.json`},
		`{"added_tokens_decoder":{"1":{"content":"x"}}}`: {`added_tokens_decoder has "x" for id 1, but tokenizer.json "[UNK]"`},
		`{"added_tokens_decoder":{"1":{"content":"[UNK]"}}}`: {
			`added_tokens_decoder has other flags for "[UNK]" than tokenizer.json`,
		},
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "tokenizer_config.json"), []byte(config), 0o600))
		said, err := tokenizers.Contradictions(dir)
		require.NoError(t, err)
		assert.Equal(t, want, said, config)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tokenizer_config.json"), []byte("{"), 0o600))
	_, err = tokenizers.Contradictions(dir)
	require.ErrorContains(t, err, "tokenizer_config.json")
}
