package speech_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/transformers/speech"
)

var transcript = &speech.Transcript{Text: "Hello. Good --> bye.", Duration: 4000, Segments: []speech.Segment{
	{Start: 0.5, End: 1.25, Text: " Hello."}, {ID: 1, Start: 3599.9996, End: 3725.5, Text: " Good --> bye.", Tokens: []int64{7, 8}},
}}

func TestFormats(t *testing.T) {
	for format, want := range map[speech.Format]string{
		speech.Text:  "Hello. Good --> bye.\n",
		speech.Times: "   0.50    1.25  Hello.\n3600.00 3725.50  Good --> bye.\n",
		speech.SRT:   "1\n00:00:00,500 --> 00:00:01,250\nHello.\n\n2\n01:00:00,000 --> 01:02:05,500\nGood -> bye.\n\n",
		speech.VTT:   "WEBVTT\n\n00:00.500 --> 00:01.250\nHello.\n\n01:00:00.000 --> 01:02:05.500\nGood -> bye.\n\n",
	} {
		var b strings.Builder
		require.NoError(t, transcript.Write(&b, format))
		require.Equal(t, want, b.String())
	}
	lines := &speech.Transcript{Segments: []speech.Segment{{End: 1, Text: " One.\n\r\n\n two "}}}
	for format, want := range map[speech.Format]string{ // an empty line would end what is said
		speech.Times: "   0.00    1.00  One. two\n",
		speech.SRT:   "1\n00:00:00,000 --> 00:00:01,000\nOne.\ntwo\n\n",
		speech.VTT:   "WEBVTT\n\n00:00.000 --> 00:01.000\nOne.\ntwo\n\n",
	} {
		var b strings.Builder
		require.NoError(t, lines.Write(&b, format))
		require.Equal(t, want, b.String())
	}
	var b strings.Builder
	require.NoError(t, transcript.Write(&b, speech.JSON))
	var back speech.Transcript
	require.NoError(t, json.Unmarshal([]byte(b.String()), &back))
	require.Equal(t, transcript, &back)
	require.ErrorContains(t, transcript.Write(&b, "doc"), `"doc": expected one of ["text" "times" "srt" "vtt" "json"]`)
}

func TestOptionsThatMakeNoSense(t *testing.T) {
	var whisper *speech.Whisper // they are looked at first
	for want, o := range map[string]speech.Options{
		"expected 1 to 100 beams":     {Beams: 101},
		"expected at least one tempe": {Temperatures: []float64{0, math.NaN()}},
		"from 0 to 10, got []":        {Temperatures: []float64{}},
		"a threshold is not a number": {LogProb: math.NaN()},
		"at least 0 tokens":           {MaxTokens: -1},
	} {
		_, err := whisper.Transcribe(t.Context(), torch.Zeros(torch.Shape{10}), o)
		require.ErrorContains(t, err, want)
	}
	_, err := whisper.Transcribe(t.Context(), torch.Zeros(torch.Shape{0}), speech.Options{})
	require.ErrorContains(t, err, "expected samples [length], at least one")
}
