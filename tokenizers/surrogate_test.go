package tokenizers_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/tokenizers"
)

// Half a surrogate pair is no character: as PyPI's tokenizers it is an error wherever a tokenizer.json has one, and not U+FFFD,
// under which several words would be one.
func TestHalfSurrogates(t *testing.T) {
	const file = `{"version": "1.0", "added_tokens": [{"id": 5, "content": "%[1]s", "single_word": false, "lstrip": false, "rstrip": false,
		"normalized": false, "special": true}], "normalizer": {"type": "Replace", "pattern": {"String": "%[2]s"}, "content": "%[3]s"},
		"pre_tokenizer": {"type": "Split", "pattern": {"Regex": "%[4]s"}, "behavior": "Isolated", "invert": false},
		"post_processor": {"type": "BertProcessing", "sep": ["%[5]s", 2], "cls": ["a", 1]}, "decoder": {"type": "WordPiece", "prefix": "%[6]s",
		"cleanup": false}, "model": {"type": "%[7]s", "vocab": {"[UNK]": 0, "a": 1, "%[8]s": 2}, "unk_token": "[UNK]"%[9]s}}`
	good := []any{"x", "y", "z", "q", "w", "p", "WordLevel", "w", ""}
	_, err := tokenizers.FromBytes(fmt.Appendf(nil, file, good...))
	require.NoError(t, err)
	places := []string{
		"/added_tokens/0/content", "/normalizer/pattern/String", "/normalizer/content", "/pre_tokenizer/pattern/Regex",
		"/post_processor/sep/0", "/decoder/prefix", "", "/model/vocab",
	}
	for _, half := range []string{`\ud800`, `\udc00`, `\ud800\u0041`, `\udfff\ud800`, "\xed\xa0\x80", "\xff"} {
		for at := range places {
			if places[at] == "" { // the model's type
				continue
			}
			bad := append([]any{}, good...)
			bad[at] = "w" + half
			_, err := tokenizers.FromBytes(fmt.Appendf(nil, file, bad...))
			require.ErrorContains(t, err, places[at], half)
		}
		bad := append([]any{}, good...)
		bad[6], bad[8] = "BPE", `, "merges": ["a `+half+`"]`
		_, err := tokenizers.FromBytes(fmt.Appendf(nil, file, bad...))
		require.ErrorContains(t, err, "/model/merges/0", half)
	}
	good[7] = `\ud83d\ude00`
	whole, err := tokenizers.FromBytes(fmt.Appendf(nil, file, good...))
	require.NoError(t, err)
	id, ok := whole.TokenToID("😀")
	require.True(t, ok)
	require.EqualValues(t, 2, id)
}
