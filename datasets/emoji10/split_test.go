package emoji10_test

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/datasets/emoji10"
)

// neutral takes the words for gender and direction out of a name.
func neutral(label string) string {
	label = strings.TrimSuffix(label, ": facing right")
	for _, prefix := range []string{"man", "woman", "person", "men", "women", "people"} {
		for _, sep := range []string{" ", ": "} {
			if rest, ok := strings.CutPrefix(label, prefix+sep); ok {
				return rest
			}
		}
	}
	return ""
}

// emojiOf returns the emoji of a side, each once.
func emojiOf(s *emoji10.Split) []int {
	var emoji []int
	for i := range s.Len() {
		emoji = append(emoji, s.At(i).Emoji)
	}
	return slices.Compact(emoji)
}

// TestSplitIsTheOneThatPythonMakes holds splits against testdata/split.py.
func TestSplitIsTheOneThatPythonMakes(t *testing.T) {
	data := realData(t)
	tests := []struct {
		options emoji10.Options
		want    string
	}{
		{emoji10.Options{}, "7bf0204f6ab2d7765ffce72a5594e7a2fe0257f17668884b09337f5d7c149419"},
		{emoji10.Options{Strict: true}, "afca73665836b68cf4dbfb3b84f39d89143826014b69629bb3399364f1fd0f12"},
		{emoji10.Options{Seed: 1}, "b7c3c730af6ea715e3ea089a4412e85d9ad9e703c426ee8fcf6fa4a2f7df5642"},
		{emoji10.Options{Seed: 1, Strict: true}, "48f2e0d5778cbf9ede905cad90292a375e1327521ed34b6761a7a4892e34d3a2"},
	}
	for _, test := range tests {
		t.Run(test.options.String(), func(t *testing.T) {
			var hexcodes []string
			for _, i := range emojiOf(data.Split(test.options).Test) {
				hexcodes = append(hexcodes, data.Emoji[i].Hexcode)
			}
			slices.Sort(hexcodes)
			sum := sha256.Sum256([]byte(strings.Join(hexcodes, " ")))
			require.Equal(t, test.want, hex.EncodeToString(sum[:]))
		})
	}
}

func TestSplitProperties(t *testing.T) {
	data := realData(t)
	rapid.Check(t, func(t *rapid.T) {
		o := emoji10.Options{
			Seed:   rapid.Int64().Draw(t, "seed"),
			Strict: rapid.Bool().Draw(t, "strict"),
			Text:   emoji10.Text(rapid.IntRange(0, 1).Draw(t, "text")),
		}
		sides := data.Split(o)
		train, test := emojiOf(sides.Train), emojiOf(sides.Test)
		require.Len(t, test, 377)
		require.Len(t, train, 1906-377)
		require.True(t, slices.IsSorted(train))
		require.True(t, slices.IsSorted(test))

		tested := map[int]bool{}
		group := map[string]bool{}
		var perClass [10]int
		for _, i := range test {
			tested[i] = true
			group[data.Emoji[i].Stem] = true
			perClass[data.Emoji[i].Class]++
		}
		require.Equal(t, [10]int{33, 77, 26, 5, 26, 43, 17, 52, 44, 54}, perClass)
		known := map[string]bool{}
		for _, i := range train {
			require.False(t, tested[i])
			if o.Strict {
				require.False(t, group[data.Emoji[i].Stem], data.Emoji[i].Label)
			}
			tokens := data.Emoji[i].LabelTokens
			if o.Text == emoji10.LabelAndTags {
				tokens = data.Emoji[i].TagTokens
			}
			for _, token := range tokens {
				known[token] = true
			}
		}
		require.Equal(t, 2+len(known), sides.Vocabulary.Len(), "the training side's words and no others")
	})
}

func TestSamples(t *testing.T) {
	data := realData(t)
	sides := data.Split(emoji10.Options{})
	unknown := 0
	for _, side := range []*emoji10.Split{sides.Train, sides.Test} {
		for i := range side.Len() {
			s := side.At(i)
			e := data.Emoji[s.Emoji]
			require.Equal(t, i%2, s.Vendor)
			require.Equal(t, e.Class, s.Label)
			require.Equal(t, data.Image(s.Emoji, s.Vendor), s.Image)
			require.Equal(t, len(e.LabelTokens), s.Length)
			require.Len(t, s.Tokens, emoji10.MaxTokens)
			for k, token := range e.LabelTokens {
				require.Equal(t, sides.Vocabulary.Number(token), s.Tokens[k])
				if s.Tokens[k] == emoji10.Unk {
					unknown++
				}
			}
			for _, n := range s.Tokens[s.Length:] {
				require.EqualValues(t, emoji10.Pad, n)
			}
			if i%2 == 1 {
				require.Equal(t, s.Emoji, side.At(i-1).Emoji, "both pictures of an emoji follow each other")
			}
		}
		if side == sides.Train {
			require.Zero(t, unknown, "every word of the training side is known")
		}
	}
	require.Positive(t, unknown)
	require.Panics(t, func() { sides.Test.At(sides.Test.Len()) })
	require.Panics(t, func() { sides.Test.At(-1) })
}

func TestSplitWithAGivenVocabulary(t *testing.T) {
	data := realData(t)
	v := emoji10.NewVocabulary([][]string{{"face", "flag"}})
	sides := data.Split(emoji10.Options{Vocabulary: v})
	require.Same(t, v, sides.Vocabulary)
	for i := range sides.Train.Len() {
		for _, n := range sides.Train.At(i).Tokens {
			require.Less(t, n, int64(v.Len()))
		}
	}
}

func TestOptionsSayWhichSplit(t *testing.T) {
	require.Equal(t, "by emoji, split seed 0, label", emoji10.Options{}.String())
	require.Equal(t, "strict, by stem, split seed -3, label + tags",
		emoji10.Options{Seed: -3, Strict: true, Text: emoji10.LabelAndTags}.String())
}

// A number of emoji to test on is met, with each class's share of it; strictly no more than that.
func TestNumberOfTestEmoji(t *testing.T) {
	data, err := emoji10.Open(t.Context(), "", nil)
	require.NoError(t, err)
	for _, test := range []int{-1, 1, 10, 300, 381, 1905, 1906, 5000} {
		want := max(0, min(test, len(data.Emoji)))
		sides := data.Split(emoji10.Options{Test: test})
		require.Equal(t, 2*want, sides.Test.Len())
		require.Equal(t, 2*(len(data.Emoji)-want), sides.Train.Len())
		require.LessOrEqual(t, data.Split(emoji10.Options{Test: test, Strict: true}).Test.Len(), 2*want)
		counts := map[int]int{}
		for i := range sides.Test.Len() {
			counts[sides.Test.At(i).Label]++
		}
		sizes := map[int]int{}
		for _, e := range data.Emoji {
			sizes[e.Class]++
		}
		for class, size := range sizes {
			require.InDelta(t, float64(2*want*size)/float64(len(data.Emoji)), counts[class], 2)
		}
	}
	require.Equal(t, "by emoji, 300 held out, split seed 0, label", emoji10.Options{Test: 300}.String())
}
