package tokenizers_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"multitorch/tokenizers"
)

const wordLevel = `"model":{"type":"WordLevel","vocab":{"a":0},"unk_token":"a"}`

// brokenFiles are files that are no tokenizer, and what their errors name.
var brokenFiles = []struct{ file, names string }{
	{``, "unexpected"},
	{`[]`, "JSON array"},
	{`{}`, "model is missing"},
	{`{"model":null}`, "model is null"},
	{`{"version":"2.0",` + wordLevel + `}`, `version "2.0"`},
	{`{"model":{"type":"Neural"}}`, `unknown type "Neural": known are BPE, Unigram, WordLevel, WordPiece`},
	{`{"model":{"type":"WordPiece","vocab":{}}}`, "model: WordPiece: unk_token is missing"},
	{`{"model":{"type":"WordLevel","vocab":{"a":-1},"unk_token":"a"}}`, "model: WordLevel: vocab"},
	{`{"model":{"type":"WordLevel","vocab":{"a":4294967295},"unk_token":"a"}}`, "id 4294967295"},
	{`{"model":{"type":"BPE","vocab":{"a":0},"merges":["a b"]}}`, `merges: 0: token "b" is not in vocab`},
	{`{"model":{"type":"BPE","vocab":{"a":0},"merges":["a"]}}`, "want two tokens"},
	{`{"model":{"type":"BPE","vocab":{"a":0},"merges":[["a","a","a"]]}}`, "want two tokens"},
	{`{"model":{"type":"BPE","dropout":2,"vocab":{"a":0},"merges":[]}}`, "dropout is 2"},
	{`{"model":{"type":"Unigram","unk_id":5,"vocab":[["a",0]]}}`, "unk_id is 5, but vocab has 1"},
	{`{"model":{"type":"Unigram","unk_id":0,"vocab":[["a","0"]]}}`, "not a number"},
	{`{"normalizer":{"type":"Magic"},` + wordLevel + `}`, `normalizer: unknown type "Magic"`},
	{`{"normalizer":{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Magic"}]},` + wordLevel + `}`, `"Magic"`},
	{`{"normalizer":{"type":"Replace","pattern":{"Glob":"*"},"content":""},` + wordLevel + `}`, "unknown pattern Glob"},
	{`{"normalizer":{"type":"Precompiled","precompiled_charsmap":"AAAA"},` + wordLevel + `}`, "precompiled_charsmap"},
	{`{"pre_tokenizer":{"type":"Magic"},` + wordLevel + `}`, `pre_tokenizer: unknown type "Magic"`},
	{`{"pre_tokenizer":{"type":"Split","pattern":{"Regex":"(?<x>a)\\k<x>"},"behavior":"Isolated","invert":false},` + wordLevel + `}`, "not supported"},
	{`{"pre_tokenizer":{"type":"Split","pattern":{"Regex":"[a"},"behavior":"Isolated","invert":false},` + wordLevel + `}`, "[ isn't closed"},
	{`{"pre_tokenizer":{"type":"Split","pattern":{"Regex":"a"},"behavior":"Shredded","invert":false},` + wordLevel + `}`, `"Shredded"`},
	{`{"pre_tokenizer":{"type":"FixedLength","length":0},` + wordLevel + `}`, "length is 0"},
	{`{"post_processor":{"type":"Magic"},` + wordLevel + `}`, `post_processor: unknown type "Magic"`},
	{`{"post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"[X]","type_id":0}}],"pair":[],"special_tokens":{}},` + wordLevel + `}`, `"[X]" is not in special_tokens`},
	{`{"decoder":{"type":"Magic"},` + wordLevel + `}`, `decoder: unknown type "Magic"`},
	{`{"padding":{"strategy":{"Fixed":99999999999},"direction":"Right","pad_id":0,"pad_type_id":0,"pad_token":""},` + wordLevel + `}`, "padding"},
	{`{"truncation":{"max_length":4,"strategy":"Middle","stride":0},` + wordLevel + `}`, `unknown strategy "Middle"`},
	{`{"truncation":{"max_length":4,"strategy":"LongestFirst","stride":4},` + wordLevel + `}`, "stride is 4"},
	{`{"added_tokens":[{"id":1}],` + wordLevel + `}`, "added_tokens: 0: content is missing"},
	{
		`{"added_tokens":[{"content":"x","single_word":false,"lstrip":false,"rstrip":false,"normalized":true,"special":false}],` + wordLevel + `}`,
		"added_tokens: 0: id is missing",
	},
	{`{"normalizer":` + strings.Repeat(`{"type":"Sequence","normalizers":[`, 1000) + strings.Repeat(`]}`, 1000) + `,` + wordLevel + `}`, "deep"},
}

func TestBrokenFilesAreErrorsThatNameWhatIsWrong(t *testing.T) {
	for _, c := range brokenFiles {
		_, err := tokenizers.FromBytes([]byte(c.file))
		if assert.Error(t, err, c.file[:min(len(c.file), 200)]) {
			assert.Contains(t, err.Error(), c.names)
			assert.Less(t, len(err.Error()), 500)
		}
	}
	path := filepath.Join(t.TempDir(), "tokenizer.json")
	require.NoError(t, os.WriteFile(path, []byte(`{`), 0o600))
	_, err := tokenizers.FromFile(path)
	require.ErrorContains(t, err, path)
	_, err = tokenizers.FromFile(t.TempDir())
	require.ErrorContains(t, err, "want a file")
}

func TestTextsThatCanNotBeEncoded(t *testing.T) {
	none := tokenizers.Vocab{"a": 0}
	for name, c := range map[string]struct {
		model tokenizers.Model
		names string
	}{
		"WordPiece": {tokenizers.NewWordPiece(none), `unk_token "[UNK]"`},
		"WordLevel": {&tokenizers.WordLevel{Vocab: none, UnkToken: "?"}, `unk_token "?"`},
		"Unigram":   {&tokenizers.Unigram{Vocab: []tokenizers.UnigramPiece{{Token: "a"}}}, "there is no unk_id"},
	} {
		tok, err := tokenizers.New(tokenizers.Config{Model: c.model})
		require.NoError(t, err)
		_, err = tok.EncodeBatch([]string{"a", "b"})
		require.ErrorContains(t, err, c.names, name)
		assert.Contains(t, err.Error(), "text 1 of 2")
	}
}

// What would take quadratic time, or longer, takes a moment.
func TestLongTexts(t *testing.T) {
	if testing.Short() || os.Getenv("MULTITORCH_NO_TWIN") != "" {
		t.Skip("takes seconds, and under the race detector a minute")
	}
	texts := map[string]string{
		"one letter": strings.Repeat("a", 1<<16), "one word": strings.Repeat("abcde", 1<<14), "spaces": strings.Repeat(" ", 1<<16),
		"marks": "a" + strings.Repeat("\u0301\u0327", 1<<14), "special": strings.Repeat("<s", 1<<16), "hangul": strings.Repeat("각", 1<<14),
	}
	for _, name := range []string{"bert", "whisper", "llama", "t5", "albert", "clip", "mixed"} {
		tok := goldenTokenizer(t, name)
		for what, text := range texts {
			start := time.Now()
			_, err := tok.Encode(text)
			require.NoError(t, err)
			assert.Less(t, time.Since(start), time.Minute, "%s: %s", name, what)
		}
	}
}

func TestHostileExpressionsEnd(t *testing.T) {
	tok, err := tokenizers.New(tokenizers.Config{
		PreTokenizer: tokenizers.Split{Pattern: tokenizers.Pattern{Regex: `(x+x+)+y`}, Behavior: tokenizers.Isolated},
		Model:        &tokenizers.WordLevel{Vocab: tokenizers.Vocab{"a": 0}, UnkToken: "a"},
	})
	require.NoError(t, err)
	start := time.Now()
	_, err = tok.Encode(strings.Repeat("x", 40))
	require.ErrorContains(t, err, "took longer")
	assert.Less(t, time.Since(start), time.Minute)
}

// Expressions mean what they do in Oniguruma: line beginnings, words by its own characters, and sets of sets.
func TestExpressionsAsInOniguruma(t *testing.T) {
	for _, c := range []struct{ regex, text, want string }{
		{`^`, "a\nb\n", "|a\n|b\n"},
		{`$`, "a\nb", "a|\nb|"},
		{`\b`, "é½ x", "|é½| |x|"},
		{`[^\W_]`, "½x", "½|"},
		{`\w`, "½x", "||"},
		{`[\p{L}&&[^a-c]]+`, "abxyc", "ab|c"},
		{`[[:punct:]]`, "a+b", "a|b"},
		{`(?i:'s)`, "a'S'ſ", "a||"},
		{`a++a|b{2}+`, "aaa bbbb", "aaa |"},
		{`\h+`, "xaf0z", "x|z"},
		{`(?<!\d)\d{1,3}(?!\d)`, "1234 56", "1234 |"},
		{`(?=B)`, "aBB", "a|B|B"},
	} {
		got, err := tokenizers.Normalize(tokenizers.Replace{Pattern: tokenizers.Pattern{Regex: c.regex}, Content: "|"}, c.text)
		require.NoError(t, err, c.regex)
		assert.Equal(t, c.want, got, c.regex)
	}
}

func TestFolderWithAnOlderVocabulary(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "tokenizer.json")
	_, err := tokenizers.FromFile(path)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NotContains(t, err.Error(), "AutoTokenizer")

	require.NoError(t, os.WriteFile(filepath.Join(dir, "vocab.txt"), []byte("[PAD]\n"), 0o666))
	_, err = tokenizers.FromFile(path)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, "the folder has vocab.txt alone, of which Python's transformers.AutoTokenizer.from_pretrained")
}
