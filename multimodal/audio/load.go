package audio

import (
	"io"

	"multitorch/internal/sound"
	"multitorch/torch"
)

// Info is what a sound file says of itself, with torchaudio's names for encodings.
type Info = sound.Info

// ErrTruncated is what [Load]'s errors wrap when a file is cut short.
var ErrTruncated = sound.ErrTruncated

// MaxSamples is how many samples, of all channels, [Load] reads at most: 2^28 if nothing else is said, which take 1 GiB.
// A compressed file of a few kilobytes can have any number.
type MaxSamples int

// FrameOffset is the number of frames, samples of each channel, that [Load] leaves out at the beginning.
type FrameOffset int

// NumFrames is the number of frames that [Load] reads at most. The default, 0, is all.
type NumFrames int

// AllowTruncated(true) lets [Load] take what is there of a file that is cut short. The default is an error.
type AllowTruncated bool

// Mixed(true) lets [Load] read the mean of the channels as one channel: what [Mono] makes of them, without ever holding them
// all, and with [MaxSamples] of that one.
type Mixed bool

// LoadOption is an option of [Load] and [Decode].
type LoadOption interface{ load(*sound.Limits) }

func (n MaxSamples) load(l *sound.Limits)     { l.MaxSamples = int(n) }
func (n FrameOffset) load(l *sound.Limits)    { l.Offset = int(n) }
func (n NumFrames) load(l *sound.Limits)      { l.Frames = int(n) }
func (m Mixed) load(l *sound.Limits)          { l.Mixed = bool(m) }
func (t AllowTruncated) load(l *sound.Limits) { l.Truncated = bool(t) }

// Load reads a WAV, FLAC, MP3 or Ogg Vorbis file: its samples, float32 [channels, frames], and how many there are per
// second. They are the file's own: nothing is resampled ([NewResample]) and no channels are mixed ([Mono]). Integers are
// divided by their largest magnitude, so they lie in -1 to 1.
//
// WAV may have PCM of 8 to 32 bits, floats of 32 or 64 bits, A-law or mu-law, extensible headers and more than 4 GiB
// (RF64). An error says what is wrong with the file and names it.
func Load(path string, opts ...LoadOption) (wave *torch.Tensor, rate int, err error) {
	clip, err := sound.Open(path, limits(opts))
	if err != nil {
		return nil, 0, err
	}
	return waveOf(clip), clip.Rate, nil
}

// Decode is [Load] of a file that is size bytes long, wherever it is.
func Decode(r io.ReaderAt, size int64, opts ...LoadOption) (wave *torch.Tensor, rate int, err error) {
	clip, err := sound.Decode(r, size, limits(opts))
	if err != nil {
		return nil, 0, err
	}
	return waveOf(clip), clip.Rate, nil
}

// Stat says what a sound file has: its format, rate, channels and number of frames. Of Ogg all is read for it.
func Stat(path string) (Info, error) { return sound.Stat(path) }

// Mono is the mean of a waveform's channels: [..., channels, time] becomes [..., 1, time].
func Mono(wave *torch.Tensor) *torch.Tensor { return wave.Mean(-2, torch.KeepDim) }

func limits(opts []LoadOption) sound.Limits {
	var l sound.Limits
	for _, o := range opts {
		o.load(&l)
	}
	return l
}

func waveOf(c sound.Clip) *torch.Tensor {
	interleaved := torch.FromSlice(c.Data, c.Frames, c.Channels)
	if c.Channels == 1 {
		return interleaved.View(1, c.Frames)
	}
	return interleaved.T().Contiguous()
}
