package audio_test

import (
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/multimodal/audio"
	"multitorch/multimodal/audio/functional"
	"multitorch/multimodal/audio/internal/golden"
	"multitorch/nn"
	"multitorch/torch"
)

// The same seed masks the same places as torchaudio's modules.
func TestMaskingAsTorchaudio(t *testing.T) {
	x := golden.Tensor(t, "spec3")
	torch.ManualSeed(3)
	for _, c := range []struct {
		name string
		m    nn.Layer
	}{
		{"freq", audio.NewFrequencyMasking(8)},
		{"time", audio.NewTimeMasking(30, audio.P(0.4))},
		{"iid", audio.NewTimeMasking(20, audio.IIDMasks(true))},
		{"freq_iid", audio.NewFrequencyMasking(9, audio.IIDMasks(true), audio.MaskValue(1.5))},
		{"spec_augment", audio.NewSpecAugment(2, 20, 2, 8)},
		{"spec_augment_same", audio.NewSpecAugment(2, 20, 2, 8, audio.IIDMasks(false), audio.ZeroMasking(true))},
	} {
		golden.Near(t, golden.Tensor(t, "mask_"+c.name), c.m.Forward(x), c.name)
	}
}

func TestModules(t *testing.T) {
	x := golden.Tensor(t, "x")
	golden.Near(t, golden.Tensor(t, "resample_1"), audio.NewResample(16000, 22050, audio.ResampleOptions{}).Forward(x.Narrow(0, 0, 2500)))
	require.Same(t, x, audio.NewResample(16000, 16000, audio.SoxrHQ()).Forward(x))
	golden.Near(t, golden.Tensor(t, "torchaudio_db"), audio.NewAmplitudeToDB("power", 0).Forward(golden.Tensor(t, "torchaudio_mel")))
	golden.Near(t, golden.Tensor(t, "torchaudio_deltas"), audio.NewComputeDeltas(5, audio.Replicate).Forward(golden.Tensor(t, "torchaudio_mfcc")))
	golden.Near(t, golden.Tensor(t, "torchaudio_preemphasis"), audio.NewPreemphasis(0.97).Forward(x))
	golden.Near(t, golden.Tensor(t, "torchaudio_mulaw"), audio.NewMuLawEncoding(256).Forward(x))
	golden.Near(t, golden.Tensor(t, "torchaudio_mulaw_back"), audio.NewMuLawDecoding(256).Forward(golden.Tensor(t, "torchaudio_mulaw")))
	golden.Near(t, golden.Tensor(t, "torchaudio_centroid"), audio.NewSpectralCentroid(audio.Torchaudio(16000, settings...)).Forward(x))
	golden.Near(t, golden.Tensor(t, "librosa_centroid"), audio.NewSpectralCentroid(audio.Librosa(16000, settings...)).Forward(x))
	two := torch.Stack([]*torch.Tensor{x, x.Flip(0)}, 0)
	golden.Near(t, golden.Tensor(t, "add_noise"), audio.NewAddNoise().Forward(two, golden.Tensor(t, "noise"), torch.New([]float32{5, -3}), nil))
}

// Noise is as loud as was asked for.
func TestAddNoiseRatio(t *testing.T) {
	x := golden.Tensor(t, "x")
	noise := torch.RandnLike(x)
	for _, snr := range []float64{-10, 0, 20} {
		added := audio.NewAddNoise().Forward(x, noise, torch.New(float32(snr)), nil).Sub(x)
		require.InDelta(t, snr, x.Square().Sum().Div(added.Square().Sum()).Log10().Mul(10).Item(), 1e-2)
	}
}

// A signal comes back from its spectrogram alone, whatever the phases to begin with.
func TestGriffinLimModule(t *testing.T) {
	x := golden.Tensor(t, "pitch")
	for _, c := range []audio.Config{audio.Torchaudio(16000, audio.HopLength(100)), audio.Librosa(16000, audio.NFFT(512), audio.Power(1))} {
		spec := audio.NewSpectrogram(c)
		want := spec.Forward(x).Pow(1 / c.Power)
		for _, opts := range [][]audio.GriffinLimOption{
			{audio.Iterations(50)}, {audio.Iterations(50), audio.RandInit(false), audio.Momentum(0.5)},
		} {
			y := audio.NewGriffinLim(c, opts...).Forward(spec.Forward(x), x.Size(0))
			require.Equal(t, x.Shape(), y.Shape())
			require.Less(t, spec.Forward(y).Pow(1/c.Power).Sub(want).Norm().Div(want.Norm()).Item(), 0.15, c.Definition)
		}
	}
}

// Everything that a model may learn through has the right gradient.
func TestGradients(t *testing.T) {
	torch.ManualSeed(1)
	small := []audio.Option{audio.NFFT(16), audio.HopLength(8), audio.WinLength(12), audio.NMels(4), audio.NMFCC(3), audio.FMin(0)}
	for name, m := range map[string]nn.Layer{
		"mel":         audio.NewMelSpectrogram(audio.Torchaudio(1000, small...)),
		"magnitude":   audio.NewSpectrogram(audio.Librosa(1000, small...), audio.Power(1)),
		"log":         audio.NewLogMelSpectrogram(audio.Whisper(small...), audio.Samples(0)),
		"librosa":     audio.NewMFCC(audio.Librosa(1000, small...)),
		"kaldi":       audio.NewMFCC(audio.Kaldi(1000, small...)),
		"kaldi ends":  audio.NewLogMelSpectrogram(audio.Kaldi(1000, small...), audio.SnipEdges(false)),
		"resample":    audio.NewResample(3, 2, audio.ResampleOptions{}),
		"preemphasis": audio.NewPreemphasis(0.9),
		"deltas":      audio.NewComputeDeltas(5, audio.Replicate),
	} {
		x := torch.Randn(torch.Shape{2, 50}, torch.Float64, torch.RequiresGrad(true))
		err := torch.GradCheck(func(xs ...*torch.Tensor) []*torch.Tensor { return []*torch.Tensor{m.Forward(xs[0])} }, []*torch.Tensor{x})
		require.NoError(t, err, name)
	}
	// Silence has no infinite gradient.
	x := torch.Zeros(torch.Shape{400}, torch.RequiresGrad(true))
	audio.NewLogMelSpectrogram(audio.Torchaudio(16000)).Forward(x).Sum().Backward()
	require.True(t, x.Grad().IsFinite().All().Item() == 1)
}

// Windows and filter banks are a module's own: it can be moved and saved, with torchaudio's names.
func TestBuffers(t *testing.T) {
	var names []string
	for _, n := range nn.StateDict(audio.NewMFCC(audio.Torchaudio(16000))) {
		names = append(names, n.Name)
	}
	require.ElementsMatch(t, []string{"dct_mat", "MelSpectrogram.spectrogram.window", "MelSpectrogram.mel_scale.fb"}, names)
}

// A step frees all that Forward and the functions make.
func TestNothingIsLeft(t *testing.T) {
	percent := debug.SetGCPercent(-1) // what other tests left may not go meanwhile
	t.Cleanup(func() { debug.SetGCPercent(percent) })
	layers := []nn.Layer{
		audio.NewLogMelSpectrogram(audio.Whisper(), audio.Samples(0)), audio.NewMFCC(audio.Kaldi(16000)), audio.NewMFCC(audio.Librosa(16000)),
		audio.NewResample(16000, 8000, audio.ResampleOptions{}), audio.NewSpecAugment(1, 10, 1, 10),
	}
	for i, m := range layers {
		x := torch.Randn(torch.Shape{2, 1, 4000})
		run := func() {
			torch.Step(func() {
				m.Forward(x)
				functional.YIN(x, 16000, 60, 400, functional.YINOptions{Frame: 512})
				functional.Trim(x, 40, 512, 128)
			})
		}
		run()
		before := leak.CollectorOff(t)
		run()
		require.Equal(t, before, torch.LiveTensors(), i)
	}
}

func TestBadArguments(t *testing.T) {
	x := torch.Randn(torch.Shape{1000})
	for name, c := range map[string]struct {
		f    func()
		says string
	}{
		"no definition":   {func() { audio.NewMFCC(audio.Config{SampleRate: 16000, NMFCC: 3, NFFT: 400}) }, "begin with a definition"},
		"no coefficients": {func() { audio.NewMFCC(audio.Whisper()) }, "whisper has no cepstral coefficients; say how many by NMFCC"},
		"too many":        {func() { audio.NewMFCC(audio.Kaldi(16000, audio.NMFCC(24))) }, "expected 1 to 23 coefficients"},
		"rate":            {func() { audio.NewSpectrogram(audio.Librosa(0)) }, "sample rate must be positive"},
		"window size":     {func() { audio.NewSpectrogram(audio.Librosa(16000, audio.WinLength(4000))) }, "a window of 1 to n_fft samples"},
		"window":          {func() { audio.NewSpectrogram(audio.Librosa(16000), audio.Window("square")) }, `but got "square"`},
		"pad mode":        {func() { audio.NewSpectrogram(audio.Librosa(16000), audio.PadMode("zeros")) }, `but got "zeros"`},
		"mels":            {func() { audio.NewMelSpectrogram(audio.Librosa(16000, audio.NMels(0))) }, "1 mel"},
		"frequencies":     {func() { audio.NewMelSpectrogram(audio.Librosa(16000), audio.FMin(9000)) }, "but got 9000 and 8000"},
		"ignored":         {func() { audio.NewSpectrogram(audio.Librosa(16000), audio.Dither(1)) }, "are Kaldi's, and librosa has none of them"},
		"ignored, Kaldi":  {func() { audio.NewSpectrogram(audio.Kaldi(16000), audio.Center(true)) }, "Kaldi's definition has no centred frames"},
		"scale":           {func() { audio.NewMelSpectrogram(audio.Librosa(16000), audio.Scale("bark")) }, `but got "bark"`},
		"norm":            {func() { audio.NewMelSpectrogram(audio.Librosa(16000), audio.Norm("l1")) }, `but got "l1"`},
		"log":             {func() { audio.NewLogMelSpectrogram(audio.Librosa(16000), audio.Log("log2")) }, `but got "log2"`},
		"power 0":         {func() { audio.NewMelSpectrogram(audio.Librosa(16000), audio.Power(0)) }, "the power must be above 0"},
		"integers":        {func() { audio.NewSpectrogram(audio.Librosa(16000)).Forward(x.To(torch.Int16)) }, "of floats, but got int16"},
		"number":          {func() { audio.NewSpectrogram(audio.Librosa(16000)).Forward(torch.New(1.)) }, "got a single number"},
		"empty":           {func() { audio.NewMFCC(audio.Librosa(16000)).Forward(torch.Zeros(torch.Shape{2, 0})) }, "the waveform is empty"},
		"too short":       {func() { audio.NewSpectrogram(audio.Torchaudio(16000)).Forward(x.Narrow(0, 0, 100)) }, "100 samples is too short"},
		"shorter":         {func() { audio.NewSpectrogram(audio.Kaldi(16000)).Forward(x.Narrow(0, 0, 399)) }, "has no frame of 400 (25 ms)"},
		"rates":           {func() { audio.NewResample(16000, -1, audio.ResampleOptions{}) }, "the rates must be positive"},
		"odd rates":       {func() { audio.NewResample(44101, 16001, audio.SoxrHQ()) }, "take rates that have a larger common divisor"},
		"method":          {func() { audio.NewResample(2, 1, audio.ResampleOptions{Method: "fft"}) }, `but got "fft"`},
		"mask":            {func() { audio.NewTimeMasking(-1) }, "must not be negative"},
		"p":               {func() { audio.NewTimeMasking(3, audio.P(2)) }, "p must lie in [0, 1]"},
		"mask dims":       {func() { audio.NewTimeMasking(3).Forward(x) }, "expected at least 2 dimensions"},
		"momentum":        {func() { audio.NewGriffinLim(audio.Torchaudio(16000), audio.Momentum(1)) }, "a momentum in [0, 1)"},
		"no inverse":      {func() { audio.NewInverseSpectrogram(audio.Kaldi(16000)) }, "the frames of kaldi don't cover the signal"},
		"stype":           {func() { audio.NewAmplitudeToDB("energy", 0) }, `but got "energy"`},
		"noise":           {func() { functional.AddNoise(x, x.Narrow(0, 0, 10), torch.New(float32(1)), nil) }, "repeat or cut the noise"},
		"yin":             {func() { functional.YIN(x, 16000, 10, 400, functional.YINOptions{Frame: 512}) }, "longer than a period of f_min"},
		"delta":           {func() { functional.Delta(x.Narrow(0, 0, 5), 9, 1) }, "5 frames are fewer than the window of 9"},
	} {
		err := torch.Try(func() error { c.f(); return nil })
		require.ErrorContains(t, err, c.says, name)
	}
}
