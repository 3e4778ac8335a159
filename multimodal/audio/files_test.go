package audio_test

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/audio"
	"multitorch/torch"
	"multitorch/twin"
)

func chirp(n int) *torch.Tensor {
	t := torch.Arange(0, n, 1, torch.Float64).Div(16000)
	return t.Mul(100).Add(t.Square().Mul(2950)).Mul(2 * math.Pi).Sin().Mul(0.5).To(torch.Float32)
}

// What Save writes, Load reads: the same bits where the file has room for them.
func TestSaveAndLoad(t *testing.T) {
	stereo := torch.Stack([]*torch.Tensor{chirp(1000), chirp(1000).Neg()}, 0)
	for name, c := range map[string]struct {
		file     string
		wave     *torch.Tensor
		opts     []audio.SaveOption
		encoding string
		bits     int
		within   float64
	}{
		"float32":     {"a.wav", stereo, nil, "PCM_F", 32, 0},
		"float64":     {"a.wav", stereo.To(torch.Float64), nil, "PCM_F", 64, 0},
		"half":        {"a.WAV", stereo.To(torch.Float16), nil, "PCM_F", 32, 1e-3},
		"16 bits":     {"a.wav", stereo, []audio.SaveOption{audio.Encoding("PCM_S")}, "PCM_S", 16, 1.0 / (1 << 16)},
		"24 bits":     {"a.wav", stereo, []audio.SaveOption{audio.Encoding("PCM_S"), audio.BitsPerSample(24)}, "PCM_S", 24, 1.0 / (1 << 24)},
		"8 bits":      {"a.wav", stereo, []audio.SaveOption{audio.Encoding("PCM_U")}, "PCM_U", 8, 1.0 / (1 << 8)},
		"int16":       {"a.wav", stereo.Mul(32768).Round().To(torch.Int16), nil, "PCM_S", 16, 1.0 / (1 << 16)},
		"flac":        {"a.flac", stereo, nil, "FLAC", 24, 1.0 / (1 << 24)},
		"flac, 16":    {"a.flac", stereo, []audio.SaveOption{audio.BitsPerSample(16)}, "FLAC", 16, 1.0 / (1 << 16)},
		"flac, int16": {"a.flac", stereo.Mul(32768).Round().To(torch.Int16), nil, "FLAC", 16, 1.0 / (1 << 16)},
		"one channel": {"a.flac", stereo.Select(0, 0), nil, "FLAC", 24, 1.0 / (1 << 24)},
		"gradients":   {"a.wav", stereo.Clone().SetRequiresGrad(true), nil, "PCM_F", 32, 0},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), c.file)
			require.NoError(t, audio.Save(path, c.wave, 16000, c.opts...))
			wave, rate, err := audio.Load(path)
			require.NoError(t, err)
			require.Equal(t, 16000, rate)
			want := stereo
			if c.wave.Dim() == 1 {
				want = stereo.Narrow(0, 0, 1)
			}
			require.Equal(t, want.Shape(), wave.Shape())
			require.LessOrEqual(t, wave.Sub(want).Abs().Max().Item(), c.within)
			info, err := audio.Stat(path)
			require.NoError(t, err)
			require.Equal(t, c.encoding, info.Encoding)
			require.Equal(t, c.bits, info.Bits)
			require.Equal(t, 1000, info.Frames)
		})
	}
}

// A file without samples is a waveform without samples.
func TestEmptyFiles(t *testing.T) {
	for _, name := range []string{"a.wav", "a.flac"} {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, audio.Save(path, torch.Zeros(torch.Shape{2, 0}), 8000))
		wave, rate, err := audio.Load(path)
		require.NoError(t, err)
		require.Equal(t, 8000, rate)
		require.Equal(t, torch.Shape{2, 0}, wave.Shape())
	}
}

func TestLoadAPart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.flac")
	require.NoError(t, audio.Save(path, chirp(1000), 8000))
	whole, _, err := audio.Load(path)
	require.NoError(t, err)
	part, rate, err := audio.Load(path, audio.FrameOffset(100), audio.NumFrames(50))
	require.NoError(t, err)
	require.Equal(t, 8000, rate)
	twin.RequireEqual(t, whole.Narrow(1, 100, 50).Contiguous(), part)
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	again, _, err := audio.Decode(bytes.NewReader(b), int64(len(b)))
	require.NoError(t, err)
	twin.RequireEqual(t, whole, again)
	stereo := filepath.Join(t.TempDir(), "stereo.wav")
	two := torch.Cat([]*torch.Tensor{whole, whole.Mul(0.5)}, 0)
	require.NoError(t, audio.Save(stereo, two, 8000))
	two, _, err = audio.Load(stereo)
	require.NoError(t, err)
	mean, _, err := audio.Load(stereo, audio.Mixed(true), audio.FrameOffset(5), audio.NumFrames(50))
	require.NoError(t, err)
	require.True(t, torch.Equal(audio.Mono(two).Narrow(1, 5, 50), mean))

	mixed := audio.Mono(torch.Cat([]*torch.Tensor{whole, whole.Neg()}, 0))
	require.Equal(t, torch.Shape{1, 1000}, mixed.Shape())
	require.Zero(t, mixed.Abs().Max().Item())
}

func TestFilesThatCannotBe(t *testing.T) {
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	loud := torch.New([]float32{0, 1.5, -1})
	for name, c := range map[string]struct {
		err  error
		says string
	}{
		"clipping":  {audio.Save(file("a.flac"), loud, 8000), "1 samples lie outside -1 to 1 (up to 1.5)"},
		"nan":       {audio.Save(file("a.wav"), torch.New([]float32{0, float32(math.NaN())}), 8000), "frame 1 of channel 0 is NaN"},
		"name":      {audio.Save(file("a.mp3"), loud, 8000), "expected a name that ends in .wav or .flac"},
		"dims":      {audio.Save(file("a.wav"), loud.View(1, 1, 3), 8000), "got the shape [1 1 3]"},
		"bool":      {audio.Save(file("a.wav"), loud.Gt(0), 8000), "got bool"},
		"rate":      {audio.Save(file("a.wav"), loud, 0), "0 samples per second"},
		"bits":      {audio.Save(file("a.wav"), loud, 8000, audio.BitsPerSample(7)), "got PCM_F of 7"},
		"encoding":  {audio.Save(file("a.wav"), loud, 8000, audio.Encoding("MP3")), "got MP3 of 0"},
		"folder":    {audio.Save(file("no/a.wav"), loud, 8000), "its folder cannot be used"},
		"channels":  {audio.Save(file("a.flac"), torch.Zeros(torch.Shape{9, 2}), 8000), "at most 8 channels"},
		"no folder": {audio.Save(dir, loud, 8000), "expected a name"},
	} {
		require.ErrorContains(t, c.err, c.says, name)
		require.ErrorContains(t, c.err, dir, name)
	}
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
	require.NoError(t, audio.Save(file("a.wav"), loud, 8000, audio.Encoding("PCM_S"), audio.AllowClipping(true)))
	wave, _, err := audio.Load(file("a.wav"))
	require.NoError(t, err)
	require.Equal(t, []float32{0, 32767. / 32768, -1}, torch.ToSlice[float32](wave.View(-1)))

	require.NoError(t, os.Truncate(file("a.wav"), 48))
	_, _, err = audio.Load(file("a.wav"))
	require.ErrorIs(t, err, audio.ErrTruncated)
	require.ErrorContains(t, err, file("a.wav"))
	wave, _, err = audio.Load(file("a.wav"), audio.AllowTruncated(true))
	require.NoError(t, err)
	require.Equal(t, torch.Shape{1, 2}, wave.Shape())
	_, _, err = audio.Load(file("none.wav"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
