package draw_test

import (
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/audio"
	"multitorch/multimodal/audio/draw"
	"multitorch/torch"
)

// chirp rises from 100 to 6000 Hz in a second, and is louder in its second half.
func chirp() *torch.Tensor {
	t := torch.Arange(0, 16000, 1, torch.Float64).Div(16000)
	x := t.Mul(100).Add(t.Square().Mul(2950)).Mul(2 * math.Pi).Sin().Mul(0.4).Mul(t.Gt(0.5).Add(1))
	return x.To(torch.Float32).View(1, -1)
}

// save keeps a picture where MULTITORCH_PICTURES says, for people to look at.
func save(t *testing.T, name string, m image.Image) image.Image {
	dir := os.Getenv("MULTITORCH_PICTURES")
	if dir == "" {
		dir = t.TempDir()
	}
	path := filepath.Join(dir, name)
	require.NoError(t, draw.Save(path, m))
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	m, err = png.Decode(f)
	require.NoError(t, err)
	return m
}

var blue = color.RGBA{0x00, 0x72, 0xb2, 0xff}

func count(m image.Image, r image.Rectangle, c color.Color) (n int) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if m.At(x, y) == c {
				n++
			}
		}
	}
	return n
}

func TestWaveform(t *testing.T) {
	m := save(t, "waveform.png", draw.Waveform("a chirp of one second, 100 to 6000 Hz", chirp(), 16000))
	require.Equal(t, image.Rect(0, 0, 1000, 320), m.Bounds())
	quiet, loud := count(m, image.Rect(80, 0, 500, 320), blue), count(m, image.Rect(560, 0, 970, 320), blue)
	require.Greater(t, quiet, 5000)
	require.InDelta(t, 2, float64(loud)/float64(quiet), 0.25)
	for name, x := range map[string]*torch.Tensor{
		"two channels": torch.Randn(torch.Shape{2, 100}), "one sample": torch.New([]float32{5}), "silence": torch.Zeros(torch.Shape{3}),
		"no numbers": torch.New([]float32{float32(math.NaN()), float32(math.Inf(1)), 1}),
	} {
		require.NotNil(t, draw.Waveform(name, x, 8000), name)
	}
}

func TestSpectrograms(t *testing.T) {
	x := chirp()
	mel := audio.NewLogMelSpectrogram(audio.Librosa(16000, audio.NFFT(512)))
	power := audio.NewSpectrogram(audio.Torchaudio(16000, audio.NFFT(512)))
	whisper := audio.NewLogMelSpectrogram(audio.Whisper(), audio.Samples(0))
	mfcc := audio.NewMFCC(audio.Kaldi(16000))
	linear := audio.NewAmplitudeToDB("power", 80).Forward(power.Forward(x))
	m := save(t, "sheet.png", draw.Sheet(2,
		draw.Waveform("waveform", x, 16000),
		draw.Spectrogram("librosa: log mel (dB)", mel.Forward(x), mel.Config()),
		draw.Spectrogram("torchaudio: power (dB)", linear, power.Config()),
		draw.Spectrogram("Whisper: log mel", whisper.Forward(x), audio.Whisper()),
		draw.Spectrogram("Kaldi: MFCC", mfcc.Forward(x), mfcc.Config()),
	))
	require.Equal(t, image.Rect(0, 0, 2000, 960), m.Bounds())
	// The chirp is the bright line from the foot on the left to three quarters of the height on the right.
	bright := func(x, y int) int {
		r, g, b, _ := m.At(x, y).RGBA()
		return int(r + g + b)
	}
	brightest := func(x int) (at int) {
		for y := 320 + 40; y < 640-50; y++ {
			if bright(x, y) > bright(x, at) || at == 0 {
				at = y
			}
		}
		return at - 320
	}
	require.InDelta(t, 272-240*0.1, brightest(80+80), 12)
	require.InDelta(t, 272-240*0.65, brightest(80+750), 20)

	long := torch.Rand(torch.Shape{80, 100_000})
	require.Equal(t, image.Rect(0, 0, 1000, 320), draw.Spectrogram("an hour or so", long, audio.Whisper()).Bounds())
	require.NotNil(t, draw.Spectrogram("flat", torch.Zeros(torch.Shape{3, 1}), audio.Kaldi(16000)))
	require.NotNil(t, draw.Spectrogram("no numbers", torch.Full(torch.Shape{3, 2}, math.NaN()), audio.Librosa(16000)))
}

func TestBadArguments(t *testing.T) {
	for _, f := range []func(){
		func() { draw.Waveform("", torch.Zeros(torch.Shape{0}), 8000) },
		func() { draw.Waveform("", torch.Zeros(torch.Shape{2, 2, 2}), 8000) },
		func() { draw.Spectrogram("", torch.Zeros(torch.Shape{3}), audio.Librosa(16000)) },
		func() { draw.Spectrogram("", torch.Zeros(torch.Shape{3, 3}, torch.Complex64), audio.Librosa(16000)) },
	} {
		require.ErrorContains(t, torch.Try(func() error { f(); return nil }), "expected")
	}
	require.Error(t, draw.Save(filepath.Join(t.TempDir(), "no", "a.png"), image.NewGray(image.Rect(0, 0, 1, 1))))
}
