package audio_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/audio"
	"multitorch/torch"
)

// whole is what a stream should give: the file at once, mixed and resampled.
func whole(t *testing.T, path string, rate int) *torch.Tensor {
	t.Helper()
	wave, own, err := audio.Load(path, audio.Mixed(true))
	require.NoError(t, err)
	return audio.NewResample(own, rate, audio.SoxrHQ()).Forward(wave).Select(0, 0).Contiguous()
}

// read is all of a stream in pieces of n samples.
func read(t *testing.T, s *audio.Stream, n int) *torch.Tensor {
	t.Helper()
	var pieces []*torch.Tensor
	for at := 0; at < s.Len(); at += n {
		piece, err := s.Samples(at, min(n, s.Len()-at))
		require.NoError(t, err)
		pieces = append(pieces, piece)
	}
	return torch.Cat(pieces, 0)
}

// Of every format and at every rate, pieces are those of the whole, to the bit.
func TestStreamsAreTheirFiles(t *testing.T) {
	files, err := filepath.Glob("../../internal/sound/testdata/*.*")
	require.NoError(t, err)
	tried := 0
	for _, path := range files {
		if filepath.Ext(path) == ".f32" {
			continue
		}
		tried++
		for _, rate := range []int{16_000, 22_050, 48_000} {
			want := whole(t, path, rate)
			s, err := audio.OpenStream(path, rate)
			require.NoError(t, err, path)
			require.Equal(t, want.Numel(), s.Len(), path)
			require.Equal(t, rate, s.Rate())
			require.True(t, torch.Equal(want, read(t, s, 777)), "%s at %d Hz", path, rate)
			require.NoError(t, s.Close())
		}
	}
	require.Greater(t, tried, 10)
}

// A long file, which isn't kept, is the same from wherever it is read: on from there, back a bit, and back to its beginning.
func TestLongStreams(t *testing.T) {
	const samples = 8_500_000 // more than is kept
	var path string
	var want *torch.Tensor
	torch.Step(func() {
		path = filepath.Join(t.TempDir(), "long.flac")
		noise := torch.Randn(torch.Shape{1, samples}).Clamp(-3, 3).Div(4)
		require.NoError(t, audio.Save(path, noise, 44_100, audio.BitsPerSample(16)))
		want = whole(t, path, 16_000).Keep()
	})
	s, err := audio.OpenStream(path, 16_000)
	require.NoError(t, err)
	defer s.Close()
	require.Equal(t, want.Numel(), s.Len())
	for _, from := range []int{0, 100_000, 90_000, 3_000_000, 2_900_000, 5, 1_000_000, s.Len() - 1000, 0, s.Len() - 7} {
		n := min(50_000, s.Len()-from)
		piece, err := s.Samples(from, n)
		require.NoError(t, err)
		require.True(t, torch.Equal(want.Narrow(0, from, n), piece), "from %d", from)
	}
	require.True(t, torch.Equal(want, read(t, s, 480_000)))
}

func TestStreamsOfBadFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.flac")
	require.NoError(t, audio.Save(path, chirp(100_000), 16_000))
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	nan := filepath.Join(dir, "nan.wav")
	require.NoError(t, audio.Save(nan, chirp(1000), 16_000))
	floats, err := os.ReadFile(nan)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(nan, append(floats[:len(floats)-4], 0, 0, 0xc0, 0x7f), 0o600))
	none := filepath.Join(dir, "none.wav")
	require.NoError(t, audio.Save(none, torch.Zeros(torch.Shape{1, 0}), 16_000))
	cut := filepath.Join(dir, "cut.flac")
	require.NoError(t, os.WriteFile(cut, content[:len(content)/2], 0o600))
	odd := filepath.Join(dir, "odd.wav")
	require.NoError(t, audio.Save(odd, chirp(1000), 44_101))
	for path, want := range map[string]string{
		cut: "cut short", nan: "is NaN", none: "there are no samples", odd: "larger common divisor", dir: "a folder",
		filepath.Join(dir, "missing.wav"): "no such file",
	} {
		_, err := audio.OpenStream(path, 16_000)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, path)
	}
	_, err = audio.NewStream(bytes.NewReader(content), int64(len(content)), 0)
	require.ErrorContains(t, err, "at least 1 Hz")
	s, err := audio.NewStream(bytes.NewReader(content), int64(len(content)), 8000)
	require.NoError(t, err)
	for _, piece := range [][2]int{{-1, 2}, {0, 0}, {0, 50_001}, {50_000, 1}, {1, 1 << 62}} {
		_, err := s.Samples(piece[0], piece[1])
		require.ErrorContains(t, err, fmt.Sprintf("got %d from %d on", piece[1], piece[0]))
	}
}

func ExampleOpenStream() {
	path := filepath.Join(os.TempDir(), "talk.wav")
	defer os.Remove(path)
	if err := audio.Save(path, torch.Zeros(torch.Shape{2, 441_000}), 44_100); err != nil {
		panic(err)
	}
	s, err := audio.OpenStream(path, 16_000)
	if err != nil {
		panic(err)
	}
	defer s.Close()
	for at := 0; at < s.Len(); at += 4 * s.Rate() {
		samples, err := s.Samples(at, min(4*s.Rate(), s.Len()-at))
		if err != nil {
			panic(err)
		}
		fmt.Println(samples.Shape())
	}
	// Output:
	// [64000]
	// [64000]
	// [32000]
}
