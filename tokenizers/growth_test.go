package tokenizers_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"multitorch/tokenizers"
)

// each is a JSON list of n times the same.
func each(n int, of string) string {
	return "[" + strings.TrimSuffix(strings.Repeat(of+",", n), ",") + "]"
}

const (
	doubled   = `{"type":"Replace","pattern":{"String":"a"},"content":"aa"}`
	bytesOnce = `{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}`
	twice     = `{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],` +
		`"pair":[],"special_tokens":{}}`
	characters = `"pre_tokenizer":{"type":"Split","pattern":{"Regex":"."},"behavior":"Isolated","invert":false}`
)

// Files of a few kilobytes that would make gigabytes of a short text.
func TestFilesThatMakeTextsGrow(t *testing.T) {
	for name, c := range map[string]struct{ file, text, names string }{
		"normalizers": {`"normalizer":{"type":"Sequence","normalizers":` + each(100, doubled) + `}`, "a", "is it hostile"},
		"one replacement": {
			`"normalizer":{"type":"Replace","pattern":{"String":"a"},"content":"` + strings.Repeat("b", 1<<12) + `"}`, "aa",
			"normalizer: Replace",
		},
		"pre-tokenizers": {`"pre_tokenizer":{"type":"Sequence","pretokenizers":` + each(100, bytesOnce) + `}`, "é", "pre_tokenizer: the file's"},
		"decoders":       {`"decoder":{"type":"Sequence","decoders":` + each(100, doubled) + `}`, "a", "decoder: "},
		"spaces between": {characters + `,"decoder":{"type":"Sequence","decoders":` + each(100, `{"type":"BPEDecoder","suffix":""}`) + `}`, "aaa", "decoder: "},
		"templates":      {`"post_processor":{"type":"Sequence","processors":` + each(3, twice) + `}`, "a", "TemplateProcessing is given 0 texts"},
		"parts": {
			characters + `,"truncation":{"max_length":50000,"strategy":"LongestFirst","stride":49999}`, strings.Repeat("a", 100_000),
			"stride is 49999",
		},
	} {
		tok, err := tokenizers.FromBytes([]byte("{" + c.file + "," + wordLevel + "}"))
		require.NoError(t, err, name)
		e, err := tok.Encode(c.text)
		if err == nil {
			_, err = tok.Decode(e.IDs)
		}
		require.ErrorContains(t, err, c.names, name)
	}
}

func TestFilesThatAskForTooMuch(t *testing.T) {
	special := `{"SpecialToken":{"id":"X","type_id":0}}`
	template := func(pieces, ids int) string {
		return `"post_processor":{"type":"TemplateProcessing","single":` + each(pieces, special) + `,"pair":[],"special_tokens":{"X":{"id":"X","ids":` +
			each(ids, "0") + `,"tokens":` + each(ids, `"x"`) + `}}}`
	}
	for _, c := range []struct{ file, names string }{
		{`"normalizer":{"type":"Sequence","normalizers":` + each(1001, `{"type":"NFC"}`) + `}`, "1001 components"},
		{template(1001, 1), "1001 pieces"},
		{template(500, 500), "more than 65536 special tokens"},
		{`"padding":{"strategy":{"Fixed":16777216},"direction":"Right","pad_id":0,"pad_type_id":0,"pad_token":""}`, "padding: to 16777216"},
	} {
		_, err := tokenizers.FromBytes([]byte("{" + c.file + "," + wordLevel + "}"))
		assert.ErrorContains(t, err, c.names)
	}
	_, err := tokenizers.FromBytes([]byte(`{"model":{"type":"Unigram","unk_id":0,"vocab":[["a",0],["` + strings.Repeat("a", 5000) + `",0]]}}`))
	assert.ErrorContains(t, err, "token 1 has 5000 bytes")
}

// What real files do, and more than that, goes on to be done.
func TestGrowthOfSoundFiles(t *testing.T) {
	tok, err := tokenizers.FromBytes([]byte(`{"normalizer":{"type":"Sequence","normalizers":[{"type":"NFKD"},{"type":"Prepend","prepend":"▁"},` +
		`{"type":"ByteLevel"}]},` + wordLevel + `}`))
	require.NoError(t, err)
	text := strings.Repeat("\ufdfa", 10_000) // one character that becomes 18
	_, err = tok.Encode(text)
	require.NoError(t, err)
}

// An added token that takes white space in, and is white space, once took time by the square of the text's length.
func TestAddedTokensOfSpace(t *testing.T) {
	tok, err := tokenizers.FromBytes([]byte(`{"added_tokens":[{"id":1,"content":" ","single_word":false,"lstrip":true,"rstrip":true,` +
		`"normalized":false,"special":false}],` + wordLevel + `}`))
	require.NoError(t, err)
	start := time.Now()
	e, err := tok.Encode("a" + strings.Repeat(" ", 1_000_000) + "a")
	require.NoError(t, err)
	assert.Equal(t, []tokenizers.Offset{{Start: 0, End: 1}, {Start: 1, End: 1_000_001}, {Start: 1_000_001, End: 1_000_002}}, e.Offsets)
	assert.Less(t, time.Since(start), time.Minute)
}
