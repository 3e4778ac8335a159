package audio_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"multitorch/multimodal/audio"
	"multitorch/torch"
)

func Example() {
	dir, err := os.MkdirTemp("", "audio")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "tone.flac")
	second := torch.Arange(0, 44100, 1, torch.Float32).Div(44100)
	if err := audio.Save(path, second.Mul(2*math.Pi*440).Sin().Mul(0.5), 44100); err != nil {
		panic(err)
	}

	wave, rate, err := audio.Load(path) // at the file's own rate
	if err != nil {
		panic(err)
	}
	fmt.Println(wave.Shape(), rate)

	mel := audio.NewLogMelSpectrogram(audio.Whisper(), audio.Samples(0))
	fmt.Println(mel.Config().CheckRate(rate))
	wave = audio.NewResample(rate, 16000, audio.SoxrHQ()).Forward(wave)
	fmt.Println(mel.Forward(wave).Shape())
	// Output:
	// [1 44100] 44100
	// expected audio of 16000 samples per second, got 44100; resample it first: NewResample(44100, 16000)
	// [1 80 100]
}

// A definition is a value, which is saved with the model that was trained on it.
func ExampleConfig() {
	c := audio.Kaldi(16000, audio.NMels(80))
	text, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	var saved audio.Config
	if err := json.Unmarshal(text, &saved); err != nil {
		panic(err)
	}
	fmt.Println(saved == c, saved.Definition, saved.Frames(16000))
	// Output: true kaldi 98
}
