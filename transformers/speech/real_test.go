package speech_test

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets/asterisk"
	"multitorch/multimodal/audio"
	"multitorch/torch"
	"multitorch/transformers/pretrained"
	"multitorch/transformers/speech"
)

// tiny is Whisper tiny.en, where it has been fetched.
var tiny = sync.OnceValues(func() (*speech.Whisper, error) {
	dir, err := pretrained.Find("whisper-tiny.en")
	if err != nil {
		return nil, err
	}
	return speech.Load(dir)
})

// clips are Asterisk's prompts at 16 kHz.
func clips(t *testing.T) map[string]*torch.Tensor {
	data, err := asterisk.Open(t.Context(), "", asterisk.Options{}, nil)
	require.NoError(t, err)
	resample := audio.NewResample(asterisk.Rate, 16000, audio.SoxrHQ())
	all := map[string]*torch.Tensor{}
	for _, c := range data.Clips {
		all[c.Name] = resample.Forward(torch.FromSlice(c.Samples, 1, len(c.Samples))).Select(0, 0)
	}
	return all
}

// The ids are those that Transformers and OpenAI's whisper gave, greedily and by a search.
func TestPromptsAreHeardAsByTransformers(t *testing.T) {
	whisper, err := tiny()
	if errors.Is(err, pretrained.ErrNotFetched) {
		t.Skip("not tried with Whisper: ", err)
	}
	require.NoError(t, err)
	sounds := clips(t)
	var golden struct {
		Clips []struct {
			Name   string  `json:"name"`
			Greedy []int64 `json:"greedy"`
			Beam   []int64 `json:"beam5"`
			Mean   float64 `json:"greedy_avg_logprob"`
		} `json:"clips"`
	}
	text, err := os.ReadFile("testdata/whisper_tiny_en.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &golden))
	same, n := 0, 0
	for i, c := range golden.Clips {
		if i%12 != 0 {
			continue
		}
		heard, err := whisper.Transcribe(t.Context(), sounds[c.Name], speech.Options{Temperatures: []float64{0}})
		require.NoError(t, err)
		n++
		if ids := append(heard.Segments[0].Tokens, 50256); slices.Equal(c.Greedy, ids) {
			same++
			require.InDelta(t, c.Mean, heard.Segments[0].AvgLogProb, 2e-3, c.Name)
		} else {
			t.Log(c.Name, c.Greedy, ids)
		}
	}
	t.Logf("%d of %d", same, n)
	require.Equal(t, n, same)
}

// Times are those of Transformers; a search finds its text; and silence is left out, which the model hears as "you".
func TestTimesSearchAndSilence(t *testing.T) {
	whisper, err := tiny()
	if errors.Is(err, pretrained.ErrNotFetched) {
		t.Skip("not tried with Whisper: ", err)
	}
	require.NoError(t, err)
	sounds := clips(t)
	timed, err := whisper.Transcribe(t.Context(), sounds["demo-nogo"], speech.Options{Timestamps: true})
	require.NoError(t, err)
	require.Len(t, timed.Segments, 2)
	first := timed.Segments[0]
	require.Equal(t, []int64{
		50363, 314, 1101, 7787, 314, 373, 5906, 284, 2251, 257, 4637, 284, 262, 7367, 1505, 13646, 18503, 1984, 4382, 13, 50659,
	}, first.Tokens)
	require.InDelta(t, 0, first.Start, 1e-9)
	require.InDelta(t, 5.92, first.End, 1e-9)
	require.InDelta(t, 10.32, timed.Segments[1].End, 1e-9)

	searched, err := whisper.Transcribe(t.Context(), sounds["agent-user"], speech.Options{Beams: 5})
	require.NoError(t, err)
	require.Equal(t, []int64{15906, 2604, 287, 13, 4222, 3802, 534, 5797, 1271, 3940, 416, 262, 14896, 1994, 13}, searched.Segments[0].Tokens)
	// Transformers takes the probabilities before it suppresses ids: those of what is left, -0.1994, add up to 1.
	require.InDelta(t, -0.2040, searched.Segments[0].AvgLogProb, 1e-3)

	silence := torch.Zeros(torch.Shape{480_000})
	nothing, err := whisper.Transcribe(t.Context(), silence, speech.Options{})
	require.NoError(t, err)
	require.Empty(t, nothing.Segments)
	you, err := whisper.Transcribe(t.Context(), silence, speech.Options{Silence: math.Inf(-1)})
	require.NoError(t, err)
	require.Equal(t, "you", you.Text)
	require.InDelta(t, 0.948, you.Segments[0].NoSpeechProb, 1e-2)
}

// A recording of several windows has the segments of OpenAI's whisper (scripts/golden/speech.py).
func TestLongRecordings(t *testing.T) {
	whisper, err := tiny()
	if errors.Is(err, pretrained.ErrNotFetched) {
		t.Skip("not tried with Whisper: ", err)
	}
	require.NoError(t, err)
	var golden struct {
		Clips    []string `json:"clips"`
		Samples  int      `json:"samples"`
		Segments []struct {
			speech.Segment
			Seek int `json:"seek"` // in frames
		} `json:"segments"`
	}
	text, err := os.ReadFile("testdata/long.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &golden))
	sounds := clips(t)
	var parts []*torch.Tensor
	for _, name := range golden.Clips {
		parts = append(parts, sounds[name])
	}
	recording := torch.Cat(parts, 0)
	require.Equal(t, golden.Samples, recording.Size(0))
	var done []float64
	heard, err := whisper.Transcribe(t.Context(), recording, speech.Options{Temperatures: []float64{0}},
		func(seconds float64) { done = append(done, seconds) })
	require.NoError(t, err)
	require.InDelta(t, heard.Duration, done[len(done)-1], 0.01)
	require.Len(t, heard.Segments, len(golden.Segments))
	for i, want := range golden.Segments {
		got := heard.Segments[i]
		require.Equal(t, want.Tokens, got.Tokens, "segment %d: %q, %q", i, want.Text, got.Text)
		require.Equal(t, want.Text, got.Text)
		require.InDelta(t, want.Start, got.Start, 1e-6)
		require.InDelta(t, want.End, got.End, 1e-6)
		require.InDelta(t, float64(want.Seek)/100, got.Seek, 1e-6)
		require.InDelta(t, want.AvgLogProb, got.AvgLogProb, 2e-3)
		require.InDelta(t, want.NoSpeechProb, got.NoSpeechProb, 1e-2)
		require.InDelta(t, want.CompressionRatio, got.CompressionRatio, 0.05) // Go's zlib finds other matches than C's
	}
}
