package text_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/multimodal/text"
	"multitorch/torch"
)

func TestNGrams(t *testing.T) {
	require.Equal(t, []string{"here", "we", "are", "here we", "we are"}, text.NGrams([]string{"here", "we", "are"}, 2))
	require.Equal(t, []string{"a", "b", "a b"}, text.NGrams([]string{"a", "b"}, 5))
	require.Equal(t, []string{"<wh", "whe", "her", "ere", "re>"}, text.CharacterNGrams("where", 3, 3))
	require.Equal(t, []string{"<é", "<é>", "é", "é>"}, text.CharacterNGrams("é", 1, 3))
	require.Empty(t, text.CharacterNGrams("abc", 6, 7))
}

func TestVocabulary(t *testing.T) {
	v, err := text.NewVocabulary([]string{"<unk>", "a", "b"})
	require.NoError(t, err)
	_, err = v.Encode([]string{"a", "new"})
	require.ErrorContains(t, err, `token 1 is "new", which the vocabulary of 3 tokens lacks`)
	require.Equal(t, int64(-1), v.Number("new"))
	w, err := v.WithDefault("<unk>")
	require.NoError(t, err)
	numbers, err := w.Encode([]string{"b", "new"})
	require.NoError(t, err)
	require.Equal(t, []int64{2, 0}, numbers)
	tokens, err := w.Decode(numbers)
	require.NoError(t, err)
	require.Equal(t, []string{"b", "<unk>"}, tokens)
	_, err = w.Decode([]int64{0, 3})
	require.ErrorContains(t, err, "number 1 is 3: expected 0 to 2")
	_, err = v.WithDefault("new")
	require.ErrorContains(t, err, `lacks "new"`)
	_, err = text.NewVocabulary([]string{"a", "b", "a"})
	require.ErrorContains(t, err, `has "a" twice, as 0 and as 2`)
	_, err = text.BuildVocabulary(slices.Values([][]string{{"a"}}), text.Specials{"x", "y"}, text.MaxTokens(2))
	require.ErrorContains(t, err, "MaxTokens is 2: expected more than the 2 specials")
	var file bytes.Buffer
	bad, err := text.NewVocabulary([]string{"a\nb"})
	require.NoError(t, err)
	require.ErrorContains(t, bad.WriteText(&file), "has a line break")
}

// TestVocabularyFiles writes and reads vocabularies of any tokens.
func TestVocabularyFiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tokens := rapid.SliceOfNDistinct(rapid.StringMatching(`[^\r\n\x{FFFD}]{0,5}`), 1, 8, rapid.ID).Draw(t, "tokens")
		v, err := text.NewVocabulary(tokens)
		require.NoError(t, err)
		if rapid.Bool().Draw(t, "default") {
			v, err = v.WithDefault(tokens[0])
			require.NoError(t, err)
		}
		content, err := json.Marshal(v)
		require.NoError(t, err)
		var read text.Vocabulary
		require.NoError(t, json.Unmarshal(content, &read))
		require.Equal(t, v.Tokens(), read.Tokens())
		require.Equal(t, v.Number("a token that is not there"), read.Number("a token that is not there"))
		var file bytes.Buffer
		require.NoError(t, v.WriteText(&file))
		fromText, err := text.ReadText(&file)
		require.NoError(t, err)
		require.Equal(t, v.Tokens(), fromText.Tokens())
	})
	for _, bad := range []string{`[]`, `{}`, `{"tokens":["a","a"]}`, `{"tokens":["a"],"default":"b"}`, `{"tokens":3}`} {
		require.Error(t, json.Unmarshal([]byte(bad), new(text.Vocabulary)), bad)
	}
	_, err := text.ReadText(strings.NewReader("a\n" + strings.Repeat("b", 1<<17)))
	require.ErrorContains(t, err, "line 2")
}

func TestPad(t *testing.T) {
	lists := [][]int64{{1, 2, 3}, {}, {4}}
	for _, c := range []struct {
		opts    []text.PadOption
		ids     []int64
		shape   torch.Shape
		lengths []int64
	}{
		{nil, []int64{1, 2, 3, 0, 0, 0, 4, 0, 0}, torch.Shape{3, 3}, []int64{3, 0, 1}},
		{[]text.PadOption{text.PadValue(9), text.PadLeft(true)}, []int64{1, 2, 3, 9, 9, 9, 9, 9, 4}, torch.Shape{3, 3}, []int64{3, 0, 1}},
		{[]text.PadOption{text.MaxLength(2)}, []int64{1, 2, 0, 0, 4, 0}, torch.Shape{3, 2}, []int64{2, 0, 1}},
		{[]text.PadOption{text.MaxLength(2), text.KeepLast}, []int64{2, 3, 0, 0, 4, 0}, torch.Shape{3, 2}, []int64{2, 0, 1}},
		{[]text.PadOption{text.FixedLength(1)}, []int64{1, 0, 4}, torch.Shape{3, 1}, []int64{1, 0, 1}},
		{[]text.PadOption{text.FixedLength(4), text.MaxLength(1)}, []int64{1, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0}, torch.Shape{3, 4}, []int64{1, 0, 1}},
	} {
		ids, lengths, err := text.Pad(lists, c.opts...)
		require.NoError(t, err)
		require.Equal(t, c.shape, ids.Shape())
		require.Equal(t, c.ids, torch.ToSlice[int64](ids))
		require.Equal(t, c.lengths, torch.ToSlice[int64](lengths))
	}
	_, _, err := text.Pad(lists, text.MaxLength(2), text.Refuse)
	require.EqualError(t, err, "text: list 0 has 3 numbers: expected at most 2")
	_, _, err = text.Pad(nil)
	require.ErrorContains(t, err, "nothing to pad")
	_, _, err = text.Pad(lists, text.FixedLength(1<<40))
	require.ErrorContains(t, err, "are too many for one tensor")
	_, _, err = text.Pad(lists, text.Truncate("middle"))
	require.ErrorContains(t, err, `Truncate "middle": expected "first", "last" or "refuse"`)
	_, _, err = text.Pad(lists, text.MaxLength(-1))
	require.ErrorContains(t, err, "expected lengths of at least 1")
}

func TestRegexTokenizer(t *testing.T) {
	_, err := text.NewRegexTokenizer("(")
	require.ErrorContains(t, err, "the regular expression of a tokenizer")
	_, err = text.NewRegexTokenizer(`a(?=b)`)
	require.ErrorContains(t, err, "?=")
	_, err = text.NewRegexTokenizer(strings.Repeat("a", 10_001))
	require.ErrorContains(t, err, "10001 bytes")
	any, err := text.NewRegexTokenizer("x*")
	require.NoError(t, err)
	require.Equal(t, []string{"xx", "x"}, any("xxaxb"))
	require.Equal(t, []string{"a", "é", "😀"}, text.Characters("aé😀"))
}

func FuzzTokenizers(f *testing.F) {
	for _, s := range []string{"", "He said: \"it's (not) so.\"<br />", "\xff\x00İΣ", "a\u0301"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, token := range append(text.BasicEnglish(s), text.Split(s)...) {
			require.NotEmpty(t, token)
			require.False(t, strings.ContainsFunc(token, text.IsSpace), "%q", token)
		}
		require.Len(t, text.Characters(s), utf8.RuneCountInString(s))
		if utf8.ValidString(s) {
			require.Equal(t, s, strings.Join(text.Characters(s), ""))
			require.True(t, utf8.ValidString(text.StripAccents(s)))
		}
	})
}
