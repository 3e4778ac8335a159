package ctc_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/multimodal/ctc"
	"multitorch/torch"
)

// drawScores are logarithms of probabilities [steps, classes].
func drawScores(t *rapid.T, steps, classes int) *torch.Tensor {
	values := rapid.SliceOfN(rapid.Float64Range(-3, 3), steps*classes, steps*classes).Draw(t, "scores")
	return torch.FromSlice(values, steps, classes).LogSoftmax(1)
}

// paths calls use with every path of so many steps.
func paths(steps, classes int, use func(path []int64)) {
	path := make([]int64, steps)
	var at func(t int)
	at = func(t int) {
		if t == steps {
			use(path)
			return
		}
		for c := range classes {
			path[t] = int64(c)
			at(t + 1)
		}
	}
	at(0)
}

func pathScore(scores []float64, classes int, path []int64) (sum float64) {
	for t, l := range path {
		sum += scores[t*classes+int(l)]
	}
	return sum
}

// TestBeamSumsAllPaths compares a search that keeps everything with the sums over all paths, and the alignment with the
// best of those that mean its labels.
func TestBeamSumsAllPaths(t *testing.T) {
	alphabet := ctc.NewAlphabet("ab")
	rapid.Check(t, func(t *rapid.T) {
		steps := rapid.IntRange(1, 5).Draw(t, "steps")
		tensor := drawScores(t, steps, 3)
		scores := torch.ToSlice[float64](tensor)
		sums, best, bestPath := map[string]float64{}, map[string]float64{}, map[string][]int64{}
		paths(steps, 3, func(path []int64) {
			text := alphabet.Decode(ctc.Collapse(path))
			p := pathScore(scores, 3, path)
			sums[text] += math.Exp(p)
			if old, ok := best[text]; !ok || p > old {
				best[text], bestPath[text] = p, append([]int64(nil), path...)
			}
		})
		found := ctc.Beam{Alphabet: alphabet, Width: 1000}.Search(tensor)
		for i, h := range found {
			require.InDelta(t, sums[h.Text], math.Exp(h.Sound), 1e-9, h.Text)
			require.Equal(t, h.Sound, h.Score)
			if i > 0 {
				require.GreaterOrEqual(t, found[i-1].Score, h.Score)
			}
			spans, err := ctc.Align(tensor, h.Labels)
			require.NoError(t, err)
			requireSpans(t, spans, scores, bestPath[h.Text], best[h.Text])
		}
		require.Len(t, found, len(sums))
	})
}

// requireSpans looks whether spans are those of a path, or of another one that is as good.
func requireSpans(t require.TestingT, spans []ctc.Span, scores []float64, path []int64, best float64) {
	at := make([]int64, len(path))
	end := 0
	for _, s := range spans {
		require.GreaterOrEqual(t, s.Start, end)
		require.Greater(t, s.End, s.Start)
		end = s.End
		for step := s.Start; step < s.End; step++ {
			at[step] = s.Label
		}
	}
	require.LessOrEqual(t, end, len(path))
	require.Equal(t, ctc.Collapse(path), ctc.Collapse(at))
	require.InDelta(t, best, pathScore(scores, 3, at), 1e-9)
}

// TestBeamForgets what was not kept: its tree is as large as the texts, whose length is that of the steps at most.
func TestBeamForgets(t *testing.T) {
	torch.ManualSeed(1)
	const steps, width = 400, 5
	scores := torch.Randn(torch.Shape{steps, 9}, torch.Float64).LogSoftmax(1)
	b := ctc.Beam{Alphabet: ctc.NewAlphabet("abcdefgh"), Width: width}
	require.LessOrEqual(t, b.TreeSize(scores), steps+1+width*width)
}

// TestBeamFindsMoreThanGreedy is the example of every lecture: "a" is the likeliest text though the likeliest path is blank.
func TestBeamFindsMoreThanGreedy(t *testing.T) {
	scores := torch.FromSlice([]float64{0.6, 0.4, 0.6, 0.4}, 2, 2).Log()
	require.Empty(t, ctc.Greedy(scores.Unsqueeze(0), nil)[0])
	best := ctc.Beam{Alphabet: ctc.NewAlphabet("a")}.Search(scores)[0]
	require.Equal(t, "a", best.Text)
	require.InDelta(t, math.Log(0.64), best.Sound, 1e-9)
}

// TestBeamHeedsTheModel lets a model of characters and one of words decide between two letters that sound alike.
func TestBeamHeedsTheModel(t *testing.T) {
	alphabet := ctc.NewAlphabet(" abt")
	// "a?" with b slightly likelier than t, for each of two words.
	steps := [][]float64{{0, .01, .9, .05, .04}, {0, .01, .02, .5, .47}, {.02, .9, .02, .03, .03}, {0, .01, .9, .05, .04}, {0, .01, .02, .5, .47}}
	var values []float64
	for _, s := range steps {
		values = append(values, s...)
	}
	scores := torch.FromSlice(values, len(steps), 5).Add(1e-6).Log()
	require.Equal(t, "ab ab", ctc.Beam{Alphabet: alphabet}.Search(scores)[0].Text)
	characters, err := ctc.NewNGram(3, [][]string{ctc.CharacterTokens("at at"), ctc.CharacterTokens("at")})
	require.NoError(t, err)
	b := ctc.Beam{Alphabet: alphabet, Model: characters.Characters(), Weight: 0.5, Bonus: 0.5}
	require.Equal(t, "at at", b.Search(scores)[0].Text)
	words, err := ctc.NewNGram(2, [][]string{{"at", "at"}, {"at"}})
	require.NoError(t, err)
	b = ctc.Beam{Alphabet: alphabet, Model: words.Words(), Weight: 0.5, Bonus: 0.1}
	require.Equal(t, "at at", b.Search(scores)[0].Text)
}

// TestGreedyReadsEachClip heeds the lengths, and refuses those that are none.
func TestGreedyReadsEachClip(t *testing.T) {
	path := []int64{1, 1, 0, 1, 2, 2, 0, 2, 2, 2}
	scores := torch.Zeros(torch.Shape{2, 5, 3})
	for i, l := range path {
		scores.Select(0, i/5).Select(0, i%5).Select(0, int(l)).FillInplace(1)
	}
	require.Equal(t, [][]int64{{1, 1, 2}, {2, 2}}, ctc.Greedy(scores, nil))
	require.Equal(t, [][]int64{{1, 1, 2}, {2}}, ctc.Greedy(scores, torch.FromSlice([]int64{5, 2})))
	err := torch.Try(func() error { ctc.Greedy(scores, torch.FromSlice([]int64{5, 6})); return nil })
	require.ErrorContains(t, err, "expected steps from 0 to 5, but number 1 is 6")
}

func TestLengths(t *testing.T) {
	require.Equal(t, 6, ctc.LeastSteps([]int64{1, 1, 2, 2}))
	require.NoError(t, ctc.CheckLengths([]string{"a"}, []int{3}, [][]int64{{1, 1}}))
	err := ctc.CheckLengths([]string{"a", "clip 7"}, []int{3, 2}, [][]int64{{1, 1}, {1, 1}})
	require.EqualError(t, err, `"clip 7" has 2 steps, but its text of 2 labels needs 3: CTC's loss would be infinite`)
	_, err = ctc.Align(torch.Zeros(torch.Shape{2, 3}), []int64{1, 1})
	require.ErrorContains(t, err, "there are 2 steps, but the text of 2 labels needs 3")
	_, err = ctc.Align(torch.Zeros(torch.Shape{2, 3}), []int64{3})
	require.ErrorContains(t, err, "label 0 is 3: expected 1 to 2")
}

func TestAlphabet(t *testing.T) {
	a := ctc.NewAlphabet("hello world", "it's")
	require.Equal(t, " 'dehilorstw", a.String())
	labels, err := a.Encode("hello")
	require.NoError(t, err)
	require.Equal(t, "hello", a.Decode(labels))
	_, err = a.Encode("hello, world")
	require.ErrorContains(t, err, `character 6 of its text "hello, world" is ','`)
	var read ctc.Alphabet
	text, err := a.MarshalJSON()
	require.NoError(t, err)
	require.NoError(t, read.UnmarshalJSON(text))
	require.Equal(t, a.String(), read.String())
	for _, bad := range []string{`""`, `"abca"`, `3`, `"`} {
		require.Error(t, read.UnmarshalJSON([]byte(bad)), bad)
	}
}
