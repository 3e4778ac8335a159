package device

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
	"unsafe"

	"github.com/gen2brain/malgo"

	"multitorch/torch"
)

const (
	bufferSeconds = 10                    // what a microphone's stream holds for the program
	period        = 20 * time.Millisecond // what the device hands over at once
)

var errClosed = errors.New("the sound device was closed")

// stream is an open device and its queue.
type stream struct {
	config
	queue  *queue
	ctx    *malgo.AllocatedContext
	device *malgo.Device
	close  sync.Once
}

func start(kind malgo.DeviceType, opts []Option, seconds float64) (*stream, error) {
	c, err := settle(opts)
	if err != nil {
		return nil, err
	}
	defer quiet()()
	ctx, err := open(c)
	if err != nil {
		return nil, err
	}
	s := &stream{config: c, ctx: ctx, queue: newQueue(max(int(seconds*float64(c.rate)), 1) * c.channels)}
	if err := s.start(kind); err != nil {
		shut(ctx)
		return nil, err
	}
	return s, nil
}

func (s *stream) start(kind malgo.DeviceType) error {
	id, err := find(s.ctx, kind, s.config)
	if err != nil {
		return err
	}
	settings := malgo.DefaultDeviceConfig(kind)
	settings.SampleRate, settings.PeriodSizeInMilliseconds = uint32(s.rate), uint32(period.Milliseconds())
	side := &settings.Capture
	if kind == malgo.Playback {
		side = &settings.Playback
	}
	side.Format, side.Channels = malgo.FormatF32, uint32(s.channels)
	if id != nil {
		side.DeviceID = id.Pointer()
	}
	s.device, err = malgo.InitDevice(s.ctx.Context, settings, malgo.DeviceCallbacks{
		Data: func(out, in []byte, _ uint32) {
			if kind == malgo.Capture {
				s.queue.offer(floats(in))
			} else {
				s.queue.poll(floats(out))
			}
		},
		Stop: func() { s.queue.finish(fmt.Errorf("the %s stopped; was it unplugged?", kinds[kind])) },
	})
	if err != nil {
		return fmt.Errorf("%w: the %s cannot be opened with %d samples per second and %d channels: %v", ErrNoDevice, kinds[kind], s.rate,
			s.channels, err)
	}
	if err := s.device.Start(); err != nil {
		s.device.Uninit()
		return fmt.Errorf("%w: the %s does not start: %v", ErrNoDevice, kinds[kind], err)
	}
	return nil
}

// floats sees a device's bytes as what they are.
func floats(b []byte) []float32 {
	if len(b) < 4 {
		return nil
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/4)
}

// Close stops the device and gives it back. Who waits for it gets an error.
func (s *stream) Close() error {
	s.close.Do(func() {
		s.queue.finish(errClosed)
		s.device.Uninit()
		shut(s.ctx)
	})
	return nil
}

// Rate is the number of samples per second.
func (s *stream) Rate() int { return s.rate }

// Channels is the number of channels.
func (s *stream) Channels() int { return s.channels }

// Microphone is a microphone that records. What nobody reads is kept for ten seconds.
type Microphone struct{ *stream }

// OpenMicrophone opens a microphone and begins to record. The error wraps [ErrNoDevice] if there is none.
func OpenMicrophone(opts ...Option) (*Microphone, error) {
	s, err := start(malgo.Capture, opts, bufferSeconds)
	if err != nil {
		return nil, fmt.Errorf("open a microphone: %w", err)
	}
	return &Microphone{s}, nil
}

// Read waits for so many frames and gives them, float32 [channels, frames]. It is an error if frames were lost before them
// because nobody read for ten seconds; the next Read goes on with what comes then.
func (m *Microphone) Read(ctx context.Context, frames int) (*torch.Tensor, error) {
	if most := m.queue.limit / m.channels; frames < 1 || frames > most {
		return nil, fmt.Errorf("read a microphone: expected 1 to %d frames at once, got %d", most, frames)
	}
	samples := make([]float32, frames*m.channels)
	if err := m.queue.take(ctx, samples); err != nil {
		return nil, fmt.Errorf("read a microphone: %w", err)
	}
	return torch.FromSlice(samples, frames, m.channels).T().Contiguous(), nil
}

// Speaker is a speaker that plays what is written to it, and silence where nothing is.
type Speaker struct{ *stream }

// OpenSpeaker opens a speaker. The error wraps [ErrNoDevice] if there is none.
func OpenSpeaker(opts ...Option) (*Speaker, error) {
	s, err := start(malgo.Playback, opts, 0.5)
	if err != nil {
		return nil, fmt.Errorf("open a speaker: %w", err)
	}
	return &Speaker{s}, nil
}

// Write hands a waveform [channels, frames] or [frames] over, and waits until all but the last half second has been played.
func (s *Speaker) Write(ctx context.Context, wave *torch.Tensor) error {
	if wave.Dim() == 1 && s.channels == 1 {
		wave = wave.Unsqueeze(0)
	}
	if wave.Dim() != 2 || wave.Size(0) != s.channels || !wave.DType().IsFloatingPoint() {
		return fmt.Errorf("write to a speaker: expected floats [%d, frames], got %s %v", s.channels, wave.DType(), wave.Shape())
	}
	samples := torch.ToSlice[float32](wave.Detach().To(torch.CPU).To(torch.Float32).T().Contiguous())
	if err := s.queue.put(ctx, samples); err != nil {
		return fmt.Errorf("write to a speaker: %w", err)
	}
	return nil
}

// Drain waits until all that was written has been played.
func (s *Speaker) Drain(ctx context.Context) error {
	if err := s.queue.drain(ctx); err != nil {
		return fmt.Errorf("play: %w", err)
	}
	select { // the device still has its own periods
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(3 * period):
		return nil
	}
}
