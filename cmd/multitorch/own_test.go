package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets/catalog"
	datatable "multitorch/datasets/table"
	"multitorch/multimodal/audio"
	"multitorch/multimodal/image"
	"multitorch/torch"
)

func writeTable(t testing.TB, path string, columns []string, rows [][]string) string {
	f, err := os.Create(path)
	require.NoError(t, err)
	defer f.Close()
	require.NoError(t, datatable.WriteCSV(f, columns, rows))
	return path
}

// ownCaptions is a table of pictures and captions.
func ownCaptions(t testing.TB) (path string) {
	dir := t.TempDir()
	colours := map[string][]uint8{"red": {230, 20, 10}, "green": {10, 200, 40}, "blue": {20, 30, 220}, "black": {0, 0, 0}}
	var rows [][]string
	for i := range 40 {
		name := []string{"red", "green", "blue", "black"}[i%4]
		picture := fmt.Sprintf("%d.png", i)
		require.NoError(t, image.Uniform(8, 8+i%3, colours[name]...).Save(filepath.Join(dir, picture)))
		rows = append(rows, []string{picture, "a " + name + " thing, number " + fmt.Sprint(i), fmt.Sprint(i * i)})
	}
	return writeTable(t, filepath.Join(dir, "captions.csv"), []string{"file", "caption", "other"}, rows)
}

// Pictures and captions of one's own: train, eval, search and predict.
func TestCaptionsOfOnesOwn(t *testing.T) {
	t.Parallel()
	path := ownCaptions(t)
	dir := filepath.Dir(path)
	out := filepath.Join(dir, "run")
	checkpoint := filepath.Join(out, checkpointName)
	o := multitorch("train", "captions", "--data", path, "--out", out, "--image-size", "8", "--epochs", "12",
		"--batch-size", "16", "--lr", "0.01").requireOK(t)
	require.Contains(t, o.stderr, "other            ignored")
	require.Contains(t, o.stdout, "32 training pairs and 8 test pairs")
	o = multitorch("eval", checkpoint).requireOK(t)
	require.Contains(t, o.stdout, "image->text R@10")
	multitorch("eval", "--data", path, checkpoint).requireOK(t)

	o = multitorch("search", "blue", "--checkpoint", checkpoint, "--out", filepath.Join(dir, "found.png"), "--top", "3").requireOK(t)
	require.Equal(t, 3, strings.Count(o.stdout, "a blue thing"), o.stdout)
	require.Contains(t, o.stdout, "3 of 40 pictures in ")
	require.FileExists(t, filepath.Join(dir, "found.png"))
	o = multitorch("predict", "--checkpoint", checkpoint, "--image", filepath.Join(dir, "1.png"), "--text", "red, green, black").requireOK(t)
	require.True(t, strings.HasPrefix(o.stdout, "green"), o.stdout)

	for want, args := range map[string][]string{
		"which column is the picture":        {"--data", writeTable(t, filepath.Join(dir, "no.csv"), []string{"a", "caption"}, [][]string{{"x", "y"}, {"z", "y y y y"}})},
		"column \"file\" is empty: expected": {"--data", writeTable(t, filepath.Join(dir, "half.csv"), []string{"file", "caption"}, [][]string{{"0.png", "a b c d"}, {"", "e f g h"}})},
		"--data: expected a table of yours":  nil,
		"--caption: there is no column":      {"--data", path, "--caption", "words"},
	} {
		refused(append([]string{"train", "captions"}, args...)...).requireError(t, failed, want)
	}
	refused("search", "?!", "--checkpoint", checkpoint).requireError(t, failed, "?!")
	refused("predict", "--checkpoint", checkpoint, "--data", path).requireError(t, failed, "multitorch search")
}

// say writes a sound in which each letter is a tone.
func say(t testing.TB, path, text string, rate int) {
	var samples []float32
	for _, letter := range text {
		for k := range rate / 8 {
			samples = append(samples, float32(0.4*math.Sin(2*math.Pi*float64(k)/float64(rate)*(400+250*float64(letter-'a')))))
		}
	}
	require.NoError(t, audio.Save(path, torch.FromSlice(samples, 1, len(samples)), rate))
}

// ownSpeech is a table of sounds and what is said in them.
func ownSpeech(t testing.TB) (path string, rows [][]string) {
	dir := t.TempDir()
	for i := range 20 {
		text := []string{"abc", "cab", "bad", "dab", "acd"}[i%5]
		name := fmt.Sprintf("%d.wav", i)
		say(t, filepath.Join(dir, name), text, []int{8000, 16000}[i%2]) // of two rates
		rows = append(rows, []string{name, strings.ToUpper(text) + "!"})
	}
	return writeTable(t, filepath.Join(dir, "speech.csv"), []string{"clip", "transcript"}, rows), rows
}

// Sounds and transcripts of one's own. Each letter is a tone, so that there is something to hear.
func TestTranscriptsOfOnesOwn(t *testing.T) {
	t.Parallel()
	path, rows := ownSpeech(t)
	dir := filepath.Dir(path)
	out := filepath.Join(dir, "run")
	checkpoint := filepath.Join(out, checkpointName)
	o := multitorch("train", "transcripts", "--data", path, "--out", out, "--epochs", "2").requireOK(t)
	require.Contains(t, o.stdout, "16 training and 4 test rows")
	require.Contains(t, multitorch("eval", checkpoint).requireOK(t).stdout, "CER")
	multitorch("eval", "--data", path, checkpoint).requireOK(t)
	multitorch("predict", "--checkpoint", checkpoint, "--audio", filepath.Join(dir, "0.wav")).requireOK(t)
	multitorch("transcribe", "--checkpoint", checkpoint, filepath.Join(dir, "1.wav")).requireOK(t)
	url, _ := startServer(t, checkpoint)
	status, body := send(t, url+"/v1/transcribe", "audio", "@"+filepath.Join(dir, "0.wav"))
	require.Equal(t, 200, status, body)
	o = multitorch("predict", "--checkpoint", checkpoint, "--data", path).requireOK(t)
	require.True(t, strings.HasPrefix(o.stdout, "clip,transcript,prediction\n0.wav,ABC!,"), o.stdout)

	require.NoError(t, os.WriteFile(filepath.Join(dir, "cut.wav"), []byte("RIFF\x24\x00\x00\x00WAVEfmt "), 0o644))
	say(t, filepath.Join(dir, "short.wav"), "a", 8000)
	bad := writeTable(t, filepath.Join(dir, "bad.csv"), []string{"clip", "transcript"},
		append(rows, []string{"cut.wav", "abc"}, []string{"short.wav", "abcdabcdabcdabcdabcdabcdabcdabcd"}, []string{"0.wav", ""}))
	refused("train", "transcripts", "--data", bad).requireError(t, failed, "cut.wav", "column \"transcript\" is empty")
	samples, err := openSet(t.Context(), bad, "")
	require.NoError(t, err)
	report, err := catalog.Check(t.Context(), samples, nil)
	require.NoError(t, err)
	require.Len(t, report.Problems, 3, "what train finds, check does")
	require.Contains(t, report.Problems[1].String(), "its text of 32 characters needs 32")
	multitorch("train", "transcripts", "--data", bad, "--skip-bad", "--epochs", "1", "--out", filepath.Join(dir, "other")).requireOK(t)
	refused("predict", "--checkpoint", checkpoint, "--audio", filepath.Join(dir, "cut.wav")).requireError(t, failed, "--audio", "cut.wav")
	refused("predict", "--checkpoint", checkpoint).requireError(t, failed, "--audio: expected a sound")
}
