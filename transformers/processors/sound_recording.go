package processors

import "multitorch/torch"

// Recording is the log-mels of a recording of any length, from which Whisper reads window by window, as OpenAI's transcribe:
// how far below the loudest frame the quietest may lie is decided by the whole recording, and behind its end there is
// nothing, 0 in log-mels, where [FeatureExtractor.Process] has silence.
type Recording struct {
	logs   *torch.Tensor // log10 of the mels [bands, frames]
	floor  float64
	config SoundConfig
}

// blockFrames is how many frames are computed at once: more would take memory in proportion to the recording.
const blockFrames = 6000

// Recording computes the log-mels of samples [length]. The caller frees it.
func (e *FeatureExtractor) Recording(samples *torch.Tensor) *Recording {
	if e.mels == nil {
		panic(invalid("log-mels are Whisper's, and this is a %s", e.config.Type))
	}
	if samples.Dim() != 1 || samples.Numel() == 0 {
		panic(invalid("expected samples [length], at least one, but got the shape %v", samples.Shape()))
	}
	c := e.config
	frames := samples.Size(0) / c.HopLength
	r := &Recording{config: c, logs: torch.Full(torch.Shape{c.FeatureSize, max(frames, 1)}, -10.0)}
	torch.Step(func() {
		half := c.NFFT / 2
		first := samples.Slice(0, 1, min(half+1, samples.Size(0)), 1).Flip(0) // mirrored, as far as there is something
		whole := torch.Cat([]*torch.Tensor{
			torch.Zeros(torch.Shape{half - first.Size(0)}), first.Float(), samples.Float(), torch.Zeros(torch.Shape{c.NFFT}),
		}, 0)
		for at := 0; at < frames; at += blockFrames {
			torch.Step(func() {
				n := min(blockFrames, frames-at)
				// One hop more than the frames, since the definition drops the last.
				block := whole.Narrow(0, at*c.HopLength, n*c.HopLength+c.NFFT)
				logs := e.uncentred.Forward(block).Clamp(1e-10, nil).Log10()
				r.logs.Narrow(1, at, n).CopyInplace(logs.Narrow(1, 0, n))
			})
		}
		r.floor = r.logs.Max().Item() - 8
	})
	return r
}

// Frames is how many there are: one every hop.
func (r *Recording) Frames() int { return r.logs.Size(1) }

// Window is the log-mels [1, bands, frames of a window] from a frame on.
func (r *Recording) Window(from int) *torch.Tensor {
	n := r.config.ChunkLength * r.config.SamplingRate / r.config.HopLength
	window := torch.Zeros(torch.Shape{1, r.config.FeatureSize, n})
	torch.Step(func() {
		have := min(n, r.Frames()-from)
		scaled := r.logs.Narrow(1, from, have).Clamp(r.floor, nil).Add(4).Div(4)
		window.Select(0, 0).Narrow(1, 0, have).CopyInplace(scaled)
	})
	return window
}

// Free frees the log-mels.
func (r *Recording) Free() { r.logs.Free() }
