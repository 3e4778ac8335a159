package main

import (
	"time"

	"multitorch/multimodal/audio"
	"multitorch/torch"
)

// logMel is the median time of the log-mel of ten seconds of audio, as twin.py has it.
func logMel(n int) (float64, error) {
	m := audio.NewLogMelSpectrogram(audio.Torchaudio(16000, audio.HopLength(160), audio.NMels(80)))
	x := torch.Randn(torch.Shape{1, 160000})
	times := make([]float64, n)
	for i := range times {
		start := time.Now()
		torch.Step(func() { m.Forward(x) })
		times[i] = time.Since(start).Seconds()
	}
	return median(times[n/10:]), nil
}
