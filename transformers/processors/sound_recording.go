package processors

import (
	"math"

	"multitorch/torch"
)

// Recording is the log-mels of a recording of any length, from which Whisper reads window by window, as OpenAI's transcribe:
// how far below the loudest frame the quietest may lie is decided by the whole recording, and behind its end there is
// nothing, 0 in log-mels, where [FeatureExtractor.Process] has silence.
//
// So a recording is read twice: for its loudest frame, and for the windows. Only the log-mels of two blocks are held.
type Recording struct {
	extractor *FeatureExtractor
	config    SoundConfig
	source    Source
	frames    int
	floor     float64
	blocks    [2]block // that were computed last, by their number modulo 2
}

// block is log10 of the mels [bands, frames] of a part of a recording.
type block struct {
	number int
	logs   *torch.Tensor // nil for none
}

// blockFrames is how many frames are computed at once: more would take memory in proportion to the recording.
const blockFrames = 6000

// Recording reads samples once for the loudest frame. The caller frees it.
func (e *FeatureExtractor) Recording(samples Source) (*Recording, error) {
	if e.mels == nil {
		panic(invalid("log-mels are Whisper's, and this is a %s", e.config.Type))
	}
	c := e.config
	r := &Recording{extractor: e, config: c, source: samples, frames: max(samples.Len()/c.HopLength, 1)}
	loudest := math.Inf(-1)
	for number := range (r.frames + blockFrames - 1) / blockFrames {
		logs, err := r.block(number)
		if err != nil {
			r.Free()
			return nil, err
		}
		torch.Step(func() { loudest = max(loudest, logs.Max().Item()) })
	}
	r.floor = loudest - 8
	return r, nil
}

// block is the log-mels of a block, which are computed if they are not at hand.
func (r *Recording) block(number int) (*torch.Tensor, error) {
	b := &r.blocks[number%len(r.blocks)]
	if b.logs != nil && b.number == number {
		return b.logs, nil
	}
	b.free()
	c := r.config
	length, half, first := r.source.Len(), c.NFFT/2, number*blockFrames
	if length < c.HopLength { // not a frame
		*b = block{number, torch.Full(torch.Shape{c.FeatureSize, 1}, -10.0).Keep()}
		return b.logs, nil
	}
	n := min(blockFrames, r.frames-first)
	var err error
	torch.Step(func() {
		// One hop more than the frames, since the definition drops the last.
		from, to := first*c.HopLength-half, (first+n)*c.HopLength+c.NFFT-half
		var heard *torch.Tensor
		if heard, err = r.source.Samples(max(from, 0), min(to, length)-max(from, 0)); err != nil {
			return
		}
		parts := []*torch.Tensor{heard.Float()}
		if from < 0 {
			mirrored := heard.Slice(0, 1, min(half+1, length), 1).Flip(0) // as far as there is something
			parts = []*torch.Tensor{torch.Zeros(torch.Shape{half - mirrored.Size(0)}), mirrored.Float(), parts[0]}
		}
		if to > length {
			parts = append(parts, torch.Zeros(torch.Shape{to - length}))
		}
		logs := r.extractor.uncentred.Forward(torch.Cat(parts, 0)).Clamp(1e-10, nil).Log10()
		*b = block{number, logs.Narrow(1, 0, n).Clone().Keep()}
	})
	return b.logs, err
}

func (b *block) free() {
	if b.logs != nil {
		b.logs.Free()
		b.logs = nil
	}
}

// Frames is how many there are: one every hop.
func (r *Recording) Frames() int { return r.frames }

// Window is the log-mels [1, bands, frames of a window] from a frame on.
func (r *Recording) Window(from int) (*torch.Tensor, error) {
	n := r.config.ChunkLength * r.config.SamplingRate / r.config.HopLength
	window := torch.Zeros(torch.Shape{1, r.config.FeatureSize, n})
	for at := from; at < min(from+n, r.frames); {
		logs, err := r.block(at / blockFrames)
		if err != nil {
			window.Free()
			return nil, err
		}
		first := at % blockFrames
		have := min(from+n-at, logs.Size(1)-first)
		torch.Step(func() {
			scaled := logs.Narrow(1, first, have).Clamp(r.floor, nil).Add(4).Div(4)
			window.Select(0, 0).Narrow(1, at-from, have).CopyInplace(scaled)
		})
		at += have
	}
	return window, nil
}

// Free frees the log-mels that are held.
func (r *Recording) Free() {
	for i := range r.blocks {
		r.blocks[i].free()
	}
}
