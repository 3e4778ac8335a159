package ctc_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/multimodal/ctc"
)

// TestEditsAsJiwerAndSclite compares the four counts of random texts, which scripts/golden/edits.py made.
func TestEditsAsJiwerAndSclite(t *testing.T) {
	var cases []struct {
		Reference, Understood     string
		Words, Characters, Sclite [4]int
	}
	content, err := os.ReadFile("testdata/edits.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(content, &cases))
	require.Greater(t, len(cases), 300)
	counts := func(e ctc.Edits) [4]int { return [4]int{e.Hits, e.Substitutions, e.Deletions, e.Insertions} }
	for _, c := range cases {
		require.Equal(t, c.Words, counts(ctc.Words(c.Reference, c.Understood)), "words of %q and %q", c.Reference, c.Understood)
		require.Equal(t, c.Characters, counts(ctc.Characters(c.Reference, c.Understood)), "characters of %q and %q", c.Reference, c.Understood)
		nist := ctc.CompareWeighted(strings.Fields(c.Reference), strings.Fields(c.Understood))
		require.Equal(t, c.Sclite, counts(nist), "sclite's of %q and %q", c.Reference, c.Understood)
	}
}

// TestEditsAreADistance tries what any edits have: both lengths, and the properties of a distance.
func TestEditsAreADistance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		letters := rapid.SliceOfN(rapid.SampledFrom([]rune("abc")), 0, 12)
		a, b, c := letters.Draw(t, "a"), letters.Draw(t, "b"), letters.Draw(t, "c")
		e := ctc.Compare(a, b)
		require.Equal(t, len(a), e.Reference())
		require.Equal(t, len(b), e.Hits+e.Substitutions+e.Insertions)
		require.Equal(t, e.Errors(), ctc.Compare(b, a).Errors())
		require.LessOrEqual(t, ctc.Compare(a, c).Errors(), e.Errors()+ctc.Compare(b, c).Errors())
		require.Zero(t, ctc.Compare(a, a).Errors())
		require.GreaterOrEqual(t, ctc.CompareWeighted(a, b).Errors(), e.Errors())
	})
}

// TestLongTexts is divided, so that the table of costs fits: the number of edits is the least all the same.
func TestLongTexts(t *testing.T) {
	a := []rune(strings.Repeat("abcdefghij", 700))
	b := append([]rune("x"), a[:5000]...)
	b = append(b, a[5003:]...)
	require.Equal(t, ctc.Edits{Hits: 6997, Deletions: 3, Insertions: 1}, ctc.Compare(a, b))
	require.Equal(t, ctc.Edits{Deletions: 1, Insertions: 0}, ctc.Characters("a", ""))
}
