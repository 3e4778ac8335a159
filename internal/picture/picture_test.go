package picture_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/picture"
)

// TestAnimatedWebP holds the first frame against what testdata/make.py got.
func TestAnimatedWebP(t *testing.T) {
	files, err := filepath.Glob("testdata/*.want.png")
	require.NoError(t, err)
	require.Len(t, files, 4)
	for _, file := range files {
		got, err := picture.Open(t.Context(), strings.TrimSuffix(file, ".want.png"))
		require.NoError(t, err, file)
		f, err := os.Open(file)
		require.NoError(t, err)
		defer f.Close()
		want, err := png.Decode(f)
		require.NoError(t, err)
		require.Equal(t, want.Bounds(), got.Bounds(), file)
		for y := range want.Bounds().Dy() {
			for x := range want.Bounds().Dx() {
				r, g, b, a := want.At(x, y).RGBA()
				r2, g2, b2, a2 := got.At(x, y).RGBA()
				for i, d := range []int{int(r) - int(r2), int(g) - int(g2), int(b) - int(b2), int(a) - int(a2)} {
					require.Zero(t, d, "%s: channel %d at %d, %d", file, i, x, y)
				}
			}
		}
	}
}

func read(t testing.TB, name string) []byte {
	content, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return content
}

func decode(content []byte) error {
	_, err := picture.Decode(context.Background(), bytes.NewReader(content))
	return err
}

func TestAnimatedWebPThatIsDamaged(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(b []byte) []byte
		want   string
	}{
		{"cut in the header", func(b []byte) []byte { return b[:25] }, "cut short"},
		{"no frame", func(b []byte) []byte { return b[:bytes.Index(b, []byte("ANMF"))] }, "it has no frame"},
		{"cut in the frame", func(b []byte) []byte { return b[:bytes.Index(b, []byte("ANMF"))+40] }, "cut short"},
		{"a short frame", func(b []byte) []byte {
			at := bytes.Index(b, []byte("ANMF"))
			binary.LittleEndian.PutUint32(b[at+4:], 10)
			return b
		}, "its first frame is too short"},
		{"a frame without a picture", func(b []byte) []byte {
			copy(b[bytes.Index(b, []byte("VP8L")):], "NONE")
			return b
		}, "its first frame has no picture"},
		{"a frame beside the canvas", func(b []byte) []byte {
			b[bytes.Index(b, []byte("ANMF"))+8] = 100
			return b
		}, "is not within its canvas"},
		{"a huge canvas", func(b []byte) []byte {
			copy(b[24:30], "\xff\xff\x00\xff\xff\x00")
			return b
		}, "65536 x 65536 pixels, expected at most 64 megapixels"},
	} {
		err := decode(c.change(read(t, "lossless.webp")))
		require.ErrorContains(t, err, "webp image", c.name)
		require.ErrorContains(t, err, c.want, c.name)
	}
}

// scans is the progressive picture with its last scan many times over, and with another size, if side is not 0.
func scans(t testing.TB, side uint16, times int) []byte {
	content := read(t, "progressive.jpg")
	if side != 0 {
		size := bytes.Index(content, []byte{0xff, 0xc2}) + 5
		binary.BigEndian.PutUint16(content[size:], side)
		binary.BigEndian.PutUint16(content[size+2:], side)
	}
	last := bytes.LastIndex(content, []byte{0xff, 0xda})
	end := len(content) - 2
	return bytes.Join([][]byte{content[:end], bytes.Repeat(content[last:end], times), content[end:]}, nil)
}

func TestAJPEGOfManyScans(t *testing.T) {
	require.NoError(t, decode(read(t, "progressive.jpg")))
	err := decode(scans(t, 7000, 1000))
	require.ErrorContains(t, err, "the jpeg image has 49000000 pixels in 1006 scans, expected at most 20 scans")
}

// A short file can't make a large picture, whatever its header says.
func TestFewBytesForManyPixels(t *testing.T) {
	header := func(w, h uint32) []byte {
		b := binary.BigEndian.AppendUint32([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"), w)
		b = append(binary.BigEndian.AppendUint32(b, h), 8, 6, 0, 0, 0)
		return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[12:]))
	}
	large := read(t, "progressive.jpg")
	size := bytes.Index(large, []byte{0xff, 0xc2}) + 5
	binary.BigEndian.PutUint16(large[size:], 8000)
	binary.BigEndian.PutUint16(large[size+2:], 8000)
	for _, content := range [][]byte{header(8000, 8000), large} {
		before := allocated()
		require.ErrorContains(t, decode(content), "bytes are too few for 8000 x 8000 pixels")
		require.Less(t, allocated()-before, uint64(1<<20))
	}
}

// What is no fault of the file's is said to be none.
func TestKindsThatAreNotRead(t *testing.T) {
	lossless := read(t, "progressive.jpg")
	lossless[bytes.Index(lossless, []byte{0xff, 0xc2})+1] = 0xc3
	require.ErrorContains(t, decode(lossless), "the jpeg image is of a kind that is not read: marker ffc3")
	twelve := read(t, "progressive.jpg")
	twelve[bytes.Index(twelve, []byte{0xff, 0xc2})+4] = 12
	require.ErrorContains(t, decode(twelve), "is of a kind that is not read: 12 bits for each sample, expected 8; save it as")
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// countdown ends after so many looks.
type countdown struct {
	context.Context
	looks int
}

func (c *countdown) Err() error {
	if c.looks--; c.looks < 0 {
		return context.Canceled
	}
	return nil
}

func TestDecodingStopsWithItsContext(t *testing.T) {
	const few = 20 // it reads the file in some of them, and is stopped within the picture by the last at the latest
	require.NoError(t, decode(scans(t, 0, 1000)))
	for _, content := range [][]byte{scans(t, 0, 1000), read(t, "lossless.webp"), read(t, "lossless.webp.want.png")} {
		for looks := range few {
			_, err := picture.Decode(&countdown{context.Background(), looks}, bytes.NewReader(content))
			if err != nil {
				require.ErrorIs(t, err, context.Canceled)
			}
		}
	}
	_, err := picture.Decode(&countdown{context.Background(), few}, bytes.NewReader(scans(t, 0, 1000)))
	require.ErrorIs(t, err, context.Canceled)
}

func TestOnlyRegularFiles(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe.png")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	for _, path := range []string{pipe, "/dev/zero", t.TempDir()} {
		_, err := picture.Open(t.Context(), path)
		require.ErrorContains(t, err, path)
		require.ErrorContains(t, err, "expected an image")
	}
	_, err := picture.Open(t.Context(), pipe+"x")
	require.ErrorIs(t, err, os.ErrNotExist)
}

func FuzzDecode(f *testing.F) {
	for _, name := range []string{"lossless.webp", "lossy.webp", "alpha.webp", "placed.webp", "progressive.jpg"} {
		f.Add(read(f, name))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if c, _, err := image.DecodeConfig(bytes.NewReader(content)); err == nil && c.Width > 0 && c.Height > (1<<20)/c.Width {
			return // a large picture is slow to read and tells nothing new
		}
		m, err := picture.Decode(context.Background(), bytes.NewReader(content))
		require.Equal(t, err == nil, m != nil)
	})
}
