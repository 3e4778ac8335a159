package draw_test

import (
	"fmt"
	"os"
	"path/filepath"

	"multitorch/multimodal/audio"
	"multitorch/multimodal/audio/draw"
)

func Example() {
	wave, rate := chirp(), 16000
	mel := audio.NewLogMelSpectrogram(audio.Torchaudio(rate))
	dir, err := os.MkdirTemp("", "draw")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	sheet := draw.Sheet(1, draw.Waveform("a chirp", wave, rate), draw.Spectrogram("its mels", mel.Forward(wave), mel.Config()))
	fmt.Println(sheet.Bounds().Size(), draw.Save(filepath.Join(dir, "chirp.png"), sheet))
	// Output: (1000,640) <nil>
}
