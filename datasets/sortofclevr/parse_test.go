package sortofclevr_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"multitorch/datasets/sortofclevr"
)

func TestADialogueRemembersWhatItIs(t *testing.T) {
	var memory sortofclevr.Memory
	_, there := memory.It()
	require.False(t, there)
	for _, c := range []struct {
		text  string
		color sortofclevr.Color
		kind  sortofclevr.Kind
	}{
		{"What shape is the red object?", sortofclevr.Red, sortofclevr.Shape},
		{"is it on the LEFT ?", sortofclevr.Red, sortofclevr.Left},
		{"is it a square or a circle", sortofclevr.Red, sortofclevr.Shape},
		{"what's its shape", sortofclevr.Red, sortofclevr.Shape},
		{"How many objects have the same shape as it?", sortofclevr.Red, sortofclevr.Count},
		{"and the grey one?", sortofclevr.Gray, sortofclevr.Count},
		{"what is the shape of the object nearest to it", sortofclevr.Gray, sortofclevr.Closest},
		{"what about blue?", sortofclevr.Blue, sortofclevr.Closest},
		{"upper half?", sortofclevr.Blue, sortofclevr.Closest}, // no object: an error, which is forgotten
		{"is it in the upper half of the image?", sortofclevr.Blue, sortofclevr.Top},
		{"what shape is farthest from the yellow thing", sortofclevr.Yellow, sortofclevr.Furthest},
		{"is it at the bottom", sortofclevr.Yellow, sortofclevr.Bottom},
		{"is it on the right", sortofclevr.Yellow, sortofclevr.Right},
	} {
		q, err := memory.Parse(c.text)
		if c.text == "upper half?" {
			require.Error(t, err, c.text)
			continue
		}
		require.NoError(t, err, c.text)
		require.Equal(t, sortofclevr.Question{Color: c.color, Kind: c.kind}, q, c.text)
		it, there := memory.It()
		require.True(t, there)
		require.Equal(t, c.color, it)
	}
}

func TestQuestionsThatCanNotBeUnderstood(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "expected a question of 1 to 16 words, but got 0",
		" ?!":                                 "but got 0",
		strings.Repeat("the ", 16) + "red":    "expected a question of 1 to 16 words, but got 17",
		"what shape is the pink object":       `the word "pink" is unknown`,
		"wo ist das rote Ding, ist das links": `the words ["wo" "ist" "das" "rote" "ding" "links"] are unknown`,
		"is it on the left":                   `"it" means nothing yet: name an object by its colour first`,
		"what about it":                       `"it" means nothing yet: name an object by its colour first`,
		"what shape is the object":            "no object is named: expected one of the colours red, blue, green, orange, yellow, gray",
		"is the red thing on the left of the blue one": "expected a question about one object, but there are two, red and blue",
		"what shape is closest to it, the red one":     `there are two, red and "it"`,
		"is the red one on the left or on the right":   "expected a question about one thing, but there are two, left and right",
		"the red one":                           "nothing is asked",
		"what about the red one":                "nothing is asked",
		"is the red one a circle":               `ask "is it a circle or a rectangle?" instead`,
		"is the red one \x00\xff on the left":   "", // what is no letter lies between words
		strings.Repeat("x", 5000):               `the word "xxxxxxxxxxxxxxxxxxxx…" is unknown`,
		"is the red one on the left \u202eleft": "",
	} {
		_, err := new(sortofclevr.Memory).Parse(text)
		if want == "" {
			require.NoError(t, err, "%q", text)
			continue
		}
		require.ErrorContains(t, err, want, "%q", text)
	}
}

func TestExamplesAreUnderstood(t *testing.T) {
	var memory sortofclevr.Memory
	kinds := map[sortofclevr.Kind]bool{}
	for _, text := range sortofclevr.Examples() {
		q, err := memory.Parse(text)
		require.NoError(t, err, text)
		kinds[q.Kind] = true
	}
	require.Len(t, kinds, len(sortofclevr.Kinds()))
}

func TestVocabulary(t *testing.T) {
	words := sortofclevr.Vocabulary()
	require.Equal(t, []string{"<pad>", "<unk>"}, words[:2])
	require.IsIncreasing(t, words[2:])
	numbers, n, err := sortofclevr.Encode(words[2:10])
	require.NoError(t, err)
	require.Equal(t, 8, n)
	require.Equal(t, []int64{2, 3, 4, 5, 6, 7, 8, 9, 0}, numbers[:9])
	numbers, _, err = sortofclevr.Encode([]string{"<pad>", "zebra"})
	require.NoError(t, err)
	require.Equal(t, []int64{1, 1, 0}, numbers[:3])
}

// Whatever is asked, the answer is a question or an error in one line of bounded length, and only a question is remembered.
func FuzzParse(f *testing.F) {
	for _, text := range append(sortofclevr.Examples(), "", "it", "red blue", "left right it", "\x00", strings.Repeat("a ", 99)) {
		f.Add("what shape is the red object?", text)
	}
	f.Fuzz(func(t *testing.T, first, text string) {
		var memory sortofclevr.Memory
		_, _ = memory.Parse(first)
		before := memory
		q, err := memory.Parse(text)
		if err != nil {
			require.Equal(t, before, memory)
			require.Less(t, utf8.RuneCountInString(err.Error()), 600)
			require.NotContains(t, err.Error(), "\n")
			return
		}
		it, there := memory.It()
		require.True(t, there)
		require.Equal(t, q.Color, it)
		require.Contains(t, sortofclevr.Kinds(), q.Kind)
		words := sortofclevr.Words(text)
		_, n, err := sortofclevr.Encode(words)
		require.NoError(t, err)
		require.Len(t, words, n)
	})
}
