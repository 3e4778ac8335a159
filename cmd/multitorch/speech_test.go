package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets/asterisk"
	"multitorch/multimodal"
	"multitorch/multimodal/audio"
	"multitorch/multimodal/audio/device"
	"multitorch/multimodal/ctc"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/transformers/processors"
	"multitorch/transformers/speech"
)

// One user's path: a model is trained, measured, asked once, and given files and a folder. After one epoch it has learned
// nothing yet, so it is tried what the commands do with sounds, not what the model says.
func TestSpeech(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out := filepath.Join(dir, "run")
	o := multitorch("train", "speech", "--epochs", "1", "--batch-size", "64", "--out", out).requireOK(t)
	require.Contains(t, o.stdout, "Asterisk prompts: 373 training and 93 test clips of at most 6 s (by clip, split seed 0)\n")
	figures := regexp.MustCompile(`CER +(.*)\nWER +(.*)\nexact +(.*)\n`).FindStringSubmatch(o.stdout)
	require.NotNil(t, figures, o.stdout)
	path := filepath.Join(out, checkpointName)
	e := multitorch("eval", path).requireOK(t)
	require.Contains(t, e.stdout, "CER "+figures[1]+", WER "+figures[2]+", exact "+figures[3])
	require.Regexp(t, `likeliest path +CER +1867 `, e.stdout)
	require.Regexp(t, `beam 16, 6-gram +WER +321 `, e.stdout)

	sounds := filepath.Join(dir, "sounds")
	require.NoError(t, os.MkdirAll(filepath.Join(sounds, "more"), 0o755))
	save := func(name string, rate, channels, n int) string {
		path := filepath.Join(sounds, name)
		require.NoError(t, audio.Save(path, torch.Rand(torch.Shape{channels, n}).Sub(0.5), rate))
		return path
	}
	one := save("b.wav", 44_100, 2, 100_000)
	save("more/a.flac", 8000, 1, 130_000)
	silent := filepath.Join(sounds, "c.WAV")
	require.NoError(t, audio.Save(silent, torch.Zeros(torch.Shape{1, 20_000}), 16_000))
	words := func(args ...string) []string { return append([]string{"transcribe", "--checkpoint", path}, args...) }
	with := func(args ...string) outcome { return multitorch(words(args...)...) }
	all := with(sounds).requireOK(t)
	require.Regexp(t, `^\S+/b.wav\t.*\n\S+/c.WAV\t\n\S+/more/a.flac\t.*\n$`, all.stdout)
	require.Equal(t, "\n", with(silent).requireOK(t).stdout)
	require.Equal(t, 1, strings.Count(with(one, "--beam", "4").requireOK(t).stdout, "\n"))
	require.NotEmpty(t, multitorch("predict", "--checkpoint", path, "--audio", one, "--top", "2").requireOK(t).stdout)
	refused("predict", "--checkpoint", path, "--text", "hello").requireError(t, failed, "--audio", "expected a sound file")

	model, err := ctc.NewNGram(2, [][]string{ctc.CharacterTokens("enter the pound key")})
	require.NoError(t, err)
	lm := filepath.Join(dir, "lm.arpa")
	file, err := os.Create(lm)
	require.NoError(t, err)
	require.NoError(t, model.WriteARPA(file))
	require.NoError(t, file.Close())
	with(one, "--beam", "4", "--lm", lm, "--times").requireOK(t)
	refused(words(one, "--beam", "4", "--lm", one)...).requireError(t, failed, "--lm", one, "ARPA model")
	refused(words(one, "--lm", lm)...).requireError(t, misused, "--lm: a language model needs a search")
	refused(words()...).requireError(t, misused, "expected sound files or folders of them, or --mic")
	refused(words("--mic", one)...).requireError(t, misused, "--mic: expected no sound files")
	refused(words(dir+"/none.wav")...).requireError(t, failed, "none.wav", "no such file")
	refused(words(out)...).requireError(t, failed, out, "there are no sound files in this folder")

	// Files that are wrong are said so, and the others are gone on with.
	content, err := os.ReadFile(one)
	require.NoError(t, err)
	for name, content := range map[string][]byte{"cut.wav": content[:5000], "empty.wav": {}, "text.wav": []byte("hello")} {
		require.NoError(t, os.WriteFile(filepath.Join(sounds, name), content, 0o644))
	}
	save("short.wav", 8000, 1, 50)
	some := with(sounds)
	some.requireError(t, failed, "4 of 7 files could not be transcribed")
	for _, want := range []string{"cut.wav: ", "cut short", "empty.wav: ", "text.wav: ", "short.wav: it is too short, 50 samples"} {
		require.Contains(t, some.stderr, want)
	}
	require.Equal(t, 3, strings.Count(some.stdout, "\n"))
}

// TestLongRecordingsAreReadInPieces, which mean what the whole does.
func TestLongRecordingsAreReadInPieces(t *testing.T) {
	torch.ManualSeed(0)
	alphabet := ctc.NewAlphabet("ab ")
	model := multimodal.NewSpeech(multimodal.SpeechConfig{Symbols: alphabet.Len(), Channels: 8, Hidden: 8, Layers: 1})
	nn.Eval(model)
	r := &ctcRecogniser{model: model, alphabet: alphabet}
	samples := torch.Randn(torch.Shape{300 * multimodal.SpeechRate}).Mul(0.1)
	for at := range 100 { // pauses of a second
		samples.Slice(0, (3*at+2)*multimodal.SpeechRate, (3*at+3)*multimodal.SpeechRate, 1).FillInplace(0)
	}
	whole, err := r.hypotheses(samples)
	require.NoError(t, err)
	done := 0.
	heard, err := r.transcribe(processors.Waveform(samples), func(seconds float64) {
		require.Greater(t, seconds, done)
		done = seconds
	})
	require.NoError(t, err)
	require.NotEmpty(t, heard.Text)
	require.Equal(t, whole[0].Text, heard.Text)
	require.Equal(t, []float64{300, 300}, []float64{heard.Duration, done})
	last := 0.
	var said []string
	for _, s := range heard.Segments {
		require.GreaterOrEqual(t, s.Start, last)
		require.Greater(t, s.End, s.Start)
		last, said = s.End, append(said, s.Text)
	}
	require.LessOrEqual(t, last, 300.1)
	require.Equal(t, strings.Fields(heard.Text), said)
}

// TestMicrophone records from a device that is silent, and says what is missing where there is none.
func TestMicrophone(t *testing.T) {
	m := microphone{Mic: true, Seconds: 0.1}
	samples, err := m.record(context.Background(), &ctcRecogniser{}, device.Null(true))
	require.NoError(t, err)
	require.Equal(t, torch.Shape{800}, samples.Shape())
	require.Zero(t, samples.Abs().Sum().Item())
	_, err = m.record(context.Background(), &ctcRecogniser{}, device.Name("a microphone that nobody has"))
	require.ErrorContains(t, err, "--mic: ")
	require.ErrorContains(t, microphone{Mic: true, Seconds: 1e9}.check(0), "--seconds: expected up to 600")
}

// TestRatesOfSounds takes the common ones, and not those whose kernel takes a gigabyte.
func TestRatesOfSounds(t *testing.T) {
	for _, rate := range []int{8000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000} {
		samples, err := toSpeech(torch.Rand(torch.Shape{2, rate / 10}), rate)
		require.NoError(t, err, rate)
		require.InDelta(t, 800, samples.Size(0), 1)
	}
	_, err := toSpeech(torch.Rand(torch.Shape{1, 5000}), 44_101)
	require.ErrorContains(t, err, "its rate of 44101 Hz has too little in common with 8000 Hz")
	_, err = toSpeech(torch.Zeros(torch.Shape{1, 0}), 8000)
	require.ErrorContains(t, err, "there are no samples in it")
	_, err = toSpeech(torch.Zeros(torch.Shape{1, 500}).Log(), 8000)
	require.ErrorContains(t, err, "500 of its samples are NaN or infinite")
}

// TestWordTimes puts words together of the places of their letters.
func TestWordTimes(t *testing.T) {
	alphabet := ctc.NewAlphabet(" abc")
	at := func(label int64, start int) ctc.Span { return ctc.Span{Label: label, Start: start, End: start + 2} }
	spans := []ctc.Span{at(2, 10), at(3, 12), at(1, 20), at(1, 24), at(4, 30)}
	var b strings.Builder
	require.NoError(t, (&speech.Transcript{Segments: wordTimes(alphabet, spans)}).Write(&b, speech.Times))
	require.Equal(t, "   0.32    0.45  ab\n   0.96    1.02  c\n", b.String())
	require.Empty(t, wordTimes(alphabet, nil))
}

// TestSpeechDescriptions refuses what no run writes.
func TestSpeechDescriptions(t *testing.T) {
	good := func() *speechTask {
		task := &speechTask{Model: "gru", Language: "en", Alphabet: ctc.NewAlphabet("ab")}
		task.Size.Symbols = 3
		return task
	}
	require.NoError(t, good().check())
	for _, c := range []struct {
		change func(*speechTask)
		want   string
	}{
		{func(t *speechTask) { t.Model = "x" }, `the model "x"`},
		{func(t *speechTask) { t.Language = "tlh" }, `the language "tlh"`},
		{func(t *speechTask) { t.Alphabet = nil }, "no alphabet"},
		{func(t *speechTask) { t.Size.Symbols = 9 }, "9 symbols: expected 3"},
		{func(t *speechTask) { t.Size.Hidden = 1 << 30 }, "hidden: expected 1 to 4096"},
	} {
		bad := good()
		c.change(bad)
		require.ErrorContains(t, bad.check(), c.want)
	}
	task := good()
	task.From = filepath.Join(t.TempDir(), "none.safetensors")
	_, err := task.newModel()
	require.ErrorContains(t, err, "--from: checkpoint "+task.From+": there is no such file")
	_, err = task.average(nil, nil, torch.CPU)
	require.ErrorContains(t, err, "models of speech can't be put together")
	require.Equal(t, "fr, strict, more, split seed 2", (&speechTask{Language: "fr", Strict: true, More: true, SplitSeed: 2}).variant())
	require.Contains(t, asterisk.SplitOptions{More: true}.String(), "and more to train on")
}
