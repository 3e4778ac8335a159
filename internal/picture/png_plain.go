package picture

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"io"
	"sync"

	"github.com/klauspost/compress/zlib"

	"multitorch/internal/pixels"
)

// plainPNG is a PNG as most are: grey, RGB or RGBA of 8 bits, line after line, nothing transparent but by its fourth channel,
// and nothing wrong with it. Its lines are put where they belong as they are unpacked, in half of image/png's time. All
// others are left to image/png, which also says what is wrong with one: so there are no errors here, and no picture that
// image/png does not make.
type plainPNG struct {
	width, height, channels int
	packed                  [][]byte
}

const pngMark = "\x89PNG\r\n\x1a\n"

// plain walks over a PNG's chunks, and is false where it is of another kind.
func plain(encoded []byte) (p plainPNG, ok bool) {
	b, ok := bytes.CutPrefix(encoded, []byte(pngMark))
	for first, ended := true, false; ok; first = false {
		if len(b) < 12 {
			return p, false
		}
		n := int64(binary.BigEndian.Uint32(b))
		if n > int64(len(b)-12) || crc32.ChecksumIEEE(b[4:8+n]) != binary.BigEndian.Uint32(b[8+n:]) {
			return p, false
		}
		name, content := string(b[4:8]), b[8:8+n]
		b = b[12+n:]
		switch {
		case first:
			ok = name == "IHDR" && n == 13 && p.header(content)
		case name == "IDAT":
			p.packed = append(p.packed, content)
			ok = !ended
		case name == "IEND":
			return p, n == 0 && len(p.packed) > 0
		case name == "IHDR" || name == "PLTE" || name == "tRNS":
			ok = false
		default:
			ended = len(p.packed) > 0
		}
	}
	return p, false
}

func (p *plainPNG) header(b []byte) bool {
	const bits, kind, packing, filters, interlaced = 8, 9, 10, 11, 12
	p.width, p.height = int(binary.BigEndian.Uint32(b)), int(binary.BigEndian.Uint32(b[4:]))
	p.channels = map[byte]int{0: 1, 2: 3, 6: 4}[b[kind]]
	return p.channels > 0 && b[bits] == 8 && b[packing] == 0 && b[filters] == 0 && b[interlaced] == 0
}

// inflater is what one picture is unpacked with after the other.
type inflater struct {
	packed bytes.Reader
	joined []byte        // what came in several chunks
	z      io.ReadCloser // nil before the first picture
	lines  []byte
}

var inflaters = sync.Pool{New: func() any { return new(inflater) }}

// start makes an inflater ready for data in one chunk or several.
func (f *inflater) start(chunks [][]byte) error {
	data := chunks[0]
	if len(chunks) > 1 {
		f.joined = f.joined[:0]
		for _, c := range chunks {
			f.joined = append(f.joined, c...)
		}
		data = f.joined
	}
	f.packed.Reset(data)
	if f.z != nil {
		return f.z.(zlib.Resetter).Reset(&f.packed, nil)
	}
	var err error
	f.z, err = zlib.NewReader(&f.packed)
	return err
}

// give keeps an inflater for the next picture.
func (f *inflater) give() {
	f.packed.Reset(nil) // keep nothing of the file
	if cap(f.joined) <= 1<<20 && cap(f.lines) <= 1<<20 {
		inflaters.Put(f)
	}
}

// decodePlain reads a PNG that is plain, and is nil for all others.
func decodePlain(ctx context.Context, encoded []byte) image.Image {
	p, ok := plain(encoded)
	if !ok || checkSize("png", p.width, p.height) != nil {
		return nil
	}
	line := 1 + p.width*p.channels // before each line's bytes is its filter
	if p.height*line > mostTimes["png"]*len(encoded) {
		return nil
	}
	f := inflaters.Get().(*inflater)
	defer f.give()
	if f.start(p.packed) != nil {
		return nil
	}
	const most = 64 << 10 // bytes of lines at once, so that they are in the processor's cache
	lines := max(1, min(most/line, p.height))
	if cap(f.lines) < lines*line {
		f.lines = make([]byte, lines*line)
	}
	out := make([]uint8, p.height*p.width*p.channels)
	for y := 0; y < p.height; y += lines {
		lines = min(lines, p.height-y)
		in := f.lines[:lines*line]
		if _, err := io.ReadFull(f.z, in); err != nil || ctx.Err() != nil || !pixels.Unfilter(in, p.width, p.channels, out, y) {
			return nil
		}
	}
	// The end is read for its checksum.
	if n, err := f.z.Read(f.lines[:1]); n != 0 || err != io.EOF || f.packed.Len() > 0 {
		return nil
	}
	r := image.Rect(0, 0, p.width, p.height)
	switch p.channels {
	case 1:
		return &image.Gray{Pix: out, Stride: p.width, Rect: r}
	case 3:
		return &RGB{out, 3 * p.width, r}
	}
	return &image.NRGBA{Pix: out, Stride: 4 * p.width, Rect: r}
}
