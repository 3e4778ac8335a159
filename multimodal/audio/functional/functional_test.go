package functional_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	fn "multitorch/multimodal/audio/functional"
	"multitorch/multimodal/audio/internal/golden"
	"multitorch/torch"
)

func TestFilterBanks(t *testing.T) {
	for _, scale := range []string{"htk", "slaney"} {
		for _, norm := range []string{"", "slaney"} {
			name := scale + "_" + norm
			if norm == "" {
				name += "none"
			}
			golden.Near(t, golden.Tensor(t, "fb_torchaudio_"+name), fn.MelscaleFbanks(101, 20, 3800, 12, 8000, norm, scale), name)
			golden.Near(t, golden.Tensor(t, "fb_librosa_"+name), fn.MelFilters(101, 20, 3800, 12, 8000, norm, scale), name)
		}
		for _, hz := range []float64{0, 20, 440, 1000, 4000} {
			require.InDelta(t, hz, fn.MelToHz(fn.HzToMel(hz, scale), scale), 1e-9)
		}
	}
	// torchaudio computes angles in float32.
	golden.Within(t, 1e-5, 5e-6, golden.Tensor(t, "dct_ortho"), fn.CreateDCT(13, 40, "ortho"))
	golden.Within(t, 1e-5, 5e-6, golden.Tensor(t, "dct_none"), fn.CreateDCT(13, 40, ""))
}

func TestAsLibrosa(t *testing.T) {
	x, mel, mfcc := golden.Tensor(t, "x"), golden.Tensor(t, "librosa_mel"), golden.Tensor(t, "librosa_mfcc")
	magnitudes := golden.Tensor(t, "librosa_stft").ViewAsComplex().Abs()
	for name, got := range map[string]*torch.Tensor{
		"db":             fn.PowerToDB(mel, 1, 1e-10, 80),
		"db_max":         fn.PowerToDB(mel, 0, 1e-10, 80),
		"amplitude_db":   fn.MagnitudeToDB(magnitudes.Narrow(0, 0, 40), 1, 1e-5, 80),
		"delta":          fn.Delta(mfcc, 9, 1),
		"delta2":         fn.Delta(mfcc, 9, 2),
		"delta5":         fn.Delta(mfcc, 5, 1),
		"preemphasis":    fn.PreemphasisLibrosa(x, 0.97),
		"rms":            fn.RMS(x, 512, 160),
		"zcr":            fn.ZeroCrossingRate(x, 512, 160),
		"centroid":       fn.SpectralCentroid(magnitudes, 16000),
		"rolloff":        fn.SpectralRolloff(magnitudes, 16000, 0.85),
		"bandwidth":      fn.SpectralBandwidth(magnitudes, 16000),
		"chroma":         fn.Chroma(magnitudes.Square(), fn.ChromaFilters(16000, 512, 0.1)),
		"onset_strength": fn.OnsetStrength(fn.PowerToDB(mel, 1, 1e-10, 80), 1, 512/(2*160)),
	} {
		golden.Near(t, golden.Tensor(t, "librosa_"+name), got, name)
	}
	golden.Near(t, golden.Tensor(t, "chroma_filters"), fn.ChromaFilters(16000, 512, 0.1))
	golden.Near(t, mel, fn.DBToPower(fn.PowerToDB(mel, 1, 1e-10, 0), 1))
	golden.Near(t, magnitudes, fn.DBToAmplitude(fn.MagnitudeToDB(magnitudes, 1, 1e-12, 0), 1))
}

func TestYINAsLibrosa(t *testing.T) {
	o := fn.YINOptions{Frame: 1024, Hop: 256}
	golden.Within(t, 1e-4, 0, golden.Tensor(t, "librosa_yin"), fn.YIN(golden.Tensor(t, "pitch"), 16000, 80, 500, o))
	// In noise two troughs can be all but equally deep, so that one frame or the other may differ.
	noise := fn.YIN(golden.Tensor(t, "x"), 16000, 80, 500, o)
	same := noise.Sub(golden.Tensor(t, "librosa_yin_noise")).Abs().Lt(0.1).To(torch.Float64).Mean().Item()
	require.Greater(t, same, 0.9)
	batch := fn.YIN(torch.Stack([]*torch.Tensor{golden.Tensor(t, "x"), golden.Tensor(t, "pitch")}, 0), 16000, 80, 500, o)
	golden.Within(t, 1e-4, 0, golden.Tensor(t, "librosa_yin"), batch.Select(0, 1))
}

func TestOnsetsAsLibrosa(t *testing.T) {
	var got []int64
	for _, n := range fn.OnsetDetect(golden.Tensor(t, "clicks_env"), fn.OnsetPeaks(16000, 160)) {
		got = append(got, int64(n))
	}
	require.Equal(t, torch.ToSlice[int64](golden.Tensor(t, "clicks_onsets")), got)
	require.GreaterOrEqual(t, len(got), 5)
	require.Empty(t, fn.OnsetDetect(torch.Zeros(torch.Shape{50}), fn.OnsetPeaks(16000, 160)))
}

func TestTrimAndSplitAsLibrosa(t *testing.T) {
	x := golden.Tensor(t, "quiet")
	trimmed, start, end := fn.Trim(x, 40, 512, 160)
	require.Equal(t, torch.ToSlice[int64](golden.Tensor(t, "quiet_trim")), []int64{int64(start), int64(end)})
	require.Equal(t, end-start, trimmed.Size(0))
	var got []int64
	for _, i := range fn.Split(x, 40, 512, 160) {
		got = append(got, int64(i.Start), int64(i.End))
	}
	require.Equal(t, torch.ToSlice[int64](golden.Tensor(t, "quiet_split").Reshape(-1)), got)
}

func TestAsTorchaudio(t *testing.T) {
	x := golden.Tensor(t, "x")
	power := golden.Tensor(t, "torchaudio_spectrogram")
	for name, got := range map[string]*torch.Tensor{
		"db":          fn.AmplitudeToDB(golden.Tensor(t, "torchaudio_mel"), 10, 1e-10, 0, 0),
		"db_top":      fn.AmplitudeToDB(power.Narrow(0, 0, 30), 10, 1e-10, 0, 20),
		"deltas":      fn.ComputeDeltas(golden.Tensor(t, "torchaudio_mfcc"), 5, "replicate"),
		"preemphasis": fn.Preemphasis(x, 0.97),
		"centroid":    fn.SpectralCentroid(power.Sqrt(), 16000),
		"mulaw":       fn.MuLawEncoding(x, 256),
		"mulaw_back":  fn.MuLawDecoding(golden.Tensor(t, "torchaudio_mulaw"), 256),
	} {
		golden.Near(t, golden.Tensor(t, "torchaudio_"+name), got, name)
	}
	two := torch.Stack([]*torch.Tensor{x, x.Flip(0)}, 0)
	snr, lengths := torch.New([]float32{5, -3}), torch.New([]int{2500, 4000})
	golden.Near(t, golden.Tensor(t, "add_noise"), fn.AddNoise(two, golden.Tensor(t, "noise"), snr, nil))
	golden.Near(t, golden.Tensor(t, "add_noise_lengths"), fn.AddNoise(two, golden.Tensor(t, "noise"), snr, lengths))
	golden.Near(t, two, fn.AddNoise(two, torch.ZerosLike(two), snr, nil))
}

func TestResampleAsTorchaudio(t *testing.T) {
	kaiser := fn.ResampleOptions{Method: "sinc_interp_kaiser"}
	wide := fn.ResampleOptions{Method: "sinc_interp_kaiser", LowpassFilterWidth: 20, Beta: 8}
	for i, c := range []struct {
		from, to int
		o        fn.ResampleOptions
	}{
		{16000, 8000, fn.ResampleOptions{}},
		{16000, 22050, fn.ResampleOptions{}},
		{44100, 16000, fn.ResampleOptions{}},
		{8000, 16000, fn.ResampleOptions{LowpassFilterWidth: 16, Rolloff: 0.9}},
		{16000, 22050, kaiser},
		{22050, 8000, wide},
	} {
		x := golden.Tensor(t, "x").Narrow(0, 0, 2500)
		golden.Within(t, 1e-5, 1e-6, golden.Tensor(t, fmt.Sprintf("resample_function_%d", i)), fn.Resample(x, c.from, c.to, c.o), i)
		kernel, width := fn.SincKernel(c.from, c.to, c.o)
		got := fn.ApplySinc(x.View(1, 1, -1), c.from, c.to, kernel, width)
		golden.Near(t, golden.Tensor(t, fmt.Sprintf("resample_%d", i)), got.View(-1), i)
	}
}

// The kernel of soxr's quality gives soxr's numbers for what lies within the lower rate, away from the ends.
func TestResampleAsSoxr(t *testing.T) {
	x := golden.Tensor(t, "smooth")
	for _, rate := range []int{8000, 22050, 44100} {
		want := golden.Tensor(t, fmt.Sprintf("soxr_hq_%d", rate))
		got := fn.Resample(x, 16000, rate, fn.SoxrHQ())
		require.Equal(t, want.Shape(), got.Shape())
		n := want.Size(0)
		inner := func(y *torch.Tensor) *torch.Tensor { return y.Slice(0, n/5, n*4/5, 1) }
		require.Less(t, inner(want).Sub(inner(got)).Abs().Max().Item(), 2e-6, rate)
		hann := fn.Resample(x, 16000, rate, fn.ResampleOptions{})
		require.Greater(t, inner(want).Sub(inner(hann)).Abs().Max().Item(), 1e-4, rate)
	}
}

// The number to be held against others' is how near the result's spectrogram comes, not its samples.
func TestGriffinLim(t *testing.T) {
	magnitudes := golden.Tensor(t, "librosa_stft").ViewAsComplex().Abs()
	for _, c := range []struct {
		library, pad string
		power        float64
		spec         *torch.Tensor
	}{
		{"librosa", "constant", 1, magnitudes},
		{"torchaudio", "reflect", 2, golden.Tensor(t, "torchaudio_spectrogram")},
	} {
		o := fn.GriffinLimOptions{Power: c.power, Iterations: 8, Momentum: 0.99}
		o.STFTOptions = torch.STFTOptions{HopLength: 160, WinLength: 400, Window: torch.HannWindow(400, true), PadMode: c.pad}
		convergence := func(y *torch.Tensor) float64 {
			target := c.spec.Pow(1 / c.power)
			return fn.Spectrogram(y, 512, o.STFTOptions, 1).Sub(target).Norm().Div(target.Norm()).Item()
		}
		want, got := convergence(golden.Tensor(t, "griffinlim_"+c.library)), convergence(fn.GriffinLim(c.spec, 512, o))
		require.InDelta(t, want, got, 1e-3*want, c.library)
	}
}

// The same seed masks the same places as in torchaudio.
func TestMasksDrawnAsTorchaudio(t *testing.T) {
	x := golden.Tensor(t, "spec3")
	torch.ManualSeed(3)
	for _, c := range []struct {
		name string
		f    func() *torch.Tensor
	}{
		{"freq", func() *torch.Tensor { return fn.MaskAlongAxis(x, 8, 0, -2, 1) }},
		{"time", func() *torch.Tensor { return fn.MaskAlongAxis(x, 30, 0, -1, 0.4) }},
		{"iid", func() *torch.Tensor { return fn.MaskAlongAxisIID(x, 20, 0, -1, 1) }},
		{"freq_iid", func() *torch.Tensor { return fn.MaskAlongAxisIID(x, 9, 1.5, -2, 1) }},
	} {
		golden.Near(t, golden.Tensor(t, "mask_"+c.name), c.f(), c.name)
	}
}
