package sound

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	mp3 "github.com/hajimehoshi/go-mp3"
)

// mp3File reads the samples of an MP3 file: MPEG-1 and MPEG-2, layer III.
type mp3File struct {
	Info
	decoder *mp3.Decoder
	skip    int // frames at the beginning to leave out
	left    int // frames to give
	bytes   []byte
	out     []float32
}

func (m *mp3File) info() Info { return m.Info }

// decoderDelay is the number of samples by which every decoder of layer III is late.
const decoderDelay = 529

// openMP3 walks over all frames first, so that the number of samples is known and what is no frame is found. An encoder's
// note of its delay and filling (LAME's tag) is followed, as libsndfile and ffmpeg do: the result has as many samples as
// were encoded.
func openMP3(r io.ReaderAt, size int64, l Limits) (source, error) {
	start, err := skipID3(r, size)
	if err != nil {
		return nil, err
	}
	w := mp3Walk{r: r, at: start, end: withoutTags(r, start, size)}
	if err := w.run(); err != nil {
		if !errors.Is(err, ErrTruncated) || !l.Truncated {
			return nil, err
		}
	}
	if w.frames == 0 {
		return nil, fmt.Errorf("the MP3 file has no frame: %w", ErrTruncated)
	}
	m := &mp3File{Info: Info{Format: "mp3", Encoding: "MP3", Rate: w.first.rate, Channels: w.first.channels}}
	total := w.frames * w.first.samples()
	m.left = total
	if w.tag.known {
		m.skip = min(w.tag.delay+decoderDelay, total)
		m.left = max(total-m.skip-max(w.tag.padding-decoderDelay, 0), 0)
	}
	m.Frames = m.left
	if m.decoder, err = mp3.NewDecoder(io.NewSectionReader(r, w.begin, w.at-w.begin)); err != nil {
		return nil, mp3Error(err)
	}
	m.bytes = make([]byte, 4*w.first.samples())
	return m, nil
}

func (m *mp3File) next() ([]float32, error) {
	if m.left == 0 {
		return nil, io.EOF
	}
	n, err := io.ReadFull(m.decoder, m.bytes)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("the MP3 file is damaged: a frame cannot be decoded; export it again")
	}
	if err != nil {
		return nil, mp3Error(err)
	}
	b := m.bytes[:n]
	skipped := min(m.skip, n/4)
	m.skip -= skipped
	b = b[4*skipped:]
	b = b[:4*min(m.left, len(b)/4)]
	m.left -= len(b) / 4
	m.out = m.out[:0]
	for ; len(b) > 0; b = b[4:] { // always two channels of 16 bits
		for ch := range m.Channels {
			m.out = append(m.out, float32(int16(binary.LittleEndian.Uint16(b[2*ch:])))/(1<<15))
		}
	}
	return m.out, nil
}

func mp3Error(err error) error {
	return fmt.Errorf("the MP3 file cannot be decoded: %w; export it again, or convert it to WAV", err)
}
