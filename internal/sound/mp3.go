package sound

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"multitorch/internal/mp3"
)

// mp3File reads the samples of an MP3 file: MPEG-1 and MPEG-2, layer III.
type mp3File struct {
	Info
	frames  *bufio.Reader // of MPEG, one after the other
	decoder mp3.Decoder
	frame   []byte
	skip    int // frames at the beginning to leave out
	left    int // frames to give
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
	m := &mp3File{Info: Info{Format: "mp3", Encoding: "MP3", Rate: w.first.Rate, Channels: w.first.Channels}}
	total := w.frames * w.first.Samples()
	m.left = total
	if w.tag.known {
		m.skip = min(w.tag.delay+decoderDelay, total)
		m.left = max(total-m.skip-max(w.tag.padding-decoderDelay, 0), 0)
	}
	m.Frames = m.left
	m.frames = bufio.NewReader(io.NewSectionReader(r, w.begin, w.at-w.begin))
	return m, nil
}

func (m *mp3File) next() ([]float32, error) {
	if m.left == 0 {
		return nil, io.EOF
	}
	head, err := m.frames.Peek(4)
	if err != nil {
		return nil, mp3Error(err)
	}
	h, _, err := mp3.ParseHeader(head)
	if err != nil {
		return nil, mp3Error(err)
	}
	m.frame = append(m.frame[:0], make([]byte, h.Size)...)
	if _, err := io.ReadFull(m.frames, m.frame); err != nil {
		return nil, mp3Error(err)
	}
	samples, err := m.decoder.Decode(m.frame, h)
	if err != nil {
		return nil, mp3Error(err)
	}
	skipped := min(m.skip, len(samples)/m.Channels)
	m.skip -= skipped
	samples = samples[skipped*m.Channels:]
	samples = samples[:min(m.left*m.Channels, len(samples))]
	m.left -= len(samples) / m.Channels
	return samples, nil
}

func mp3Error(err error) error {
	return fmt.Errorf("the MP3 file cannot be decoded: %w; export it again, or convert it to WAV", err)
}
