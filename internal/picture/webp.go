package picture

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/draw"
)

// chunk is a part of a WebP file: four letters, a length, the content, filled up to an even length.
type chunk struct {
	name    string
	content []byte
}

// nextChunk cuts a chunk off.
func nextChunk(b []byte) (c chunk, rest []byte, err error) {
	if len(b) < 8 {
		return c, nil, errors.New("it ends within a chunk's header")
	}
	n := int(binary.LittleEndian.Uint32(b[4:]))
	if n > len(b)-8 {
		return c, nil, fmt.Errorf("a chunk %q of %d bytes is cut short", b[:4], n)
	}
	return chunk{string(b[:4]), b[8 : 8+n]}, b[min(8+n+n%2, len(b)):], nil
}

func (c chunk) append(to []byte) []byte {
	to = binary.LittleEndian.AppendUint32(append(to, c.name...), uint32(len(c.content)))
	to = append(to, c.content...)
	return append(to, make([]byte, len(c.content)%2)...)
}

// firstFrame decodes the first frame of an animated WebP, which the decoder for still ones calls damaged, and lays it on
// its place in the animation's canvas. animated is false for every other file.
func firstFrame(ctx context.Context, encoded []byte) (m image.Image, animated bool, err error) {
	const animation = 1 << 1
	if len(encoded) < 21 || string(encoded[:4])+string(encoded[8:16]) != "RIFFWEBPVP8X" || encoded[20]&animation == 0 {
		return nil, false, nil
	}
	header, rest, err := nextChunk(encoded[12:])
	if err == nil && len(header.content) < 10 {
		err = errors.New("its header is too short")
	}
	for err == nil {
		var c chunk
		if c, rest, err = nextChunk(rest); err == nil && c.name == "ANMF" {
			m, err = frame(ctx, header.content, c.content)
			return m, true, err
		}
	}
	return nil, true, damaged("webp", fmt.Errorf("it has no frame: %w", err))
}

// frame decodes a frame: its place, size and duration, and the chunks of a still picture.
func frame(ctx context.Context, header, content []byte) (image.Image, error) {
	if len(content) < 16 {
		return nil, damaged("webp", errors.New("its first frame is too short"))
	}
	canvas := image.Rect(0, 0, int24(header[4:])+1, int24(header[7:])+1)
	if err := checkSize("webp", canvas.Dx(), canvas.Dy()); err != nil {
		return nil, err
	}
	at := image.Pt(2*int24(content), 2*int24(content[3:]))
	place := image.Rectangle{at, at.Add(image.Pt(int24(content[6:])+1, int24(content[9:])+1))}
	if !place.In(canvas) {
		return nil, damaged("webp", fmt.Errorf("its first frame, %v, is not within its canvas, %v", place, canvas))
	}
	still, err := stillPicture(content[6:12], content[16:])
	if err != nil {
		return nil, damaged("webp", err)
	}
	m, err := decode(ctx, still)
	if err != nil || place == canvas {
		return m, err
	}
	whole := image.NewNRGBA(canvas)
	draw.Draw(whole, place, m, m.Bounds().Min, draw.Src)
	return whole, nil
}

// stillPicture is a WebP file of a frame's chunks. size is the six bytes of its width and height.
func stillPicture(size, chunks []byte) ([]byte, error) {
	file := []byte("RIFF\x00\x00\x00\x00WEBP")
	for {
		c, rest, err := nextChunk(chunks)
		if err != nil {
			return nil, fmt.Errorf("its first frame has no picture: %w", err)
		}
		chunks = rest
		switch c.name {
		case "ALPH":
			const alpha = 1 << 4
			file = chunk{"VP8X", append([]byte{alpha, 0, 0, 0}, size...)}.append(file)
			file = c.append(file)
		case "VP8 ", "VP8L":
			file = c.append(file)
			binary.LittleEndian.PutUint32(file[4:], uint32(len(file)-8))
			return bytes.Clone(file), nil
		}
	}
}

func int24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
