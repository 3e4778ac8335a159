// Package sound reads and writes sound files that come from anywhere: it says what is wrong with them, and no small file
// can take much time or memory. It knows no tensors; package multimodal/audio does.
package sound

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"multitorch/internal/regular"
)

// Info is what a sound file says of itself. The names of encodings are torchaudio's.
type Info struct {
	Format   string // "wav", "flac", "mp3" or "ogg"
	Encoding string // "PCM_S", "PCM_U", "PCM_F", "ALAW", "ULAW", "FLAC", "MP3" or "VORBIS"
	Bits     int    // bits of a sample; 0 for MP3 and Vorbis, which have none
	Rate     int    // samples per second and channel
	Channels int
	Frames   int // samples per channel
}

// Clip is a sound file's contents. Data has the samples in turn of the channels, in -1 to 1 for integers.
type Clip struct {
	Info
	Data []float32
}

// Limits say what is read of a file.
type Limits struct {
	Offset     int  // frames to leave out at the beginning
	Frames     int  // frames to read; all that follow if 0
	MaxSamples int  // of all channels that may be read; [MaxSamples] if 0
	Truncated  bool // take what is there of a file that is cut short
	Mixed      bool // read the channels' mean, as one channel
}

// MaxSamples is how many samples are read of a file if nothing else is said: they take 1 GiB.
const MaxSamples = 1 << 28

const (
	maxChannels = 64
	maxRate     = 1 << 22 // per second
	maxFile     = 4 << 30 // bytes of a compressed file
)

// ErrTruncated is wrapped by the errors of files that are cut short.
var ErrTruncated = errors.New("the file is cut short")

// errTooLong ends the reading of a file that has more samples than the limits allow.
var errTooLong = errors.New("too many samples")

// source gives a file's samples, in turn of the channels.
type source interface {
	info() Info // Frames is -1 where only the end tells
	// next gives the samples that follow, a whole number of frames, valid until the next call. At the end it gives
	// io.EOF, and at an end that comes too early an error that wraps ErrTruncated.
	next() ([]float32, error)
}

// Open reads a sound file. Anything but a regular file, such as a pipe, is an error.
func Open(path string, l Limits) (c Clip, err error) {
	err = regular.Read(path, "a sound file", func(f *os.File, size int64) error {
		c, err = Decode(f, size, l)
		return err
	})
	return c, err
}

// Stat says what a sound file has. Of WAV and FLAC only the headers are read.
func Stat(path string) (info Info, err error) {
	err = regular.Read(path, "a sound file", func(f *os.File, size int64) error {
		info, err = Inspect(f, size)
		return err
	})
	return info, err
}

// Inspect is [Stat] of what a reader has.
func Inspect(r io.ReaderAt, size int64) (info Info, err error) {
	defer recovered(&err)
	src, err := open(r, size, Limits{})
	if err != nil {
		return Info{}, err
	}
	info = src.info()
	if info.Frames >= 0 {
		return info, nil
	}
	info.Frames = 0
	for {
		samples, err := src.next()
		info.Frames += len(samples) / info.Channels
		if errors.Is(err, io.EOF) {
			return info, nil
		}
		if err != nil {
			return Info{}, err
		}
	}
}

// Decode reads a sound file of the given size: WAV, FLAC, MP3 or Ogg Vorbis, whatever its name.
func Decode(r io.ReaderAt, size int64, l Limits) (c Clip, err error) {
	defer recovered(&err)
	if l.Offset < 0 || l.Frames < 0 || l.MaxSamples < 0 {
		return Clip{}, fmt.Errorf("expected an offset and numbers of frames of at least 0, got %d, %d and %d", l.Offset, l.Frames, l.MaxSamples)
	}
	src, err := open(r, size, l)
	if err != nil {
		return Clip{}, err
	}
	if l.Mixed {
		src = &mixed{source: src}
	}
	c.Info = src.info()
	c.Data, err = gather(src, l)
	if errors.Is(err, ErrTruncated) && l.Truncated {
		err = nil
	}
	if errors.Is(err, errTooLong) {
		err = fmt.Errorf("it has more than %d samples; read a part of it, or allow more", limit(l))
	}
	if err != nil {
		return Clip{}, err
	}
	c.Frames = len(c.Data) / c.Channels
	return c, nil
}

func limit(l Limits) int {
	if l.MaxSamples == 0 {
		return MaxSamples
	}
	return l.MaxSamples
}

// gather collects what the limits ask for. All samples are looked at, those before it as well: a file with a damaged
// beginning is no good one.
func gather(src source, l Limits) ([]float32, error) {
	info := src.info()
	ch := info.Channels
	skip, want := l.Offset*ch, math.MaxInt
	if l.Frames > 0 && l.Frames < math.MaxInt/ch {
		want = l.Frames * ch
	}
	if l.Offset > math.MaxInt/ch {
		return nil, fmt.Errorf("the offset of %d frames is beyond any file", l.Offset)
	}
	var data []float32
	if here := info.Frames - l.Offset; here > 0 {
		n := min(min(here, math.MaxInt/ch)*ch, want)
		if n > limit(l) {
			return nil, errTooLong
		}
		if info.Format == "wav" { // whose number of frames is that of its bytes, and no mere claim
			data = make([]float32, 0, n)
		}
	}
	seen := 0
	for len(data) < want {
		samples, err := src.next()
		for i, v := range samples {
			if v-v != 0 {
				return nil, fmt.Errorf("frame %d, channel %d is %v, expected a number; the program that wrote the file is at fault",
					(seen+i)/ch, (seen+i)%ch, v)
			}
		}
		seen += len(samples)
		if skip >= len(samples) {
			skip -= len(samples)
		} else {
			samples = samples[skip:]
			skip = 0
			samples = samples[:min(len(samples), want-len(data))]
			if len(data)+len(samples) > limit(l) {
				return nil, errTooLong
			}
			data = append(data, samples...)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return data, err
		}
	}
	if l.Offset > 0 && skip > 0 {
		return nil, fmt.Errorf("the offset of %d frames is behind its end, at %d", l.Offset, seen/ch)
	}
	return data, nil
}

// open finds the format by the first bytes.
func open(r io.ReaderAt, size int64, l Limits) (source, error) {
	var buf [64]byte
	n, err := r.ReadAt(buf[:min(int64(len(buf)), max(size, 0))], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	head := buf[:n]
	is := func(at int, magic string) bool {
		return len(head) >= at+len(magic) && string(head[at:at+len(magic)]) == magic
	}
	riff := is(8, "WAVE") && (is(0, "RIFF") || is(0, "RF64") || is(0, "BW64"))
	if !riff && size > maxFile {
		return nil, fmt.Errorf("the file has more than %d GiB; cut it into pieces first", int64(maxFile)>>30)
	}
	body := io.NewSectionReader(r, 0, size)
	switch {
	case riff:
		return openWAV(r, size)
	case is(0, "fLaC"):
		return openFLAC(body)
	case is(0, "OggS"):
		return openOgg(body)
	case is(0, "ID3"):
		at, err := skipID3(r, size)
		if err != nil {
			return nil, err
		}
		if n, _ := r.ReadAt(buf[:4], at); string(buf[:n]) == "fLaC" {
			return openFLAC(io.NewSectionReader(r, at, size-at))
		}
		return openMP3(r, size, l)
	case len(head) >= 2 && head[0] == 0xff && head[1]&0xe0 == 0xe0:
		return openMP3(r, size, l)
	}
	return nil, fmt.Errorf("expected a sound file (WAV, FLAC, MP3 or Ogg Vorbis), found %s; convert it to one of these", describe(head))
}

// others are formats that are known by their first bytes and not read.
var others = []struct {
	at          int
	magic, name string
}{
	{8, "AIFF", "AIFF"},
	{8, "AIFC", "AIFF-C"},
	{0, "RIFX", "a big-endian WAV (RIFX)"},
	{0, ".snd", "AU"},
	{0, "riff\x2e\x91\xcf\x11", "Sony Wave64"},
	{0, "caff", "Apple CAF"},
	{4, "ftyp", "MP4 or M4A"},
	{0, "\x1aE\xdf\xa3", "Matroska or WebM"},
	{0, "NIST_1A", "NIST SPHERE"},
	{0, "#!AMR", "AMR"},
	{0, "MThd", "MIDI, which has notes and no samples"},
	{0, "\x30\x26\xb2\x75", "Windows Media"},
}

// describe says what little can be said of bytes that are in no format that is read.
func describe(head []byte) string {
	for _, o := range others {
		if len(head) >= o.at && bytes.HasPrefix(head[o.at:], []byte(o.magic)) {
			return o.name
		}
	}
	if len(head) == 0 {
		return "an empty file"
	}
	return fmt.Sprintf("a file that begins with %q", head[:min(len(head), 8)])
}

// check refuses what no sound has.
func (i Info) check() error {
	if i.Channels < 1 || i.Channels > maxChannels {
		return fmt.Errorf("the %s file has %d channels, expected 1 to %d", i.Format, i.Channels, maxChannels)
	}
	if i.Rate < 1 || i.Rate > maxRate {
		return fmt.Errorf("the %s file has %d samples per second, expected 1 to %d", i.Format, i.Rate, maxRate)
	}
	return nil
}

// recovered turns a decoder's panic, which damaged files can cause, into an error.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("the file is damaged (%v); export it again", r)
	}
}
