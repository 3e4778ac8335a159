package tokenizers_test

import (
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/tokenizers"
)

// checkEncoding says what holds for every text.
func checkEncoding(t require.TestingT, text string, e *tokenizers.Encoding) {
	n := e.Len()
	for _, length := range []int{
		len(e.TypeIDs), len(e.Tokens), len(e.Words), len(e.Offsets), len(e.ByteOffsets), len(e.SpecialTokensMask),
		len(e.AttentionMask), len(e.Sequences),
	} {
		require.Equal(t, n, length)
	}
	for i, o := range e.ByteOffsets {
		require.GreaterOrEqual(t, o.Start, 0)
		require.LessOrEqual(t, o.Start, o.End)
		require.LessOrEqual(t, o.End, len(text))
		require.LessOrEqual(t, e.Offsets[i].Start, e.Offsets[i].End)
	}
}

func FuzzEncode(f *testing.F) {
	var toks []*tokenizers.Tokenizer
	for _, g := range goldens(f) {
		tok, err := tokenizers.FromBytes(g.Tokenizer)
		require.NoError(f, err)
		toks = append(toks, tok)
		for _, c := range g.Cases {
			if len(c.Texts) > 0 && len(toks) == 1 {
				f.Add(c.Texts[0])
			}
		}
	}
	f.Add("a\xffb\xf0\x9f\x98c")
	f.Fuzz(func(t *testing.T, text string) {
		for _, tok := range toks {
			e, err := tok.Encode(text)
			require.NoError(t, err)
			checkEncoding(t, text, e)
			_, err = tok.Decode(e.IDs)
			require.NoError(t, err)
		}
	})
}

func FuzzFromBytes(f *testing.F) {
	for _, g := range goldens(f) {
		f.Add([]byte(g.Tokenizer))
	}
	for _, c := range brokenFiles {
		f.Add([]byte(c.file))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		tok, err := tokenizers.FromBytes(data)
		if err != nil {
			return
		}
		start := time.Now()
		if e, err := tok.Encode("Hello, world! 123 Größe 敏捷"); err == nil {
			_, _ = tok.Decode(e.IDs)
		}
		require.Less(t, time.Since(start), time.Minute)
		_, err = tok.MarshalJSON()
		require.NoError(t, err)
	})
}

// Byte-level vocabularies give any text back as it was.
func TestByteLevelRoundTrip(t *testing.T) {
	for _, name := range []string{"whisper", "llama3", "qwen2", "o200k", "gpt2"} {
		tok, err := goldenTokenizer(t, name).With(func(c *tokenizers.Config) { c.AddedTokens = nil })
		require.NoError(t, err)
		rapid.Check(t, func(t *rapid.T) {
			text := rapid.String().Draw(t, "text")
			e, err := tok.EncodeInput(tokenizers.Input{Text: text, NoSpecialTokens: true})
			require.NoError(t, err)
			back, err := tok.Decode(e.IDs)
			require.NoError(t, err)
			if name == "gpt2" && text != "" && text[0] != ' ' {
				text = " " + text
			}
			assert.Equal(t, text, back)
		})
	}
}

// A stream gives the text of all its ids, whole characters at a time.
func TestStream(t *testing.T) {
	for _, name := range []string{"whisper", "bert", "llama", "t5"} {
		tok := goldenTokenizer(t, name)
		text := "The quick brown fox: Größe 敏捷 👍🏽 быстрая!"
		e, err := tok.Encode(text)
		require.NoError(t, err)
		whole, err := tok.Decode(e.IDs)
		require.NoError(t, err)
		stream, parts := tok.Stream(true), ""
		for _, id := range e.IDs {
			part, err := stream.Next(id)
			require.NoError(t, err)
			assert.True(t, utf8.ValidString(part))
			parts += part
		}
		assert.Equal(t, whole, parts, name)
	}
}

// patterns that scanners written by hand match.
var patterns = map[string]string{
	"gpt2": `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
	"llama3": `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*` +
		`|\s*[\r\n]+|\s+(?!\S)|\s+`,
	"qwen2": `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*` +
		`|\s*[\r\n]+|\s+(?!\S)|\s+`,
	"o200k": `[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?` +
		`|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?` +
		`|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
}

func TestScannersMatchWhatExpressionsDo(t *testing.T) {
	splitter := func(regex string) *tokenizers.Tokenizer {
		tok, err := tokenizers.New(tokenizers.Config{
			PreTokenizer: tokenizers.Split{Pattern: tokenizers.Pattern{Regex: regex}, Behavior: tokenizers.Isolated},
			Model:        &tokenizers.WordLevel{Vocab: tokenizers.Vocab{"?": 0}, UnkToken: "?"},
		})
		require.NoError(t, err)
		return tok
	}
	alphabet := []rune("aZBéß中ʰǅſ09½٣'sStTrReEvVlLmMdD/  \t\r\n\u00a0\u2028.,!-_(’👍\u0301\u200d")
	for name, pattern := range patterns {
		scanner, expression := splitter(pattern), splitter("(?:"+pattern+")")
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			text := string(rapid.SliceOf(rapid.SampledFrom(alphabet)).Draw(t, "text"))
			want, err := expression.Encode(text)
			require.NoError(t, err)
			got, err := scanner.Encode(text)
			require.NoError(t, err)
			assert.Equal(t, want.ByteOffsets, got.ByteOffsets, "%q", text)
		}))
	}
}

func TestReplacesInvalidUTF8(t *testing.T) {
	tok := goldenTokenizer(t, "whisper")
	for broken, want := range map[string]string{
		"a\xffb": "a\uFFFDb", "\xf0\x9f\x98": "\uFFFD", "\xf0\x9fx": "\uFFFDx", "\xe2\x28\xa1": "\uFFFD(\uFFFD",
		"\xed\xa0\x80": "\uFFFD\uFFFD\uFFFD", "\xc0\xaf": "\uFFFD\uFFFD",
	} {
		e, err := tok.Encode(broken)
		require.NoError(t, err)
		expected, err := tok.Encode(want)
		require.NoError(t, err)
		last := len(e.ByteOffsets) - 2 // before the special token
		assert.Equal(t, len(broken), e.ByteOffsets[last].End, "%q: bytes are those of the text that was given", broken)
		e.ByteOffsets = expected.ByteOffsets
		assert.Equal(t, expected, e, "%q", broken)
	}
}
