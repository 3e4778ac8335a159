package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"multitorch/multimodal/audio/device"
	"multitorch/torch"
)

// microphone is where speech comes from without a file.
type microphone struct {
	Mic     bool    `help:"Record from the microphone, and write what was said."`
	Seconds float64 `default:"5" help:"How long to record with --mic."`
}

// maxRecording is ten minutes: what is recorded is kept in memory.
const maxRecording = 600

func (m microphone) check(files int) error {
	switch {
	case m.Mic && files > 0:
		return errors.New("--mic: expected no sound files beside the microphone")
	case !m.Mic && files == 0:
		return errors.New("expected sound files or folders of them, or --mic")
	case m.Mic && !(m.Seconds > 0 && m.Seconds <= maxRecording):
		return fmt.Errorf("--seconds: expected up to %d, but got %v", maxRecording, m.Seconds)
	}
	return nil
}

// record is what the microphone hears, as a recogniser hears it. Ctrl-C ends it without a text.
func (m microphone) record(ctx context.Context, r recogniser, opts ...device.Option) (samples *torch.Tensor, err error) {
	mic, err := device.OpenMicrophone(append(opts, device.Rate(r.rate()))...)
	if errors.Is(err, device.ErrNoDevice) {
		return nil, fmt.Errorf("--mic: %w; transcribe a sound file instead", err)
	}
	if err != nil {
		return nil, fmt.Errorf("--mic: %w", err)
	}
	defer mic.Close()
	logLine(fmt.Sprintf("recording for %v s: speak now", m.Seconds))
	wave, err := mic.Record(ctx, time.Duration(m.Seconds*float64(time.Second)))
	if err != nil {
		return nil, fmt.Errorf("--mic: %w", err)
	}
	err = torch.Try(func() error {
		samples, err = heardAt(wave, r.rate(), r.rate(), r.shortest())
		return err
	})
	return samples, err
}
