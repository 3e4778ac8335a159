package sound_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/internal/sound"
)

// TestReadsAsLibsndfile holds each file of testdata against what libsndfile reads in it (scripts/golden/sound.py): as many
// samples, the same ones where the format is lossless.
func TestReadsAsLibsndfile(t *testing.T) {
	files, err := filepath.Glob("testdata/*.f32")
	require.NoError(t, err)
	require.Len(t, files, 30)
	for _, want := range files {
		path := strings.TrimSuffix(want, ".f32")
		t.Run(filepath.Base(path), func(t *testing.T) {
			c, err := sound.Open(path, sound.Limits{})
			require.NoError(t, err)
			expected := floats(t, want)
			require.Len(t, c.Data, len(expected))
			require.Equal(t, len(expected), c.Frames*c.Channels)
			require.InDeltaSlice(t, expected, c.Data, tolerance[c.Encoding])
			info, err := sound.Stat(path)
			require.NoError(t, err)
			require.Equal(t, c.Info, info)
		})
	}
}

// The decoders add in another order than libsndfile's.
var tolerance = map[string]float64{"MP3": 1e-5, "VORBIS": 1e-5}

func TestInfo(t *testing.T) {
	for name, want := range map[string]sound.Info{
		"mono_pcm_24.wav":     {Format: "wav", Encoding: "PCM_S", Bits: 24, Rate: 16000, Channels: 1, Frames: 801},
		"three_ex_pcm_24.wav": {Format: "wav", Encoding: "PCM_S", Bits: 24, Rate: 48000, Channels: 3, Frames: 401},
		"mono_ulaw.wav":       {Format: "wav", Encoding: "ULAW", Bits: 8, Rate: 16000, Channels: 1, Frames: 801},
		"stereo.flac":         {Format: "flac", Encoding: "FLAC", Bits: 16, Rate: 44100, Channels: 2, Frames: 5000},
		"44100_2.mp3":         {Format: "mp3", Encoding: "MP3", Rate: 44100, Channels: 2, Frames: 8000},
		"44100_2.ogg":         {Format: "ogg", Encoding: "VORBIS", Rate: 44100, Channels: 2, Frames: 5000},
	} {
		info, err := sound.Stat("testdata/" + name)
		require.NoError(t, err)
		require.Equal(t, want, info)
	}
}

// Some programs put their tags before whatever it is.
func TestTags(t *testing.T) {
	tag := []byte("ID3\x04\x00\x00\x00\x00\x01\x48" + strings.Repeat("x", 200))
	for _, name := range []string{"stereo.flac", "44100_2.mp3"} {
		whole, err := sound.Open("testdata/"+name, sound.Limits{})
		require.NoError(t, err)
		b := append(bytes.Clone(tag), read(t, name)...)
		if whole.Format == "mp3" {
			b = append(b, "TAG"+strings.Repeat("y", 125)...)
		}
		tagged, err := sound.Decode(bytes.NewReader(b), int64(len(b)), sound.Limits{})
		require.NoError(t, err)
		require.Equal(t, whole, tagged)
	}
}

// A part of a file is that part of the whole.
func TestPart(t *testing.T) {
	for _, name := range []string{"stereo_pcm_16.wav", "stereo.flac", "44100_2.mp3", "44100_2.ogg"} {
		whole, err := sound.Open("testdata/"+name, sound.Limits{})
		require.NoError(t, err)
		for _, p := range [][2]int{{0, 1}, {1, 0}, {250, 100}, {499, 3}, {whole.Frames, 0}, {whole.Frames - 1, 5}} {
			part, err := sound.Open("testdata/"+name, sound.Limits{Offset: p[0], Frames: p[1]})
			require.NoError(t, err)
			end := whole.Frames
			if p[1] > 0 {
				end = min(end, p[0]+p[1])
			}
			require.Equal(t, whole.Data[2*p[0]:2*end], append([]float32{}, part.Data...), "%s %v", name, p)
			require.Equal(t, end-p[0], part.Frames)
		}
		_, err = sound.Open("testdata/"+name, sound.Limits{Offset: whole.Frames + 1})
		require.ErrorContains(t, err, "behind its end")
		_, err = sound.Open("testdata/"+name, sound.Limits{MaxSamples: 200})
		require.ErrorContains(t, err, "more than 200 samples")
		_, err = sound.Open("testdata/"+name, sound.Limits{MaxSamples: 200, Frames: 100})
		require.NoError(t, err)
	}
}

// What is written is read as it was: exactly where the encoding has room for it.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := sound.Clip{Info: rapid.SampledFrom([]sound.Info{
			{Format: "wav", Encoding: "PCM_U", Bits: 8},
			{Format: "wav", Encoding: "PCM_S", Bits: 16},
			{Format: "wav", Encoding: "PCM_S", Bits: 24},
			{Format: "wav", Encoding: "PCM_S", Bits: 32},
			{Format: "wav", Encoding: "PCM_F", Bits: 32},
			{Format: "wav", Encoding: "PCM_F", Bits: 64},
			{Format: "flac", Encoding: "FLAC", Bits: 8},
			{Format: "flac", Encoding: "FLAC", Bits: 16},
			{Format: "flac", Encoding: "FLAC", Bits: 24},
		}).Draw(t, "kind")}
		c.Channels = rapid.IntRange(1, 8).Draw(t, "channels")
		c.Rate = rapid.SampledFrom([]int{8000, 11025, 12345, 44100, 48000, 96000, 65536, 100001, 384000}).Draw(t, "rate")
		c.Frames = rapid.SampledFrom([]int{0, 1, 2, 15, 100, 4096, 4097}).Draw(t, "frames")
		noise := rapid.Uint64().Draw(t, "noise") | 1
		for range c.Frames * c.Channels {
			noise = noise*6364136223846793005 + 1442695040888963407
			c.Data = append(c.Data, float32(int32(noise>>32))/(1<<31))
		}
		write := sound.WriteWAV
		if c.Format == "flac" {
			write = sound.WriteFLAC
		}
		var b bytes.Buffer
		require.NoError(t, write(&b, c))
		got, err := sound.Decode(bytes.NewReader(b.Bytes()), int64(b.Len()), sound.Limits{})
		require.NoError(t, err)
		require.Equal(t, c.Info, got.Info)
		for i, v := range c.Data {
			want := v
			if c.Encoding != "PCM_F" {
				want = float32(float64(sound.Quantize(v, c.Bits)) / math.Ldexp(1, c.Bits-1))
			}
			require.Equal(t, want, got.Data[i])
		}
		var again bytes.Buffer
		require.NoError(t, write(&again, got))
		require.True(t, bytes.Equal(b.Bytes(), again.Bytes()))
	})
}

func floats(t testing.TB, path string) []float32 {
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	out := make([]float32, len(b)/4)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return out
}
