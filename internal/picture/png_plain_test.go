package picture_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/picture"
)

// pngFile writes a PNG of 8 bits whose lines have random bytes and filters, its data in chunks of so many bytes.
func pngFile(r *rand.Rand, kind byte, w, h, chunk int) []byte {
	channels := map[byte]int{0: 1, 2: 3, 4: 2, 6: 4}[kind]
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	for range h {
		line := make([]byte, 1+w*channels)
		for i := range line {
			line[i] = byte(r.Uint32())
		}
		line[0] %= 5
		_, _ = z.Write(line)
	}
	_ = z.Close()
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(w)), uint32(h))
	b := appendChunk([]byte("\x89PNG\r\n\x1a\n"), "IHDR", append(header, 8, kind, 0, 0, 0))
	for packed.Len() > 0 {
		b = appendChunk(b, "IDAT", packed.Next(chunk))
	}
	return appendChunk(b, "IEND", nil)
}

func appendChunk(b []byte, name string, content []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(content)))
	at := len(b)
	b = append(append(b, name...), content...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[at:]))
}

// requireAsGo holds what is read against image/png: the same pixels, or an error where it has one.
func requireAsGo(t testing.TB, content []byte) {
	want, err := png.Decode(bytes.NewReader(content))
	got, err2 := picture.Decode(context.Background(), bytes.NewReader(content))
	if err != nil {
		require.Error(t, err2)
		return
	}
	require.NoError(t, err2)
	require.Equal(t, want.Bounds(), got.Bounds())
	if m, ok := got.(*picture.RGB); ok {
		rgba := want.(*image.RGBA)
		for i := range len(m.Pix) / 3 {
			require.Equal(t, rgba.Pix[4*i:4*i+3], m.Pix[3*i:3*i+3])
		}
		return
	}
	require.Equal(t, want, got)
}

func TestPlainPNG(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, kind := range []byte{0, 2, 4, 6} {
		for _, size := range [][2]int{{1, 1}, {1, 7}, {9, 1}, {5, 6}, {64, 64}, {301, 200}, {30000, 3}} {
			for _, chunk := range []int{1 << 20, 50, 1} {
				if chunk == 1 && size[0] > 64 {
					continue
				}
				requireAsGo(t, pngFile(r, kind, size[0], size[1], chunk))
			}
		}
	}
}

// Whatever is wrong with a file is found, with the words that image/png has for it: each byte is changed in turn, and the
// file cut there.
func TestDamagedPNG(t *testing.T) {
	for _, kind := range []byte{0, 2, 6} {
		content := pngFile(rand.New(rand.NewPCG(3, uint64(kind))), kind, 6, 5, 60)
		for i := range content {
			for _, flip := range []byte{1, 0x80, 0xff} {
				damaged := bytes.Clone(content)
				damaged[i] ^= flip
				requireAsGo(t, damaged)
			}
			requireAsGo(t, content[:i])
		}
	}
}

// What checksums don't find: data that is too long or too short, a filter that there is none of, chunks out of order, and
// a checksum of the pixels that is wrong.
func TestWrongPNG(t *testing.T) {
	header := []byte{0, 0, 0, 2, 0, 0, 0, 2, 8, 0, 0, 0, 0}
	pack := func(lines string) []byte {
		var b bytes.Buffer
		z := zlib.NewWriter(&b)
		_, _ = io.WriteString(z, lines)
		_ = z.Close()
		return b.Bytes()
	}
	good := pack("\x00ab\x02cd")
	wrongSum := bytes.Clone(good)
	wrongSum[len(wrongSum)-1] ^= 1
	type chunk struct {
		name    string
		content []byte
	}
	for name, c := range map[string]struct {
		chunks []chunk
		fine   bool
	}{
		"as it should be":       {[]chunk{{"IHDR", header}, {"IDAT", good}, {"IEND", nil}}, true},
		"text before and after": {[]chunk{{"IHDR", header}, {"tEXt", good}, {"IDAT", good}, {"tEXt", nil}, {"IEND", nil}}, true},
		"a transparent grey":    {[]chunk{{"IHDR", header}, {"tRNS", []byte{0, 'a'}}, {"IDAT", good}, {"IEND", nil}}, true},
		"more data after text":  {[]chunk{{"IHDR", header}, {"IDAT", good}, {"tEXt", nil}, {"IDAT", good}, {"IEND", nil}}, true},
		"two headers":           {[]chunk{{"IHDR", header}, {"IHDR", header}, {"IDAT", good}, {"IEND", nil}}, false},
		"no header":             {[]chunk{{"IDAT", good}, {"IEND", nil}}, false},
		"no data":               {[]chunk{{"IHDR", header}, {"IEND", nil}}, false},
		"no end":                {[]chunk{{"IHDR", header}, {"IDAT", good}}, false},
		"a palette":             {[]chunk{{"IHDR", header}, {"PLTE", []byte("abc")}, {"IDAT", good}, {"IEND", nil}}, false},
		"an end with content":   {[]chunk{{"IHDR", header}, {"IDAT", good}, {"IEND", []byte("x")}}, false},
		"lines too few":         {[]chunk{{"IHDR", header}, {"IDAT", pack("\x00ab")}, {"IEND", nil}}, false},
		"lines too many":        {[]chunk{{"IHDR", header}, {"IDAT", pack("\x00ab\x00cd\x00")}, {"IEND", nil}}, false},
		"bytes after the data":  {[]chunk{{"IHDR", header}, {"IDAT", append(bytes.Clone(good), 0)}, {"IEND", nil}}, true}, // so says image/png
		"an unknown filter":     {[]chunk{{"IHDR", header}, {"IDAT", pack("\x00ab\x05cd")}, {"IEND", nil}}, false},
		"a wrong sum":           {[]chunk{{"IHDR", header}, {"IDAT", wrongSum}, {"IEND", nil}}, false},
		"no zlib":               {[]chunk{{"IHDR", header}, {"IDAT", []byte("abcdefgh")}, {"IEND", nil}}, false},
	} {
		content := []byte("\x89PNG\r\n\x1a\n")
		for _, c := range c.chunks {
			content = appendChunk(content, c.name, c.content)
		}
		require.Equal(t, c.fine, decode(content) == nil, name)
		requireAsGo(t, content)
	}
}

func FuzzPNG(f *testing.F) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, kind := range []byte{0, 2, 4, 6} {
		f.Add(pngFile(r, kind, 4, 3, 20))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if c, err := png.DecodeConfig(bytes.NewReader(content)); err == nil && c.Height > (1<<20)/c.Width {
			return
		}
		if c, err := png.DecodeConfig(bytes.NewReader(content)); err == nil && c.Width*c.Height > 1032*len(content) {
			return // refused, since so few bytes can't have so many pixels
		}
		if bytes.HasPrefix(content, []byte("\x89PNG\r\n\x1a\n")) {
			requireAsGo(t, content)
		}
	})
}
