package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets/asterisk"
	"multitorch/multimodal/audio"
	"multitorch/torch"
	"multitorch/transformers/pretrained"
	"multitorch/transformers/speech"
)

// TestTranscribeWithWhisper uses the real model, where it has been fetched.
func TestTranscribeWithWhisper(t *testing.T) {
	t.Parallel()
	dir, err := pretrained.Find("whisper-tiny.en")
	if errors.Is(err, pretrained.ErrNotFetched) {
		t.Skip("not tried with Whisper: ", err)
	}
	require.NoError(t, err)
	data, err := asterisk.Open(t.Context(), "", asterisk.Options{}, nil)
	require.NoError(t, err)
	sounds, out := t.TempDir(), filepath.Join(t.TempDir(), "new")
	for _, c := range data.Clips {
		if c.Name == "conf-lockednow" {
			require.NoError(t, audio.Save(filepath.Join(sounds, "a.wav"), torch.FromSlice(c.Samples, 1, len(c.Samples)), asterisk.Rate))
		}
	}
	require.NoError(t, audio.Save(filepath.Join(sounds, "b.flac"), torch.Zeros(torch.Shape{2, 44_100}), 44_100))
	require.NoError(t, os.WriteFile(filepath.Join(sounds, "c.mp3"), []byte("no sound"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(sounds, "d.wav"), nil, 0o644))

	o := multitorch("transcribe", sounds)
	o.requireError(t, failed, "2 of 4 files could not be transcribed")
	require.Contains(t, o.stderr, "c.mp3: ")
	require.Contains(t, o.stderr, "d.wav: ")
	require.Regexp(t, `^\S+/a.wav\tThe conference is now locked.\n\S+/b.flac\t\n$`, o.stdout)

	wav := filepath.Join(sounds, "a.wav")
	multitorch("transcribe", "--model", dir, "--format", "json", "--beam", "2", "--output-dir", out, wav).requireOK(t)
	text, err := os.ReadFile(filepath.Join(out, "a.json"))
	require.NoError(t, err)
	var said speech.Transcript
	require.NoError(t, json.Unmarshal(text, &said))
	require.Len(t, said.Segments, 1)
	require.Equal(t, "The conference is now locked.", said.Text)
	require.Less(t, said.Segments[0].AvgLogProb, -0.01)
	require.Less(t, said.Segments[0].NoSpeechProb, 0.5)
}

func TestTranscribeThatCannotBe(t *testing.T) {
	t.Setenv("MULTITORCH_DATA", t.TempDir())
	wav := filepath.Join(t.TempDir(), "a.wav")
	require.NoError(t, audio.Save(wav, torch.Zeros(torch.Shape{1, 800}), 8000))
	with := func(args ...string) outcome { return refused(append([]string{"transcribe", wav}, args...)...) }
	with().requireError(t, failed, "multitorch models get whisper-tiny.en gets it", "--checkpoint FILE")
	with("--model", "a", "--checkpoint", "b").requireError(t, misused, "--model, --checkpoint: expected one of them")
	with("--format", "doc").requireError(t, misused, "--format")
	with("--format", "srt", "--times").requireError(t, misused, "--times, --format srt")
	with("--best-of", "0").requireError(t, misused, "--best-of: expected 1 to 100")
	with(wav, "--format", "srt").requireError(t, failed, "2 sound files would become one: say where to put theirs by --output-dir")
	with(wav, "--output-dir", t.TempDir()).requireError(t, failed, "would both become")

	folder := t.TempDir()
	write := func(name, content string) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(content), 0o644))
	}
	write("config.json", `{"model_type": "bert"}`)
	with("--model", folder).requireError(t, failed, `a model of the type "bert" writes no speech: expected one of ["wav2vec2" "whisper"]`)
	write("config.json", `{"model_type": "whisper"`)
	with("--model", folder).requireError(t, failed, "config.json")
	write("config.json", `{"model_type": "whisper"}`)
	with("--model", folder).requireError(t, failed, "preprocessor_config.json")
	write("preprocessor_config.json", `{"feature_extractor_type": "WhisperFeatureExtractor"}`)
	write("model.safetensors", "cut short")
	with("--model", folder).requireError(t, failed, "model.safetensors", "header")
}
