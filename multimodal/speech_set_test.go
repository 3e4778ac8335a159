package multimodal_test

import (
	"context"
	"io"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/internal/leak"
	"multitorch/multimodal"
	"multitorch/multimodal/ctc"
	"multitorch/nn"
	"multitorch/torch"
)

// TestUtterancesThatAreNone names the utterance and says what is wrong.
func TestUtterancesThatAreNone(t *testing.T) {
	alphabet := ctc.NewAlphabet("abc ")
	good := babble(1)[0]
	for _, c := range []struct {
		change func(u *multimodal.Utterance)
		want   string
	}{
		{func(u *multimodal.Utterance) { u.Rate = 16000 }, "expected a rate of 8000 Hz, but got 16000"},
		{func(u *multimodal.Utterance) { u.Samples = u.Samples[:128] }, "it has 128 samples: expected at least 129"},
		{func(u *multimodal.Utterance) { u.Samples = nil }, "it has 0 samples"},
		{func(u *multimodal.Utterance) { u.Text = "abd" }, `character 3 of its text "abd" is 'd'`},
		{func(u *multimodal.Utterance) { u.Text = "" }, "its text is empty"},
		{func(u *multimodal.Utterance) { u.Samples, u.Text = u.Samples[:1000], "aaab" }, "make 4 steps, but its text of 4 characters needs 6"},
		{func(u *multimodal.Utterance) { u.Samples = slices.Clone(u.Samples); u.Samples[7] = float32(math.NaN()) }, "sample 7 is NaN"},
	} {
		bad := good
		bad.Name = "row 7"
		c.change(&bad)
		_, err := multimodal.NewSpeechSet([]multimodal.Utterance{good, bad}, alphabet)
		require.ErrorContains(t, err, `utterance 1, "row 7": `)
		require.ErrorContains(t, err, c.want)
	}
}

// TestScoresDoNotDependOnTheBatch in evaluation, where clips of other lengths are beside.
func TestScoresDoNotDependOnTheBatch(t *testing.T) {
	alphabet := ctc.NewAlphabet("abc ")
	model := newSpeech(alphabet)
	set, err := multimodal.NewSpeechSet(babble(5), alphabet)
	require.NoError(t, err)
	// So that normalisation is not the identity.
	all, err := set.GetBatch(context.Background(), []int{0, 1, 2, 3, 4})
	require.NoError(t, err)
	model.Loss(all, nn.NewCTCLoss())
	nn.Eval(model)
	together, steps := model.Forward(all.Features, all.Lengths)
	for i, n := range torch.ToSlice[int](steps) {
		one, err := set.GetBatch(context.Background(), []int{i})
		require.NoError(t, err)
		alone, _ := model.Forward(one.Features, one.Lengths)
		require.Equal(t, n, alone.Size(1))
		difference := together.Select(0, i).Slice(0, 0, n, 1).Sub(alone.Select(0, 0)).Abs().Max().Item()
		require.Less(t, difference, 1e-5, i)
	}
}

// TestLongRecordings are as long in steps as they are in samples, whatever the windows; silence is blank.
func TestLongRecordings(t *testing.T) {
	alphabet := ctc.NewAlphabet("abc ")
	model := newSpeech(alphabet)
	nn.Eval(model)
	for _, n := range []int{129, 47_871, 47_872, 47_873, 48_000, 87_808, 87_809, 88_000, 200_001} {
		scores := model.Scores(torch.Rand(torch.Shape{n}).Sub(0.5))
		require.Equal(t, torch.Shape{multimodal.SpeechSteps(1 + n/128), alphabet.Len()}, scores.Shape(), n)
		require.InDelta(t, 0, scores.Logsumexp(1).Abs().Max().Item(), 1e-4)
		require.Empty(t, ctc.Greedy(model.Scores(torch.Zeros(torch.Shape{n})).Unsqueeze(0), nil)[0])
	}
}

// TestScoreParts are read window by window, each once, and end where the sound can't be read.
func TestScoreParts(t *testing.T) {
	model := newSpeech(ctc.NewAlphabet("abc "))
	nn.Eval(model)
	samples := torch.Rand(torch.Shape{200_001}).Sub(0.5)
	for _, broken := range []int{1 << 30, 100_000} {
		var parts []*torch.Tensor
		var failed error
		for part, err := range model.ScoreParts(samples.Size(0), func(from, n int) (*torch.Tensor, error) {
			require.LessOrEqual(t, n, 50_000)
			if from+n > broken {
				return nil, io.ErrUnexpectedEOF
			}
			return samples.Slice(0, from, from+n, 1).Clone(), nil
		}) {
			if failed = err; err == nil {
				parts = append(parts, part)
			}
		}
		if broken < 200_001 {
			require.ErrorIs(t, failed, io.ErrUnexpectedEOF)
			require.Len(t, parts, 2)
			continue
		}
		require.NoError(t, failed)
		require.Equal(t, torch.ToSlice[float32](model.Scores(samples)), torch.ToSlice[float32](torch.Cat(parts, 0)))
	}
}

// TestAugment keeps clips within their lengths, leaves room for their texts, and does nothing in evaluation.
func TestAugment(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		torch.ManualSeed(rapid.Int64Range(0, 1<<40).Draw(t, "seed"))
		a := &multimodal.SpeechAugment{Stretch: rapid.Float64Range(0, 0.5).Draw(t, "stretch"), Bins: 5, Frames: 8}
		frames := rapid.SliceOfN(rapid.IntRange(1, 40), 1, 4).Draw(t, "frames")
		least := rapid.Float64Range(0, 1).Draw(t, "least")
		longest := slices.Max(frames)
		x := torch.Ones(torch.Shape{len(frames), longest, 9})
		for i, n := range frames {
			x.Select(0, i).Slice(0, n, longest, 1).FillInplace(0)
		}
		lengths := torch.FromSlice(frames).To(torch.Int64)
		nn.Train(a)
		y, now := a.Forward(x, lengths, least)
		for i, n := range torch.ToSlice[int](now) {
			require.GreaterOrEqual(t, n, max(1, int(float64(frames[i])*least)-1))
			require.LessOrEqual(t, n, y.Size(1))
			require.Zero(t, y.Select(0, i).Slice(0, n, y.Size(1), 1).Abs().Sum().Item())
		}
		nn.Eval(a)
		same, sameLengths := a.Forward(x, lengths, least)
		require.Same(t, x, same)
		require.Same(t, lengths, sameLengths)
	})
}

// TestBuckets brings each sample once, in batches of nearly one length, and other ones each time.
func TestBuckets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		torch.ManualSeed(rapid.Int64Range(0, 1<<40).Draw(t, "seed"))
		lengths := rapid.SliceOfN(rapid.IntRange(1, 500), 0, 60).Draw(t, "lengths")
		size := rapid.IntRange(1, 9).Draw(t, "size")
		s := multimodal.NewBucketSampler(lengths, size, 0)
		order := s.Indices()
		require.Len(t, order, s.Len())
		sorted := slices.Sorted(slices.Values(order))
		for i, k := range sorted {
			require.Equal(t, i, k)
		}
		full := len(lengths) / size * size
		spans := map[[2]int]bool{} // no two batches overlap in length
		for i := 0; i < full; i += size {
			low, high := 1000, 0
			for _, k := range order[i : i+size] {
				low, high = min(low, lengths[k]), max(high, lengths[k])
			}
			for other := range spans {
				require.True(t, high <= other[0] || low >= other[1], "%v", lengths)
			}
			spans[[2]int{low, high}] = true
		}
	})
}

func TestSpeechConfigs(t *testing.T) {
	for _, c := range []struct {
		config multimodal.SpeechConfig
		want   string
	}{
		{multimodal.SpeechConfig{}, "symbols: expected 2 to 65536, but got 0"},
		{multimodal.SpeechConfig{Symbols: 5, Kernel: 4}, "kernel: expected an odd number, but got 4"},
		{multimodal.SpeechConfig{Symbols: 5, Hidden: 1 << 20}, "hidden: expected 1 to 4096"},
		{multimodal.SpeechConfig{Symbols: 5, Layers: -1}, "layers: expected 1 to 16, but got -1"},
		{multimodal.SpeechConfig{Symbols: 5, Dropout: math.NaN()}, "dropout: expected 0 to 1, but got NaN"},
	} {
		require.ErrorContains(t, c.config.Check(), c.want)
		err := torch.Try(func() error { multimodal.NewSpeech(c.config); return nil })
		require.ErrorContains(t, err, c.want)
	}
	require.ErrorContains(t, torch.Try(func() error { multimodal.SpeechFeatures(torch.Zeros(torch.Shape{5})); return nil }), "at least 129")
}

// TestSpeechFreesWhatItMakes in a step: features, a step of training, and the scores of a long recording.
func TestSpeechFreesWhatItMakes(t *testing.T) {
	alphabet := ctc.NewAlphabet("abc ")
	model := newSpeech(alphabet)
	set, err := multimodal.NewSpeechSet(babble(3), alphabet)
	require.NoError(t, err)
	use := func() {
		nn.Train(model)
		batch, err := set.GetBatch(context.Background(), []int{0, 1, 2})
		require.NoError(t, err)
		loss, _, _ := model.Loss(batch, nn.NewCTCLoss())
		loss.Backward()
		nn.Eval(model)
		model.Scores(torch.Rand(torch.Shape{100_000}))
		for _, p := range nn.Parameters(model) {
			p.SetGrad(nil)
		}
	}
	torch.Step(use)
	before := leak.CollectorOff(t)
	torch.Step(use)
	require.Equal(t, before, torch.LiveTensors())
}
