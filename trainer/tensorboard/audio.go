package tensorboard

import (
	"encoding/binary"
	"fmt"
	"math"
)

// An Audio is a recording.
type Audio struct {
	SampleRate float32 // samples a second
	Channels   int
	Frames     int    // samples of each channel
	WAV        []byte // the file
}

func (Audio) isData() {}

// Audio adds a recording of one channel, as SummaryWriter.add_audio does: samples from -1 to 1, beyond which they are cut, stored as
// WAV of 16 bits. No samples, NaN, or a rate below 1 are errors.
func (w *Writer) Audio(tag string, step int, samples []float32, rate int) error {
	if len(samples) == 0 || rate < 1 || int64(rate) > math.MaxInt32 || len(samples) > MaxRecord/2-1024 {
		return fmt.Errorf("tensorboard: audio %.80q at step %d: expected some samples, at most %d, and a rate of at least 1, got %d at %d",
			tag, step, MaxRecord/2-1024, len(samples), rate)
	}
	pcm := make([]byte, 0, 2*len(samples))
	for i, s := range samples {
		if math.IsNaN(float64(s)) {
			return fmt.Errorf("tensorboard: audio %.80q at step %d: sample %d is NaN", tag, step, i)
		}
		pcm = binary.LittleEndian.AppendUint16(pcm, uint16(int16(max(-1, min(1, s))*math.MaxInt16)))
	}
	return w.addValue(step, Value{Tag: tag, Data: Audio{float32(rate), 1, len(samples), wav(pcm, rate)}})
}

// wav puts the header of a WAV file of one channel before its samples.
func wav(pcm []byte, rate int) []byte {
	le := binary.LittleEndian
	b := append([]byte{}, "RIFF"...)
	b = le.AppendUint32(b, uint32(36+len(pcm)))
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(b, 1) // plain numbers
	b = le.AppendUint16(b, 1) // channels
	b = le.AppendUint32(b, uint32(rate))
	b = le.AppendUint32(b, uint32(2*rate)) // bytes a second
	b = le.AppendUint16(b, 2)              // bytes a frame
	b = le.AppendUint16(b, 16)             // bits
	b = append(b, "data"...)
	b = le.AppendUint32(b, uint32(len(pcm)))
	return append(b, pcm...)
}
