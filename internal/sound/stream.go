package sound

import (
	"errors"
	"fmt"
	"io"
)

// Stream gives the samples of a sound file piece by piece, of which only the one that is read is held.
type Stream struct {
	Info // Frames is -1 where only the end tells
	src  source
	left int // samples that may follow
	most int
}

// Begin begins to read a sound file of the given size. Of the limits, MaxSamples and Mixed are followed.
func Begin(r io.ReaderAt, size int64, l Limits) (s *Stream, err error) {
	defer recovered(&err)
	src, err := open(r, size, l)
	if err != nil {
		return nil, err
	}
	if l.Mixed {
		src = &mixed{source: src}
	}
	return &Stream{Info: src.info(), src: src, left: limit(l), most: limit(l)}, nil
}

// Next gives the samples that follow, in turn of the channels, valid until the next call. At the end it gives io.EOF, and at
// an end that comes too early an error that wraps [ErrTruncated].
func (s *Stream) Next() (samples []float32, err error) {
	defer recovered(&err)
	samples, err = s.src.next()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if s.left -= len(samples); s.left < 0 {
		return nil, fmt.Errorf("it has more than %d samples; read a part of it", s.most)
	}
	return samples, err
}
