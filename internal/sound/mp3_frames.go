package sound

import (
	"encoding/binary"
	"fmt"
	"io"

	"multitorch/internal/mp3"
)

// mp3Walk goes from frame to frame.
type mp3Walk struct {
	r       io.ReaderAt
	at, end int64
	begin   int64 // of the first frame with samples
	first   mp3.Header
	frames  int // with samples
	tag     mp3Tag
}

// mp3Tag is what LAME's tag says of the samples that were added at both ends.
type mp3Tag struct {
	known          bool
	delay, padding int
}

// maxJunk is how many bytes may come before the first frame.
const maxJunk = 64 << 10

func (w *mp3Walk) run() error {
	if err := w.find(); err != nil {
		return err
	}
	w.begin = w.at
	for w.at < w.end {
		var b [4]byte
		if n, _ := w.r.ReadAt(b[:min(4, w.end-w.at)], w.at); n < 4 {
			return fmt.Errorf("the MP3 file ends within the header of frame %d: %w", w.frames, ErrTruncated)
		}
		h, ok, err := mp3.ParseHeader(b[:])
		if err != nil {
			return err
		}
		if !ok {
			if w.padded() {
				break
			}
			return fmt.Errorf("the MP3 file is damaged: no frame at byte %d, after %d frames; export it again", w.at, w.frames)
		}
		if w.frames == 0 {
			w.first = h
		}
		if h.Version != w.first.Version || h.Rate != w.first.Rate || h.Channels != w.first.Channels {
			return fmt.Errorf("the MP3 file changes at frame %d from %d Hz and %d channels to %d and %d", w.frames,
				w.first.Rate, w.first.Channels, h.Rate, h.Channels)
		}
		if w.at+int64(h.Size) > w.end {
			return fmt.Errorf("the MP3 file ends within frame %d: %w", w.frames, ErrTruncated)
		}
		if w.frames == 0 && w.readTag(h) {
			w.at += int64(h.Size)
			w.begin = w.at
			continue
		}
		w.at += int64(h.Size)
		w.frames++
	}
	if w.tag.known && w.frames == 0 {
		return fmt.Errorf("the MP3 file has a tag and no frame: %w", ErrTruncated)
	}
	return nil
}

// find looks for the first frame: where the file should begin, or behind it one that another follows.
func (w *mp3Walk) find() error {
	buf := make([]byte, min(maxJunk, max(w.end-w.at, 0)))
	n, _ := w.r.ReadAt(buf, w.at)
	buf = buf[:n]
	for i := 0; i+4 <= len(buf); i++ {
		h, ok, err := mp3.ParseHeader(buf[i:])
		if ok && err != nil && i == 0 {
			return err
		}
		if !ok || err != nil {
			continue
		}
		next := w.at + int64(i+h.Size)
		var b [4]byte
		if k, _ := w.r.ReadAt(b[:], next); i > 0 && k == 4 && next+4 <= w.end {
			if _, ok, _ := mp3.ParseHeader(b[:]); !ok {
				continue
			}
		}
		w.at += int64(i)
		return nil
	}
	return fmt.Errorf("the MP3 file has no frame in its first %d bytes; export it again", len(buf))
}

// padded reports whether nothing but zeros follows.
func (w *mp3Walk) padded() bool {
	b := make([]byte, 4096)
	for at := w.at; at < w.end; at += int64(len(b)) {
		n, _ := w.r.ReadAt(b[:min(int64(len(b)), w.end-at)], at)
		for _, v := range b[:n] {
			if v != 0 {
				return false
			}
		}
	}
	return true
}

// readTag reads the note of an encoder in the first frame, which has no samples then.
func (w *mp3Walk) readTag(h mp3.Header) bool {
	b := make([]byte, h.Size)
	if _, err := w.r.ReadAt(b, w.at); err != nil {
		return false
	}
	at := 4 + h.Side()
	if len(b) < at+8 || string(b[at:at+4]) != "Xing" && string(b[at:at+4]) != "Info" {
		return false
	}
	flags := b[at+7]
	at += 8
	for bit, size := range [4]int{4, 4, 100, 4} { // frames, bytes, places, quality
		if flags>>bit&1 == 1 {
			at += size
		}
	}
	// LAME's part: its name, and 21 bytes on the delay and the padding, of 12 bits each.
	if len(b) >= at+24 && b[at] != 0 {
		d := b[at+21 : at+24]
		w.tag = mp3Tag{true, int(d[0])<<4 | int(d[1])>>4, int(d[1]&0xf)<<8 | int(d[2])}
	}
	return true
}

// skipID3 gives the place behind ID3v2 tags at the beginning.
func skipID3(r io.ReaderAt, size int64) (at int64, err error) {
	var b [10]byte
	for {
		if n, _ := r.ReadAt(b[:], at); n < 10 || string(b[:3]) != "ID3" {
			return at, nil
		}
		length := int64(0)
		for _, v := range b[6:] {
			length = length<<7 | int64(v&0x7f)
		}
		at += 10 + length
		if b[5]&0x10 != 0 {
			at += 10 // a footer
		}
		if at > size {
			return 0, fmt.Errorf("the MP3 file ends within its ID3 tag: %w", ErrTruncated)
		}
	}
}

// withoutTags gives the end of the frames: before ID3v1 and APE tags.
func withoutTags(r io.ReaderAt, start, end int64) int64 {
	var b [32]byte
	if end-start >= 128 {
		if n, _ := r.ReadAt(b[:3], end-128); n == 3 && string(b[:3]) == "TAG" {
			end -= 128
		}
	}
	if end-start >= 32 {
		if n, _ := r.ReadAt(b[:], end-32); n == 32 && string(b[:8]) == "APETAGEX" {
			size := int64(binary.LittleEndian.Uint32(b[12:]))
			if binary.LittleEndian.Uint32(b[20:])>>31 == 1 {
				size += 32 // a header
			}
			if size <= end-start {
				end -= size
			}
		}
	}
	return end
}
