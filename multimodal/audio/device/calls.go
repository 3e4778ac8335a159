package device

import (
	"context"
	"errors"
	"fmt"
	"time"

	"multitorch/torch"
)

// Record opens a microphone and records for a time: float32 [channels, frames].
func Record(ctx context.Context, d time.Duration, opts ...Option) (*torch.Tensor, error) {
	m, err := OpenMicrophone(opts...)
	if err != nil {
		return nil, err
	}
	defer m.Close()
	return m.Record(ctx, d)
}

// Record is Read for a time, up to an hour: float32 [channels, frames].
func (m *Microphone) Record(ctx context.Context, d time.Duration) (*torch.Tensor, error) {
	if d <= 0 || d > time.Hour {
		return nil, fmt.Errorf("record: expected a time up to an hour, got %v", d)
	}
	var blocks []*torch.Tensor
	for left := int(d.Seconds() * float64(m.rate)); left > 0; {
		block, err := m.Read(ctx, min(left, m.rate))
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, block)
		left -= block.Size(1)
	}
	return torch.Cat(blocks, 1), nil
}

// Play plays a waveform [channels, frames] or [frames] of so many samples per second to its end.
func Play(ctx context.Context, wave *torch.Tensor, rate int, opts ...Option) error {
	channels := 1
	if wave.Dim() == 2 {
		channels = wave.Size(0)
	}
	s, err := OpenSpeaker(append([]Option{Rate(rate), Channels(channels)}, opts...)...)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.Write(ctx, wave); err != nil {
		return err
	}
	return s.Drain(ctx)
}

// ErrStop, returned by a function that [Listen] or [Produce] calls, ends the call without an error.
var ErrStop = errors.New("stop")

// Listen calls f with each block of so many frames that a microphone records, [channels, frames], until f returns an error
// or ctx ends, which is no error. f runs on the caller's goroutine, and may take its time: ten seconds are kept.
func Listen(ctx context.Context, frames int, f func(block *torch.Tensor) error, opts ...Option) error {
	m, err := OpenMicrophone(opts...)
	if err != nil {
		return err
	}
	defer m.Close()
	for {
		block, err := m.Read(ctx, frames)
		if err == nil {
			err = f(block)
		}
		if err != nil {
			return ended(ctx, err)
		}
	}
}

// Produce asks f for block after block, [channels, frames] of any length, and plays them, until f returns an error or ctx
// ends, which is no error. After [ErrStop] what was given before is played to its end.
func Produce(ctx context.Context, f func() (*torch.Tensor, error), opts ...Option) error {
	s, err := OpenSpeaker(opts...)
	if err != nil {
		return err
	}
	defer s.Close()
	for {
		block, err := f()
		if err == nil {
			err = s.Write(ctx, block)
		}
		if errors.Is(err, ErrStop) {
			err = s.Drain(ctx)
			if err == nil {
				return nil
			}
		}
		if err != nil {
			return ended(ctx, err)
		}
	}
}

// ended is the error of a loop that ctx or its function ended.
func ended(ctx context.Context, err error) error {
	if errors.Is(err, ErrStop) || ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}
