package speech

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"multitorch/libm"
	"multitorch/torch"
	"multitorch/transformers/processors"
)

// timeStep is what a token of time counts, in seconds, and timeFrames in frames of the log-mels.
const (
	timeStep   = 0.02
	timeFrames = 2
)

// Transcribe writes what is said in samples [length] from -1 to 1, of one channel at [Whisper.Rate]. progress, if not nil, is
// told after each window how many seconds are done.
func (w *Whisper) Transcribe(ctx context.Context, samples *torch.Tensor, o Options, progress ...func(seconds float64)) (
	*Transcript, error,
) {
	o, err := o.resolved()
	if err != nil {
		return nil, err
	}
	if samples.Dim() != 1 || samples.Numel() == 0 {
		return nil, fmt.Errorf("speech: expected samples [length], at least one, but got the shape %v", samples.Shape())
	}
	r := reading{Whisper: w, options: o, random: torch.NewGenerator(o.Seed), progress: progress}
	r.transcript.Duration = float64(samples.Size(0)) / float64(w.Rate())
	if w.Multilingual() {
		r.transcript.Language = or(o.Language, "en")
	}
	if err := torch.Try(func() error { return r.read(ctx, samples) }); err != nil {
		return nil, err
	}
	r.transcript.finish()
	return &r.transcript, nil
}

// reading is one recording, as far as it has come.
type reading struct {
	*Whisper
	options    Options
	random     *torch.Generator
	transcript Transcript
	before     []int64 // what was written, for the next window
	progress   []func(float64)
}

func (r *reading) read(ctx context.Context, samples *torch.Tensor) error {
	if err := audible(samples); err != nil {
		return err
	}
	if r.transcript.Duration <= r.window() {
		features := r.features(samples)
		defer features.Free()
		_, err := r.one(samples, features, 0, r.transcript.Duration)
		return err
	}
	r.options.Timestamps = true
	c := r.extractor.Config()
	recording := r.extractor.Recording(samples)
	defer recording.Free()
	for seek := 0; seek < recording.Frames(); {
		if err := ctx.Err(); err != nil {
			return err
		}
		frames, err := r.next(samples, recording, seek, c)
		if err != nil {
			return err
		}
		seek += frames
		r.tell(float64(seek) * float64(c.HopLength) / float64(c.SamplingRate))
	}
	return nil
}

// next reads the window at a frame, and says by how many frames to go on.
func (r *reading) next(samples *torch.Tensor, recording *processors.Recording, seek int, c processors.SoundConfig) (int, error) {
	from := seek * c.HopLength
	heard := samples.Narrow(0, from, min(c.ChunkLength*c.SamplingRate, samples.Size(0)-from))
	defer heard.Free()
	features := recording.Window(seek)
	defer features.Free()
	frames := min(recording.Frames()-seek, c.ChunkLength*c.SamplingRate/c.HopLength)
	perSecond := float64(c.SamplingRate) / float64(c.HopLength)
	steps, err := r.one(heard, features, float64(seek)/perSecond, float64(frames)/perSecond)
	if steps > 0 && steps*timeFrames < frames {
		frames = steps * timeFrames
	}
	return frames, err
}

// one writes the text of a window of some seconds. It returns at which step of time the next window should begin; 0: after this
// one.
func (r *reading) one(samples, features *torch.Tensor, at, seconds float64) (steps int, err error) {
	if loudest(samples, r.Rate()) < r.options.Silence {
		return 0, nil
	}
	t, err := r.write(features, r.options, r.before, r.random)
	if err != nil || t.noSpeech > r.options.NoSpeech && t.avgLogProb <= r.options.LogProb {
		return 0, err
	}
	segments, steps := r.cut(t, at, seconds)
	var spoken []Segment
	for _, s := range segments {
		if s.Start < s.End && strings.TrimSpace(s.Text) != "" {
			spoken = append(spoken, s)
			r.before = append(r.before, s.Tokens...)
		}
	}
	r.transcript.add(spoken)
	if t.temperature > 0.5 {
		r.before = nil // what was hard to hear is no example for what follows
	}
	return steps, nil
}

func (r *reading) tell(seconds float64) {
	for _, p := range r.progress {
		p(min(seconds, r.transcript.Duration))
	}
}

// mostSample is far beyond what a sound has, and far below what a model can't compute with: a spectrum has squares.
const mostSample = 1e12

// audible is an error unless all samples are numbers from which something can be heard.
func audible(samples *torch.Tensor) (err error) {
	torch.Step(func() {
		if !samples.IsFinite().All().ItemBool() {
			err = errors.New("speech: some samples are NaN or infinite")
		} else if most := samples.Abs().Max().Item(); most > mostSample {
			err = fmt.Errorf("speech: expected samples from -1 to 1, but the largest is %.3g; is the file's scale another one?", most)
		}
	})
	return err
}

// loudest is the level of the loudest 25 ms, in decibels below full scale.
func loudest(samples *torch.Tensor, rate int) (level float64) {
	torch.Step(func() {
		frame := max(1, rate/40)
		n := samples.Size(0)
		x := samples.Float()
		if n >= frame {
			x = x.Narrow(0, 0, n-n%frame).Contiguous().View(-1, frame)
		} else {
			x = x.View(1, -1)
		}
		level = math.Inf(-1)
		if power := x.Square().Mean(1).Max().Item(); power > 0 {
			level = 10 * libm.Log10(power)
		}
	})
	return level
}
