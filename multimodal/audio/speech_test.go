package audio_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/audio"
	"multitorch/multimodal/audio/functional"
	"multitorch/torch"
)

// A tone of half a second, in faint noise, is found where it is, whatever the noise.
func TestDetectSpeech(t *testing.T) {
	torch.ManualSeed(2)
	x := torch.Randn(torch.Shape{32000}).Mul(1e-4)
	x.Slice(0, 8000, 16000, 1).AddInplace(chirp(8000))
	x.Slice(0, 24000, 26000, 1).AddInplace(chirp(2000))
	found := audio.DetectSpeech(x.View(1, -1), 16000)
	require.Len(t, found, 2)
	for i, want := range []audio.Interval{{Start: 8000, End: 16000}, {Start: 24000, End: 26000}} {
		require.InDelta(t, want.Start, found[i].Start, 2400)
		require.InDelta(t, want.End, found[i].End, 2400)
		require.LessOrEqual(t, found[i].Start, want.Start)
		require.GreaterOrEqual(t, found[i].End, want.End)
	}
	require.Empty(t, audio.DetectSpeech(torch.Zeros(torch.Shape{16000}), 16000))
	require.Empty(t, audio.DetectSpeech(torch.Zeros(torch.Shape{10}), 16000))
	require.ErrorContains(t, torch.Try(func() error { audio.DetectSpeech(torch.Zeros(torch.Shape{2, 10}), 16000); return nil }), "Mono")
}

// Kaldi's rule, by hand.
func TestEnergyVAD(t *testing.T) {
	energy := torch.New([]float32{0, 0, 12, 0, 12, 12, 12, 0, 0}) // the threshold is 5 + 48/9/2 = 7.67
	require.Equal(t, []bool{false, false, true, false, true, true, true, false, false},
		functional.EnergyVAD(energy, functional.KaldiVAD()))
	o := functional.KaldiVAD()
	o.Context = 1 // at least 0.6 of 3, or of 2 at the ends
	require.Equal(t, []bool{false, false, false, true, true, true, true, false, false}, functional.EnergyVAD(energy, o))
	o.Threshold, o.MeanScale = 20, 0
	require.NotContains(t, functional.EnergyVAD(energy, o), true)
}
