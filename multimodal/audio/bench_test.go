package audio_test

import (
	"fmt"
	"testing"
	"time"

	"multitorch/multimodal/audio"
	"multitorch/torch"
)

// BenchmarkLogMel is the log-mel of ten seconds of audio, with one thread.
func BenchmarkLogMel(b *testing.B) {
	before := torch.NumThreads()
	torch.SetNumThreads(1)
	defer torch.SetNumThreads(before)
	x := torch.Randn(torch.Shape{1, 160000})
	for _, c := range []audio.Config{
		audio.Torchaudio(16000, audio.HopLength(160), audio.NMels(80)),
		audio.Torchaudio(16000, audio.NFFT(512), audio.HopLength(160), audio.NMels(40)),
		audio.Torchaudio(16000), audio.Whisper(audio.Samples(0)), audio.Kaldi(16000, audio.NMels(80)), audio.Librosa(16000),
	} {
		m := audio.NewLogMelSpectrogram(c)
		b.Run(fmt.Sprintf("%s/%d/%d/%d", c.Definition, c.NFFT, m.Config().HopLength, c.NMels), func(b *testing.B) {
			least := time.Hour
			for b.Loop() {
				start := time.Now()
				torch.Step(func() { m.Forward(x) })
				least = min(least, time.Since(start))
			}
			b.ReportMetric(float64(least.Microseconds()), "least-µs")
		})
	}
}
