package audio

import (
	"errors"
	"fmt"
	"io"

	"multitorch/internal/regular"
	"multitorch/internal/sound"
	"multitorch/torch"
)

// Stream is the sound of a file as one channel at some rate, of which only the piece that is read is held: a recording of hours
// takes no more memory than one of minutes. What it gives is what [Load] with [Mixed] and a [Resample] by [SoxrHQ] make of the
// whole. Only one goroutine may use it at a time.
type Stream struct {
	begin func() (*sound.Stream, error)
	close func() error

	length, rate int       // at the rate that was asked for
	own          int       // the file's samples, of one channel at its own rate
	resample     *resample // nil where the rates are the same

	in    *sound.Stream // nil before the beginning, and where all is in raw
	raw   []float32     // of the file, from rawAt on
	rawAt int
	ready []float32 // at the rate, from at on
	at    int
}

const (
	// streamBehind is how many seconds before a piece stay at hand, so that who goes back by less needn't decode all anew.
	streamBehind = 150
	// streamWhole is how many of a file's samples are kept of a short one, 3 minutes at 48 kHz, which then is decoded once.
	streamWhole = 1 << 23
	// streamHours bounds how long a file may be, for a small one can have any number of samples.
	streamHours = 100
)

// OpenStream opens a sound file of any format of [Load]'s, to be read at a rate in Hz. All of a long one is decoded once for
// it, so that what is wrong with a file is said before its first sample is given. The caller closes it.
func OpenStream(path string, rate int) (*Stream, error) {
	f, size, err := regular.Open(path, "a sound file")
	if err == nil {
		var s *Stream
		if s, err = NewStream(f, size, rate); err == nil {
			s.close = f.Close
			return s, nil
		}
		f.Close()
	}
	return nil, fmt.Errorf("read %s: %w", path, err)
}

// NewStream is [OpenStream] of a file that is size bytes long, wherever it is.
func NewStream(r io.ReaderAt, size int64, rate int) (*Stream, error) {
	if rate < 1 {
		return nil, fmt.Errorf("expected a rate of at least 1 Hz, got %d", rate)
	}
	s := &Stream{rate: rate, close: func() error { return nil }}
	s.begin = func() (*sound.Stream, error) {
		in, err := sound.Begin(r, size, sound.Limits{Mixed: true, MaxSamples: 1 << 62})
		if err != nil {
			return nil, err
		}
		return in, nil
	}
	in, err := s.begin()
	if err != nil {
		return nil, err
	}
	if s.resample, err = newResample(in.Rate, rate); err != nil {
		return nil, err
	}
	if err := s.count(in); err != nil {
		return nil, err
	}
	if s.length = s.own; s.resample != nil {
		s.length = s.resample.length(s.own)
	}
	return s, nil
}

// count reads all, and keeps it if it is short.
func (s *Stream) count(in *sound.Stream) error {
	whole := true
	for {
		samples, err := in.Next()
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if s.own += len(samples); s.own > streamHours*3600*in.Rate {
			return fmt.Errorf("it is longer than %d hours; cut it into pieces first", streamHours)
		}
		if whole = whole && s.own <= streamWhole; whole {
			s.raw = append(s.raw, samples...)
		}
		if err != nil {
			break
		}
	}
	if s.own == 0 {
		return errors.New("there are no samples in it")
	}
	if !whole {
		s.raw = nil
	}
	return nil
}

// Rate is how many samples there are per second.
func (s *Stream) Rate() int { return s.rate }

// Len is how many samples there are.
func (s *Stream) Len() int { return s.length }

// Close closes the file.
func (s *Stream) Close() error { return s.close() }

// Samples are n of them, float32 [n], from one on. To go on is cheap, and to go back by up to two minutes; to go back by more
// decodes the file from its beginning. The file must not change meanwhile.
func (s *Stream) Samples(from, n int) (*torch.Tensor, error) {
	if from < 0 || n < 1 || n > s.length-from {
		return nil, fmt.Errorf("expected at least one sample from 0 to %d, got %d from %d on", s.length, n, from)
	}
	if from < s.at {
		s.rewind()
	}
	for s.at+len(s.ready) < from+n {
		if err := s.more(); err != nil {
			return nil, err
		}
		dropped(&s.ready, &s.at, from-streamBehind*s.rate)
	}
	return torch.FromSlice(s.ready[from-s.at : from-s.at+n]), nil
}

func (s *Stream) rewind() {
	s.ready, s.at = s.ready[:0], 0
	if len(s.raw) < s.own {
		s.raw, s.rawAt, s.in = s.raw[:0], 0, nil
	}
}

// more makes the samples that follow.
func (s *Stream) more() error {
	if s.resample == nil {
		to := min(s.at+len(s.ready)+streamBlock, s.own)
		if err := s.decode(to); err != nil {
			return err
		}
		s.ready = append(s.ready, s.raw[s.at+len(s.ready)-s.rawAt:to-s.rawAt]...)
		s.forget(to)
		return nil
	}
	from, skip, to, keep := s.resample.block(s.at+len(s.ready), s.own)
	if err := s.decode(to); err != nil {
		return err
	}
	return torch.Try(func() error {
		torch.Step(func() {
			wave := s.resample.Forward(torch.FromSlice(s.raw[from-s.rawAt : to-s.rawAt]).Unsqueeze(0))
			made := torch.ToSlice[float32](wave.Select(0, 0).Contiguous())[skip:]
			s.ready = append(s.ready, made[:min(keep, len(made))]...)
		})
		s.forget(from)
		return nil
	})
}

// decode brings the file's samples up to one.
func (s *Stream) decode(to int) (err error) {
	for s.rawAt+len(s.raw) < to {
		if s.in == nil {
			if s.in, err = s.begin(); err != nil {
				return err
			}
		}
		samples, err := s.in.Next()
		s.raw = append(s.raw, samples...)
		if err != nil && !(errors.Is(err, io.EOF) && s.rawAt+len(s.raw) >= to) {
			return fmt.Errorf("the file has changed while it was read: %w", err)
		}
	}
	return nil
}

// forget drops the file's samples before one, unless all are there.
func (s *Stream) forget(before int) {
	if s.in != nil {
		dropped(&s.raw, &s.rawAt, before)
	}
}

// dropped takes what lies before a place out of samples that begin at another, once that is most of them.
func dropped(samples *[]float32, at *int, before int) {
	n := min(before-*at, len(*samples))
	if n <= len(*samples)/2 {
		return
	}
	*samples = (*samples)[:copy(*samples, (*samples)[n:])]
	*at += n
}
