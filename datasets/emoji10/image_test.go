package emoji10_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/datasets/emoji10"
)

// TestDecodeImageAgreesWithPIL holds pictures against what testdata/make.py got for them.
func TestDecodeImageAgreesWithPIL(t *testing.T) {
	files, err := filepath.Glob("testdata/*.want.png")
	require.NoError(t, err)
	require.Len(t, files, 10)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			encoded, err := os.ReadFile(strings.TrimSuffix(file, ".want.png"))
			require.NoError(t, err)
			got, err := emoji10.DecodeImage(bytes.NewReader(encoded), 32)
			require.NoError(t, err)
			want := planes(t, file)
			require.Len(t, got, len(want))
			for i := range want {
				require.InDelta(t, want[i], got[i], 1, "channel %d, row %d, column %d", i/1024, i/32%32, i%32)
			}
		})
	}
}

// planes reads a PNG without scaling it.
func planes(t *testing.T, file string) []uint8 {
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	m, err := png.Decode(f)
	require.NoError(t, err)
	n := m.Bounds().Dx() * m.Bounds().Dy()
	out := make([]uint8, 3*n)
	for i := range n {
		r, g, b, _ := m.At(i%m.Bounds().Dx(), i/m.Bounds().Dx()).RGBA()
		out[i], out[n+i], out[2*n+i] = uint8(r>>8), uint8(g>>8), uint8(b>>8)
	}
	return out
}

func TestDecodeImageOfOneColour(t *testing.T) {
	encoders := map[string]func(*bytes.Buffer, image.Image) error{
		"png":  func(b *bytes.Buffer, m image.Image) error { return png.Encode(b, m) },
		"jpeg": func(b *bytes.Buffer, m image.Image) error { return jpeg.Encode(b, m, nil) },
		"gif":  func(b *bytes.Buffer, m image.Image) error { return gif.Encode(b, m, nil) },
	}
	rapid.Check(t, func(t *rapid.T) {
		format := rapid.SampledFrom([]string{"png", "jpeg", "gif"}).Draw(t, "format")
		side := rapid.IntRange(1, 100).Draw(t, "side")
		size := rapid.IntRange(1, 64).Draw(t, "size")
		gray := color.Gray{rapid.SampledFrom([]uint8{0, 255}).Draw(t, "gray")}
		m := image.NewGray(image.Rect(0, 0, side, side))
		for i := range m.Pix {
			m.Pix[i] = gray.Y
		}
		var encoded bytes.Buffer
		require.NoError(t, encoders[format](&encoded, m))
		got, err := emoji10.DecodeImage(&encoded, size)
		require.NoError(t, err)
		require.Equal(t, bytes.Repeat([]byte{gray.Y}, 3*size*size), got)
	})
}

func TestDecodeImageFitsAndPads(t *testing.T) {
	got, err := emoji10.DecodeImage(bytes.NewReader(flat(40, 20, color.NRGBA{10, 20, 30, 255})), 4)
	require.NoError(t, err)
	white := bytes.Repeat([]byte{255}, 4)
	var want []uint8
	for _, c := range []byte{10, 20, 30} {
		row := bytes.Repeat([]byte{c}, 4)
		want = append(want, bytes.Join([][]byte{white, row, row, white}, nil)...)
	}
	require.Equal(t, want, got)

	clear, err := emoji10.DecodeImage(bytes.NewReader(flat(5, 5, color.NRGBA{0, 0, 0, 0})), 2)
	require.NoError(t, err)
	require.Equal(t, bytes.Repeat([]byte{255}, 12), clear, "what is transparent is white")
}

// hugePNG claims a size in its header and holds next to nothing.
func hugePNG(w, h uint32) []byte {
	header := []byte("IHDR\x00\x00\x00\x00\x00\x00\x00\x00\x08\x06\x00\x00\x00")
	binary.BigEndian.PutUint32(header[4:], w)
	binary.BigEndian.PutUint32(header[8:], h)
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), header...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(header))
}

func TestDecodeImageErrors(t *testing.T) {
	whole := flat(64, 64, color.NRGBA{1, 2, 3, 255})
	tests := []struct {
		name    string
		content []byte
		size    int
		want    string
	}{
		{"text", []byte("hello, this is text"), 32, `expected an image (PNG, JPEG, GIF, WebP, BMP or TIFF), found 19 bytes that begin with "hello, t"`},
		{"nothing", nil, 32, "found an empty file"},
		{"cut short", whole[:len(whole)/2], 32, "the png image is damaged"},
		{"header cut short", whole[:12], 32, "the png image is damaged"},
		{"too many pixels", hugePNG(10_000, 10_000), 32, "10000 x 10000 pixels, expected at most 64 megapixels"},
		{"too long", hugePNG(70_000, 1), 32, "65536 along a side"},
		{"file too large", make([]byte, 64<<20+1), 32, "more than 64 MiB"},
		{"size 0", whole, 0, "size of 1 to 4096 pixels, got 0"},
		{"size", whole, 5000, "got 5000"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := emoji10.DecodeImage(bytes.NewReader(test.content), test.size)
			require.ErrorContains(t, err, test.want)
		})
	}
	broken := errors.New("the disk is gone")
	_, err := emoji10.DecodeImage(iotest.ErrReader(broken), 32)
	require.ErrorIs(t, err, broken)
}

func FuzzDecodeImage(f *testing.F) {
	files, err := filepath.Glob("testdata/*.[pbgw]*")
	require.NoError(f, err)
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(content)
	}
	var photo bytes.Buffer
	require.NoError(f, jpeg.Encode(&photo, image.NewYCbCr(image.Rect(0, 0, 20, 9), image.YCbCrSubsampleRatio420), nil))
	f.Add(photo.Bytes())
	f.Fuzz(func(t *testing.T, content []byte) {
		if c, _, err := image.DecodeConfig(bytes.NewReader(content)); err == nil && c.Width > 0 && c.Height > (1<<20)/c.Width {
			return // a large picture is slow to read and tells nothing new
		}
		pixels, err := emoji10.DecodeImage(bytes.NewReader(content), 8)
		if err != nil {
			require.Nil(t, pixels)
			return
		}
		require.Len(t, pixels, 3*8*8)
	})
}
