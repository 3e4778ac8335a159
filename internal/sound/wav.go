package sound

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// The codes of WAVE formats (RFC 2361) that are read.
const (
	wavePCM        = 1
	waveFloat      = 3
	waveALaw       = 6
	waveMuLaw      = 7
	waveExtensible = 0xfffe
)

var waveNames = map[int]string{
	2: "Microsoft ADPCM", 0x11: "IMA ADPCM", 0x31: "GSM 6.10", 0x50: "MPEG", 0x55: "MP3", 0x161: "Windows Media", 0x40: "G.721",
}

// waveGUID is what follows the code in the sub-format of an extensible header.
const waveGUID = "\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"

// wav reads the samples of a WAV file.
type wav struct {
	Info
	data      *io.SectionReader
	sample    int    // bytes of one sample
	short     string // what is to be said at the end, if the data are cut short
	convert   func(to []float32, from []byte)
	bytes     []byte
	converted []float32
}

func (w *wav) info() Info { return w.Info }

// chunk is a piece of a RIFF file.
type chunk struct {
	id       string
	at, size int64 // of its contents
}

// openWAV reads the header: RIFF, or RF64 and BW64, whose sizes have 64 bits.
func openWAV(r io.ReaderAt, size int64) (source, error) {
	w := &wav{Info: Info{Format: "wav"}}
	var long int64 = -1 // the size of the data in 64 bits
	known := false
	for at := int64(12); ; {
		c, err := readChunk(r, at, size)
		if err != nil {
			return nil, err
		}
		switch c.id {
		case "ds64":
			if long, err = readDS64(r, c, size); err != nil {
				return nil, err
			}
		case "fmt ":
			if err := w.readFormat(r, c, size); err != nil {
				return nil, err
			}
			known = true
		case "data":
			if !known {
				return nil, fmt.Errorf("the WAV file has no format before its data; export it again")
			}
			return w, w.locate(r, c, long, size)
		}
		if c.size > size-c.at {
			return nil, fmt.Errorf("the WAV file says that its part %q has %d bytes, but only %d are left, and no data came before: %w",
				c.id, c.size, size-c.at, ErrTruncated)
		}
		at = c.at + c.size + c.size&1
	}
}

func readChunk(r io.ReaderAt, at, size int64) (chunk, error) {
	var b [8]byte
	if size-at < 8 {
		return chunk{}, fmt.Errorf("the WAV file ends before its data: %w", ErrTruncated)
	}
	if _, err := r.ReadAt(b[:], at); err != nil {
		return chunk{}, err
	}
	return chunk{string(b[:4]), at + 8, int64(binary.LittleEndian.Uint32(b[4:]))}, nil
}

func readDS64(r io.ReaderAt, c chunk, size int64) (data int64, err error) {
	var b [16]byte
	if c.size < 24 || size-c.at < 24 {
		return 0, fmt.Errorf("the WAV file's part ds64 has %d bytes, expected at least 24", c.size)
	}
	if _, err := r.ReadAt(b[:], c.at); err != nil {
		return 0, err
	}
	data = int64(binary.LittleEndian.Uint64(b[8:]))
	if data < 0 {
		return 0, fmt.Errorf("the WAV file says that it has %d bytes of data", uint64(data))
	}
	return data, nil
}

// readFormat reads and checks the part "fmt ".
func (w *wav) readFormat(r io.ReaderAt, c chunk, size int64) error {
	if c.size < 16 || size-c.at < 16 {
		return fmt.Errorf("the WAV file's format has %d bytes, expected at least 16", min(c.size, size-c.at))
	}
	b := make([]byte, min(c.size, size-c.at, 40))
	if _, err := r.ReadAt(b, c.at); err != nil {
		return err
	}
	le := binary.LittleEndian
	code, bits := int(le.Uint16(b)), int(le.Uint16(b[14:]))
	w.Channels, w.Rate = int(le.Uint16(b[2:])), int(le.Uint32(b[4:]))
	if code == waveExtensible {
		if len(b) < 40 || string(b[26:40]) != waveGUID {
			return fmt.Errorf("the WAV file has an extensible format that is not known; convert it to PCM")
		}
		code = int(le.Uint16(b[24:]))
	}
	if err := w.Info.check(); err != nil {
		return err
	}
	block := int(le.Uint16(b[12:]))
	w.sample = block / w.Channels
	w.Bits = bits
	var known bool
	if w.Encoding, w.convert, known = waveSamples(code, w.sample); !known || bits < 1 || (bits+7)/8 > w.sample {
		name := waveNames[code]
		if name == "" {
			name = fmt.Sprintf("of format %d", code)
		}
		return fmt.Errorf("the WAV file is %s with %d bits in %d bytes, expected PCM of 8 to 32 bits, floats of 32 or 64 bits, "+
			"A-law or mu-law; convert it to PCM", name, bits, w.sample)
	}
	if block != w.sample*w.Channels {
		return fmt.Errorf("the WAV file has blocks of %d bytes for %d channels of %d bytes", block, w.Channels, w.sample)
	}
	return nil
}

// locate finds the samples. A program that writes into a pipe can't go back to the header, and leaves the largest size
// there; one that was killed leaves 0: the data then go to the end.
func (w *wav) locate(r io.ReaderAt, c chunk, long, size int64) error {
	left, claimed := size-c.at, c.size
	if claimed == math.MaxUint32 && long >= 0 {
		claimed = long
	}
	unfinished := claimed == math.MaxUint32 || claimed == math.MaxInt32 || claimed == 0
	block := int64(w.sample * w.Channels)
	if unfinished {
		claimed = left - left%block
	}
	if claimed > left {
		w.short = fmt.Sprintf("the WAV file says that it has %d bytes of samples, but only %d are there", claimed, left)
		claimed = left
	} else if claimed%block != 0 {
		w.short = fmt.Sprintf("the WAV file has %d bytes of samples, which is no multiple of a frame's %d", claimed, block)
	}
	w.Frames = int(claimed / block)
	w.data = io.NewSectionReader(r, c.at, int64(w.Frames)*block)
	w.bytes = make([]byte, 4096*block)
	w.converted = make([]float32, 4096*w.Channels)
	return nil
}

func (w *wav) next() ([]float32, error) {
	n, err := io.ReadFull(w.data, w.bytes)
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	out := w.converted[:n/w.sample]
	w.convert(out, w.bytes[:n])
	if err == io.EOF && w.short != "" {
		err = fmt.Errorf("%s: %w", w.short, ErrTruncated)
	}
	return out, err
}
