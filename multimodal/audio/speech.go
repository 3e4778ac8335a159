package audio

import (
	"multitorch/multimodal/audio/functional"
	"multitorch/torch"
)

// Interval is a piece of a waveform: samples from Start up to, without, End.
type Interval = functional.Interval

// DetectSpeech finds the pieces of a waveform [time] or [1, time] that are loud enough to be speech: by Kaldi's log energies
// of frames of 25 ms, one every 10 ms, and its rule, [functional.EnergyVAD] with [functional.KaldiVAD]'s settings. Each piece
// goes on for another tenth of a second, and what lies nearer than that is one. It knows loudness alone: steady noise counts,
// and digital silence never does.
func DetectSpeech(wave *torch.Tensor, rate int) []Interval {
	if wave.Dim() == 2 && wave.Size(0) == 1 {
		wave = wave.Select(0, 0)
	}
	if wave.Dim() != 1 {
		panic(invalid("DetectSpeech", "expected a waveform [time] or [1, time], but got the shape %v; mix channels by Mono", wave.Shape()))
	}
	var speech []bool
	m := NewSpectrogram(Kaldi(rate, SnipEdges(false)))
	torch.NoGrad(func() {
		torch.Step(func() {
			if wave.Size(0) >= m.config.HopLength {
				_, energy := m.framed(wave.Detach())
				speech = functional.EnergyVAD(energy, functional.KaldiVAD())
			}
		})
	})
	const hang = 10 // frames
	longer := make([]bool, len(speech))
	for t, on := range speech {
		if on {
			for i := max(0, t-hang); i < min(len(speech), t+hang+1); i++ {
				longer[i] = true
			}
		}
	}
	return functional.SpeechIntervals(longer, m.config.HopLength, wave.Size(0))
}
