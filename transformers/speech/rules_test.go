package speech

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

// The vocabulary of these tests: words 0 to 4, the end 5, 6 says that there are no times, times are 7 to 12.
func rules() timestampRules { return timestampRules{prompt: 1, end: 5, noTimestamps: 6, latest: 2} }

// allowed are the ids that may follow a text, all of which are equally likely.
func allowed(text ...int64) (ids []int) {
	scores := make([]float32, 13)
	for i := range 7 {
		scores[i] = 5 // so that times together are not the likeliest
	}
	x := rules().Process([][]int64{append([]int64{99}, text...)}, torch.FromSlice(scores, 1, 13))
	for id, s := range torch.ToSlice[float32](x) {
		if !math.IsInf(float64(s), -1) {
			ids = append(ids, id)
		}
	}
	return ids
}

func TestWhereTimesMayStand(t *testing.T) {
	require.Equal(t, []int{7, 8, 9}, allowed(), "a text begins with an early time")
	require.Equal(t, []int{0, 1, 2, 3, 4, 5}, allowed(8), "then something is said")
	require.Equal(t, []int{0, 1, 2, 3, 4, 5, 9, 10, 11, 12}, allowed(8, 1), "until a later time")
	require.Equal(t, []int{5, 10, 11, 12}, allowed(8, 1, 10), "behind which the next begins, at once or later")
	require.Equal(t, []int{0, 1, 2, 3, 4, 5}, allowed(8, 1, 10, 10))
	require.Equal(t, []int{0, 1, 2, 3, 4, 5, 11, 12}, allowed(8, 1, 10, 10, 2))
}

func TestTimesTogetherAreLikelier(t *testing.T) {
	scores := []float32{2, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1}
	x := rules().Process([][]int64{{99, 7, 1}}, torch.FromSlice(scores, 1, 13))
	require.True(t, math.IsInf(x.Select(1, 0).Item(), -1), "five times of weight e are more than a word of e²")
}

func cutting(ids ...int64) ([]Segment, int) {
	r := reading{Whisper: &Whisper{tokens: tokens{noTimestamps: 6, lowest: 5, decode: func(ids []int64) string { return string(rune('a' + ids[0])) }}}}
	return r.cut(written{ids: ids}, 30, 30)
}

func TestWhereTextsAreCut(t *testing.T) {
	s, steps := cutting(7, 1, 9, 9, 2, 11, 11, 3)
	require.Len(t, s, 2, "what follows the last pair is heard again")
	require.Equal(t, 4, steps)
	require.InDelta(t, 30.04, s[1].Start, 1e-9)
	require.InDelta(t, 30.08, s[1].End, 1e-9)
	s, steps = cutting(7, 1, 9, 9, 2, 11)
	require.Len(t, s, 2)
	require.Zero(t, steps, "nothing more is said behind a single time")
	s, steps = cutting(7, 1, 10)
	require.Len(t, s, 1)
	require.Zero(t, steps)
	require.InDelta(t, 30.06, s[0].End, 1e-9)
	s, _ = cutting(1, 2)
	require.InDelta(t, 60, s[0].End, 1e-9)
	require.Equal(t, []int64{1, 2}, s[0].Tokens)
}

func TestRepetitionsCompress(t *testing.T) {
	require.Greater(t, compressionRatio("thank you thank you thank you thank you thank you thank you thank you"), 2.4)
	require.Less(t, compressionRatio("The conference is now locked."), 1.0)
	require.InDelta(t, 200./21, compressionRatio(strings.Repeat("thank you ", 20)), 1e-9, "as Python's zlib has it")
	require.Zero(t, compressionRatio(""))
}

func TestTheLoudestMoment(t *testing.T) {
	require.True(t, math.IsInf(loudest(torch.Zeros(torch.Shape{16000}), 16000), -1))
	click := torch.Zeros(torch.Shape{480_000})
	click.Narrow(0, 5000, 800).FillInplace(0.1)
	require.InDelta(t, -20, loudest(click, 16000), 1)
	require.InDelta(t, -20, loudest(torch.Full(torch.Shape{7}, 0.1), 16000), 0.1)
}
