package speech

import (
	"context"
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
	if _, err := o.resolved(); err != nil {
		return nil, err
	}
	source, err := waveform(samples)
	if err != nil {
		return nil, err
	}
	return w.TranscribeSource(ctx, source, o, progress...)
}

// TranscribeSource is [Whisper.Transcribe] of a recording that is read piece by piece: a file of any length, by
// multimodal/audio's Stream, in memory that does not grow with it. A long one is read twice.
func (w *Whisper) TranscribeSource(ctx context.Context, source processors.Source, o Options, progress ...func(seconds float64)) (
	*Transcript, error,
) {
	o, err := o.resolved()
	if err != nil {
		return nil, err
	}
	source, err = checked(source, w.Rate())
	if err != nil {
		return nil, err
	}
	r := reading{Whisper: w, options: o, random: torch.NewGenerator(o.Seed), progress: progress}
	r.transcript.Duration = float64(source.Len()) / float64(w.Rate())
	if w.Multilingual() {
		r.transcript.Language = or(o.Language, "en")
	}
	if err := torch.Try(func() error { return r.read(ctx, source) }); err != nil {
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

func (r *reading) read(ctx context.Context, source processors.Source) error {
	if r.transcript.Duration <= r.window() {
		samples, err := source.Samples(0, source.Len())
		if err != nil {
			return err
		}
		defer samples.Free()
		features := r.features(samples)
		defer features.Free()
		_, err = r.one(samples, features, 0, r.transcript.Duration)
		return err
	}
	r.options.Timestamps = true
	c := r.extractor.Config()
	recording, err := r.extractor.Recording(source)
	if err != nil {
		return err
	}
	defer recording.Free()
	for seek := 0; seek < recording.Frames(); {
		if err := ctx.Err(); err != nil {
			return err
		}
		frames, err := r.next(source, recording, seek, c)
		if err != nil {
			return err
		}
		seek += frames
		r.tell(float64(seek) * float64(c.HopLength) / float64(c.SamplingRate))
	}
	return nil
}

// next reads the window at a frame, and says by how many frames to go on.
func (r *reading) next(source processors.Source, recording *processors.Recording, seek int, c processors.SoundConfig) (int, error) {
	from := seek * c.HopLength
	heard, err := source.Samples(from, min(c.ChunkLength*c.SamplingRate, source.Len()-from))
	if err != nil {
		return 0, err
	}
	defer heard.Free()
	features, err := recording.Window(seek)
	if err != nil {
		return 0, err
	}
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
