// Package picture reads picture files that come from anywhere: it says what is wrong with them, and no file of a few
// kilobytes can take more time or memory than a large photograph does.
package picture

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // the formats that are read
	"image/png"
	"io"
	"math"
	"os"
	"sync"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"

	"multitorch/internal/regular"
)

// The largest picture that is read. A phone's camera makes 12 to 50 megapixels.
const (
	maxEncoded = 64 << 20   // bytes of the file
	maxPixels  = 64_000_000 // width x height
	maxSide    = 1 << 16    // pixels along one side
)

// Picture is what a file holds.
type Picture struct {
	image.Image
	Orientation int // as a camera has noted it in EXIF, from 1 to 8; 0 where there is no note
}

// Open reads a picture file as [Decode] does. What is not a regular file, such as a pipe, is an error. So is the end of ctx.
func Open(ctx context.Context, path string) (image.Image, error) {
	p, err := OpenFile(ctx, path)
	return p.Image, err
}

// OpenFile is [Open] with what the camera has noted.
func OpenFile(ctx context.Context, path string) (p Picture, err error) {
	err = regular.Read(path, "an image", func(f *os.File, _ int64) error {
		p, err = Read(ctx, f)
		return err
	})
	return p, err
}

// Decode reads a picture: PNG, JPEG, GIF, WebP, BMP or TIFF, of an animation the first frame. Colour profiles and the
// rotation that a camera notes in EXIF are not looked at.
//
// The error says so when the file is no picture, is cut short, or has more than 64 megapixels, 65,536 pixels along a side
// or 64 MiB. A JPEG whose scans go over more than a thousand megapixels in all is refused: an ordinary one has one scan, a
// progressive one about ten. When ctx ends, decoding stops with its error.
func Decode(ctx context.Context, r io.Reader) (image.Image, error) {
	p, err := Read(ctx, r)
	return p.Image, err
}

// Read is [Decode] with what the camera has noted.
func Read(ctx context.Context, r io.Reader) (p Picture, err error) {
	b := buffers.Get().(*bytes.Buffer)
	defer giveBuffer(b)
	if _, err = b.ReadFrom(io.LimitReader(reader{ctx, r, maxEncoded}, maxEncoded+1)); err != nil {
		return p, fmt.Errorf("the image cannot be read: %w", err)
	}
	encoded := b.Bytes()
	if len(encoded) > maxEncoded {
		return p, fmt.Errorf("the image file has more than %d MiB; make it smaller first", maxEncoded>>20)
	}
	m, animated, err := firstFrame(ctx, encoded)
	if !animated {
		m, err = decode(ctx, encoded)
	}
	if err != nil {
		return p, err
	}
	return Picture{m, orientation(encoded)}, nil
}

// buffers hold files while they are decoded: no picture keeps any of its file.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func giveBuffer(b *bytes.Buffer) {
	if b.Cap() <= 1<<20 { // a data set's files, and not the one that was large
		b.Reset()
		buffers.Put(b)
	}
}

func decode(ctx context.Context, encoded []byte) (image.Image, error) {
	if bytes.HasPrefix(encoded, []byte{0xff, mSOI}) {
		m, err := decodeJPEG(ctx, encoded)
		if err != nil && ctx.Err() == nil && !errors.As(err, new(refused)) {
			err = damaged("jpeg", err)
		}
		return m, err
	}
	if m := decodePlain(ctx, encoded); m != nil {
		return m, nil
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(encoded))
	if errors.Is(err, image.ErrFormat) {
		return nil, fmt.Errorf("expected an image (PNG, JPEG, GIF, WebP, BMP or TIFF), found %s; convert it to one of these",
			describe(encoded))
	}
	if err != nil {
		return nil, damaged(format, err)
	}
	if err := checkSize(format, config.Width, config.Height); err != nil {
		return nil, err
	}
	if bits := config.Width * config.Height * leastBits(format, encoded); bits/8 > mostTimes[format]*len(encoded) {
		return nil, damaged(format, fmt.Errorf("%w: %d bytes are too few for %d x %d pixels", errCut, len(encoded),
			config.Width, config.Height))
	}
	picture, _, err := image.Decode(reader{ctx, bytes.NewReader(encoded), 512})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, damaged(format, err)
	}
	if format == "webp" {
		picture = webpColours(picture, encoded)
	}
	return picture, nil
}

// mostTimes is by how much a format can make bytes of pixels fewer: deflate by 1032, LZW with codes of 12 bits by less than
// 4096. A short file is refused before there is memory for what it can't hold.
var mostTimes = map[string]int{"png": 1032, "bmp": 1, "gif": 4096, "tiff": 4096, "webp": math.MaxInt32}

// leastBits is how many bits a pixel has at least.
func leastBits(format string, encoded []byte) int {
	switch {
	case format == "png" && len(encoded) > 25: // the header's bits, and its kind of colours
		return int(encoded[24]) * max(1, map[byte]int{2: 3, 4: 2, 6: 4}[encoded[25]])
	case format == "bmp" && len(encoded) > 29:
		return int(binary.LittleEndian.Uint16(encoded[28:]))
	case format == "gif":
		return 8
	}
	return 1
}

// unsupported is the error of a JPEG that is not read, though nothing is wrong with it.
type unsupported string

func (e unsupported) Error() string { return string(e) }

func damaged(format string, err error) error {
	if errors.As(err, new(unsupported)) || errors.As(err, new(tiff.UnsupportedError)) || errors.As(err, new(png.UnsupportedError)) ||
		errors.Is(err, bmp.ErrUnsupported) {
		return fmt.Errorf("the %s image is of a kind that is not read: %w; save it as an ordinary PNG or JPEG", format, err)
	}
	return fmt.Errorf("the %s image is damaged: %w; export it again", format, err)
}

// refused is the error of a picture whose size, or whose way to be read, is not accepted.
type refused string

func (e refused) Error() string { return string(e) }

func checkSize(format string, w, h int) error {
	if w < 1 || h < 1 {
		return refused(fmt.Sprintf("the %s image is empty (%d x %d pixels)", format, w, h))
	}
	if w > maxSide || h > maxSide || w*h > maxPixels {
		return refused(fmt.Sprintf("the %s image has %d x %d pixels, expected at most %d megapixels and %d along a side; "+
			"make it smaller first", format, w, h, maxPixels/1_000_000, maxSide))
	}
	return nil
}

// reader fails once its context has ended. It gives at most step bytes at a time, so that a decoder that makes much of
// little asks often.
type reader struct {
	ctx  context.Context
	r    io.Reader
	step int
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p[:min(len(p), r.step)])
}

// describe says what little can be said of bytes that are in no known format.
func describe(encoded []byte) string {
	if len(encoded) == 0 {
		return "an empty file"
	}
	return fmt.Sprintf("%d bytes that begin with %q", len(encoded), encoded[:min(len(encoded), 8)])
}
