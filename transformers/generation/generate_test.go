package generation_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/internal/leak"
	"multitorch/torch"
	"multitorch/transformers/generation"
)

func with(change func(c *generation.Config)) generation.Config {
	c := generation.Default()
	change(&c)
	return c
}

// A batch gives each prompt what it gets alone, greedily and by beam search, whatever the others' lengths.
func TestBatchesAreLikeSinglePrompts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prompts := rapid.SliceOfN(rapid.SliceOfN(rapid.Int64Range(0, 29), 1, 6), 1, 4).Draw(t, "prompts")
		c := with(func(c *generation.Config) {
			c.MaxNewTokens = rapid.IntRange(1, 12).Draw(t, "new")
			c.NumBeams = rapid.IntRange(1, 3).Draw(t, "beams")
			c.EOSTokenID = generation.IDs{3, 17, 20}
			c.EncoderRepetitionPenalty = rapid.SampledFrom([]float64{1, 0.7, 1.5}).Draw(t, "encoder")
			c.EarlyStopping = rapid.SampledFrom([]generation.EarlyStopping{generation.Likely, generation.Never}).Draw(t, "early")
		})
		together, err := generation.Generate(toy{vocab: 30}, prompts, c)
		require.NoError(t, err)
		for i, p := range prompts {
			alone, err := generation.Generate(toy{vocab: 30}, [][]int64{p}, c)
			require.NoError(t, err)
			require.Equal(t, alone.New[0], together.New[i])
		}
	})
}

// Without an encoder its settings are about the prompt, as in Transformers.
func TestPromptsAreTheEncodersInput(t *testing.T) {
	prompts := [][]int64{{4, 9, 11}, {5}}
	for name, c := range map[string]generation.Config{
		"only the prompt's": with(func(c *generation.Config) { c.EncoderRepetitionPenalty = 1e6 }),
		"none of them":      with(func(c *generation.Config) { c.EncoderNoRepeatNGramSize = 1 }),
	} {
		c.MaxNewTokens = 12
		result, err := generation.Generate(toy{vocab: 30}, prompts, c)
		require.NoError(t, err)
		for i, ids := range result.New {
			require.Len(t, ids, 12)
			for _, id := range ids {
				require.Equal(t, name == "only the prompt's", slices.Contains(prompts[i], id), "%s: %d", name, id)
			}
		}
	}
}

// A beam for each continuation finds the best of all sequences.
func TestWideBeamsFindTheBest(t *testing.T) {
	const vocab, length = 4, 3
	best, score := [length]int64{}, float32(-1e9)
	c := with(func(c *generation.Config) { c.MaxNewTokens = 1 })
	for n := range vocab * vocab * vocab {
		ids := [length]int64{int64(n % vocab), int64(n / vocab % vocab), int64(n / vocab / vocab)}
		sum := float32(0)
		for i := range length {
			c.Processors = []generation.Processor{generation.ProcessorFunc(func(_ [][]int64, scores *torch.Tensor) *torch.Tensor {
				sum += torch.ToSlice[float32](scores.LogSoftmax(-1))[ids[i]]
				return scores
			})}
			_, err := generation.Generate(toy{vocab: vocab}, [][]int64{append([]int64{1}, ids[:i]...)}, c)
			require.NoError(t, err)
		}
		if sum > score {
			best, score = ids, sum
		}
	}
	result, err := generation.Generate(toy{vocab: vocab}, [][]int64{{1}}, with(func(c *generation.Config) {
		c.NumBeams, c.MaxNewTokens = vocab*vocab, length
	}))
	require.NoError(t, err)
	require.Equal(t, best[:], result.New[0])
	require.InDelta(t, score/length, result.SequenceScores[0], 1e-4)
}

func TestStreamGivesWhatGenerateDoes(t *testing.T) {
	c := with(func(c *generation.Config) {
		c.MaxNewTokens, c.EOSTokenID, c.DoSample, c.NumReturnSequences = 20, generation.IDs{3, 17}, true, 3
	})
	prompts := [][]int64{{1, 2, 3}, {4}}
	c.Generator = torch.NewGenerator(5)
	want, err := generation.Generate(toy{vocab: 30}, prompts, c)
	require.NoError(t, err)
	c.Generator = torch.NewGenerator(5)
	got, ended := make([][]int64, 6), make([]bool, 6)
	for token, err := range generation.Stream(toy{vocab: 30}, prompts, c) {
		require.NoError(t, err)
		require.False(t, ended[token.Row], "nothing follows the last id")
		got[token.Row], ended[token.Row] = append(got[token.Row], token.ID), token.Last
	}
	require.Equal(t, want.New, got)
	require.NotContains(t, ended, false)
	require.NotEqual(t, got[0], got[1])
}

func TestStreamsCanBeLeft(t *testing.T) {
	before, n := leak.CollectorOff(t), 0
	for _, err := range generation.Stream(toy{vocab: 30}, [][]int64{{1}, {2, 3}}, with(func(c *generation.Config) { c.MaxNewTokens = 50 })) {
		require.NoError(t, err)
		if n++; n == 5 {
			break
		}
	}
	require.Equal(t, before, torch.LiveTensors())
}

// letters makes a letter of each id, and two bytes' halves of 28 and 29.
func letters(ids []int64) string {
	var b strings.Builder
	for _, id := range ids {
		switch {
		case id < 26:
			b.WriteByte(byte('a' + id))
		default:
			b.WriteString("\xc3"[:1])
		}
	}
	return strings.ToValidUTF8(b.String(), "�")
}

func TestStops(t *testing.T) {
	all, err := generation.Generate(toy{vocab: 26}, [][]int64{{1, 2}}, with(func(c *generation.Config) { c.MaxNewTokens = 30 }))
	require.NoError(t, err)
	text := letters(all.New[0])

	t.Run("strings", func(t *testing.T) {
		got, err := generation.Generate(toy{vocab: 26}, [][]int64{{1, 2}}, with(func(c *generation.Config) {
			c.MaxNewTokens, c.StopStrings, c.Decode = 30, []string{"nothing like it", text[5:8]}, letters
		}))
		require.NoError(t, err)
		require.Equal(t, text[:strings.Index(text, text[5:8])+3], letters(got.New[0]))
	})
	t.Run("a function", func(t *testing.T) {
		got, err := generation.Generate(toy{vocab: 26}, [][]int64{{1, 2}}, with(func(c *generation.Config) {
			c.MaxNewTokens = 30
			c.Stops = append(c.Stops, func(ids []int64) bool { return len(ids) == 9 })
		}))
		require.NoError(t, err)
		require.Equal(t, all.Sequences[0][:9], got.Sequences[0])
	})
	t.Run("time", func(t *testing.T) {
		begin := time.Now()
		got, err := generation.Generate(toy{vocab: 26}, [][]int64{{1, 2}}, with(func(c *generation.Config) {
			c.MaxNewTokens, c.MaxTime = 1<<20, generation.Seconds(20*time.Millisecond)
		}))
		require.NoError(t, err)
		require.NotEmpty(t, got.New[0])
		require.Less(t, time.Since(begin), time.Minute)
	})
}

func TestTensorsStayFew(t *testing.T) {
	for _, c := range []generation.Config{
		with(func(c *generation.Config) { c.RepetitionPenalty, c.NoRepeatNGramSize = 1.1, 3 }),
		with(func(c *generation.Config) { c.DoSample, c.TopP, c.Temperature = true, 0.9, 0.8 }),
		with(func(c *generation.Config) { c.NumBeams = 2 }),
	} {
		c.MaxNewTokens = 100
		before := leak.CollectorOff(t)
		most := 0
		c.Stops = append(c.Stops, func(ids []int64) bool {
			most = max(most, torch.LiveTensors()-before)
			return false
		})
		_, err := generation.Generate(toy{vocab: 30}, [][]int64{{1}, {2, 3}}, c)
		require.NoError(t, err)
		require.Equal(t, before, torch.LiveTensors())
		require.Less(t, most, 40, "at any moment")
	}
}

func TestImpossible(t *testing.T) {
	one := [][]int64{{1}}
	for _, c := range []struct {
		prompts [][]int64
		config  generation.Config
		says    string
	}{
		{nil, generation.Default(), "expected at least one prompt"},
		{[][]int64{{1}, {}}, generation.Default(), "prompt 1 is empty"},
		{[][]int64{{30}}, generation.Default(), "the ids 0 to 29, but got 30"},
		{[][]int64{{-1}}, generation.Default(), "but got -1"},
		{[][]int64{make([]int64, 51)}, generation.Default(), "51 ids, but the model has 50 positions"},
		{one, generation.Config{}, "they begin as generation.Default()"},
		{one, with(func(c *generation.Config) { c.MaxNewTokens = 50 }), "at most 49 new ones fit"},
		{one, with(func(c *generation.Config) { c.MaxLength = 1 }), "nothing can be added"},
		{one, with(func(c *generation.Config) { c.MaxNewTokens = -1 }), "max_new_tokens: expected at least 0, but got -1"},
		{one, with(func(c *generation.Config) { c.MinLength, c.MaxLength = 20, 10 }), "min_new_tokens: at least 20"},
		{one, with(func(c *generation.Config) { c.Temperature, c.DoSample = 0, true }), "temperature: expected a number above 0"},
		{one, with(func(c *generation.Config) { c.TopP = 1.5 }), "top_p: expected a number from 0 to 1"},
		{one, with(func(c *generation.Config) { c.TopK = -3 }), "top_k: expected at least 0"},
		{one, with(func(c *generation.Config) { c.RepetitionPenalty = 0 }), "repetition_penalty: expected a number above 0"},
		{one, with(func(c *generation.Config) { c.NumReturnSequences = 2 }), "greedy decoding has one sequence"},
		{one, with(func(c *generation.Config) { c.NumBeams, c.NumReturnSequences = 2, 3 }), "as many sequences as beams, 2"},
		{one, with(func(c *generation.Config) { c.NumBeams = 0 }), "num_beams: expected at least 1"},
		{one, with(func(c *generation.Config) { c.StopStrings = []string{"x"} }), "Config.Decode is needed"},
		{one, with(func(c *generation.Config) { c.BadWordsIDs = [][]int64{{1, 99}} }), "bad_words_ids: the model has the ids 0 to 29"},
		{one, with(func(c *generation.Config) { c.EarlyStopping = "soon" }), "early_stopping"},
		{one, with(func(c *generation.Config) { c.ExponentialDecayLengthPenalty = &generation.Decay{Start: 1} }), "there is no eos_token_id"},
	} {
		_, err := generation.Generate(toy{vocab: 30, positions: 50}, c.prompts, c.config)
		require.ErrorContains(t, err, c.says)
		for _, err = range generation.Stream(toy{vocab: 30, positions: 50}, c.prompts, c.config) {
		}
		require.Error(t, err, c.says)
	}
	for _, err := range generation.Stream(toy{vocab: 30}, one, with(func(c *generation.Config) { c.NumBeams = 2 })) {
		require.ErrorContains(t, err, "num_beams 1")
	}
}

// What fails while ids are made is an error, and leaves nothing behind.
func TestErrorsOnTheWay(t *testing.T) {
	before := leak.CollectorOff(t)
	c := generation.Default()
	c.Processors = []generation.Processor{generation.ProcessorFunc(func(ids [][]int64, scores *torch.Tensor) *torch.Tensor {
		if len(ids[0]) == 4 {
			panic(&torch.Error{Op: "mine", Message: "no more"})
		}
		return scores
	})}
	_, err := generation.Generate(toy{vocab: 30}, [][]int64{{1}}, c)
	var e *torch.Error
	require.True(t, errors.As(err, &e))
	require.ErrorContains(t, err, "generation: id 4: mine: no more")
	require.Equal(t, before, torch.LiveTensors())

	c = with(func(c *generation.Config) { c.PrefixAllowed = func(int, []int64) []int64 { return nil } })
	_, err = generation.Generate(toy{vocab: 30}, [][]int64{{1}}, c)
	require.ErrorContains(t, err, "no id may follow")
}

func ExampleGenerate() {
	c := generation.Default()
	c.MaxNewTokens = 4
	result, err := generation.Generate(toy{vocab: 30}, [][]int64{{1, 2, 3}, {4}}, c)
	if err != nil {
		panic(err)
	}
	for _, ids := range result.New {
		fmt.Println(len(ids), "new ids")
	}
	// Output:
	// 4 new ids
	// 4 new ids
}
