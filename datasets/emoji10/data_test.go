package emoji10_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets/emoji10"
)

var openOnce = sync.OnceValues(func() (*emoji10.Data, error) { return emoji10.Open(context.Background(), "", nil) })

// realData is the data itself, from the default folder; where it is not there yet, it is fetched.
func realData(t testing.TB) *emoji10.Data {
	data, err := openOnce()
	require.NoError(t, err)
	return data
}

func TestRealData(t *testing.T) {
	data := realData(t)
	require.Len(t, data.Emoji, 1906)
	counts := map[string]int{}
	hexcodes := map[string]bool{}
	for _, e := range data.Emoji {
		counts[emoji10.Classes()[e.Class]]++
		hexcodes[e.Hexcode] = true
		require.NotContains(t, e.Hexcode, "FE0F")
		require.Equal(t, emoji10.Tokenize(e.Label), e.LabelTokens)
		require.Equal(t, e.LabelTokens, e.TagTokens[:len(e.LabelTokens)])
	}
	require.Len(t, hexcodes, 1906)
	require.Equal(t, map[string]int{
		"People & Body": 386, "Flags": 270, "Objects": 264, "Symbols": 224, "Travel & Places": 218,
		"Smileys & Emotion": 169, "Food & Drink": 131, "Animals": 130, "Activities": 85, "Plants & Nature": 29,
	}, counts)

	find := func(hexcode string) (int, emoji10.Emoji) {
		for i, e := range data.Emoji {
			if e.Hexcode == hexcode {
				return i, e
			}
		}
		t.Fatalf("no emoji %s", hexcode)
		return 0, emoji10.Emoji{}
	}
	_, grin := find("1F600")
	require.Equal(t, []string{"grinning", "face"}, grin.LabelTokens)
	require.Contains(t, grin.TagTokens, "smile")

	heart, e := find("2764")
	require.Equal(t, "red heart", e.Label)
	for vendor := range 2 {
		pixels := data.Image(heart, vendor)
		at := func(channel, y, x int) int { return int(pixels[channel*32*32+y*32+x]) }
		require.Equal(t, []int{255, 255, 255}, []int{at(0, 0, 0), at(1, 0, 0), at(2, 0, 0)}, "white around it")
		require.Greater(t, at(0, 16, 16), 200, "red in the middle")
		require.Less(t, at(1, 16, 16), 90)
	}
}

// TestStems holds strict groups against the names: what has the same name but for gender, direction and family members
// must have the same stem, and no stem may cross a class.
func TestStems(t *testing.T) {
	class := map[string]int{}
	members := map[string][]string{}
	for _, e := range realData(t).Emoji {
		if c, ok := class[e.Stem]; ok {
			require.Equal(t, c, e.Class, e.Label)
		}
		class[e.Stem] = e.Class
		members[e.Stem] = append(members[e.Stem], e.Label)
	}
	require.Len(t, members, 1687)
	require.ElementsMatch(t, []string{"Mx Claus", "Mrs. Claus", "Santa Claus"}, members["1F9D1-1F384"])
	require.ElementsMatch(t, []string{"farmer", "man farmer", "woman farmer"}, members["1F9D1-1F33E"])
	require.Len(t, members["1F9CE"], 6, "kneeling: three people, two directions")
	require.Len(t, members["1F9D1-1F9D2"], 30, "families")
	require.ElementsMatch(t, []string{"prince", "princess", "person with crown"}, members["1FAC5"])
	require.Equal(t, []string{"female sign"}, members["2640"], "the sign itself is no variant of anything")

	named := map[string]string{}
	for stem, labels := range members {
		for _, label := range labels {
			if name := neutral(label); name != "" {
				if other, ok := named[name]; ok {
					require.Equal(t, other, stem, label)
				}
				named[name] = stem
			}
		}
	}
}
