package audio_test

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/audio"
	"multitorch/multimodal/audio/functional"
	"multitorch/nn"
	"multitorch/torch"
)

// measured is numbers that librosa, torchaudio, Kaldi and Whisper gave for a chirp of one second (testdata/chirp.json, whose
// "pos" says which elements they are).
type measured map[string]json.RawMessage

func (m measured) list(t *testing.T, name string, key ...string) (v []float32) {
	raw := m[name]
	for _, k := range key {
		var inner measured
		require.NoError(t, json.Unmarshal(raw, &inner), name)
		raw = inner[k]
	}
	require.NoError(t, json.Unmarshal(raw, &v), "%s %v", name, key)
	return v
}

func TestChirpAsMeasured(t *testing.T) {
	b, err := os.ReadFile("testdata/chirp.json")
	require.NoError(t, err)
	var facts measured
	require.NoError(t, json.Unmarshal(b, &facts))
	x := chirp(16000)
	// compare holds every step-th row of a frame against numbers that are rounded to seven digits.
	compare := func(want []float32, got *torch.Tensor, step, frame int, about string) {
		rows := got.Select(-1, frame).Slice(0, 0, step*len(want), step)
		w := torch.FromSlice(want)
		diff := w.Sub(rows).Abs().Sub(w.Abs().Mul(1e-5)).Max().Item()
		largest := got.Select(-1, frame).Abs().Max().Item() // of all rows: float32's rounding shows in empty ones
		require.LessOrEqual(t, diff, 2e-6*largest, fmt.Sprint(about, "\n", w, "\n", rows))
	}
	of := func(m nn.Layer) *torch.Tensor { return m.Forward(x) }
	const rate = 16000
	librosa, torchaudio := audio.Librosa(rate, settings...), audio.Torchaudio(rate, settings...)
	compare(facts.list(t, "librosa_mel", "v"), of(audio.NewMelSpectrogram(librosa)), 4, 50, "librosa mel")
	compare(facts.list(t, "librosa_power_to_db", "ref1"), of(audio.NewLogMelSpectrogram(librosa)), 4, 50, "librosa db")
	compare(facts.list(t, "librosa_mfcc", "v"), of(audio.NewMFCC(librosa)), 1, 50, "librosa mfcc")
	compare(facts.list(t, "librosa_mfcc_lifter22"), of(audio.NewMFCC(librosa, audio.Lifter(22))), 1, 50, "librosa liftered")
	compare(facts.list(t, "torchaudio_mel", "v"), of(audio.NewMelSpectrogram(torchaudio)), 4, 50, "torchaudio mel")
	compare(facts.list(t, "torchaudio_mfcc", "db"), of(audio.NewMFCC(torchaudio)), 1, 50, "torchaudio mfcc")
	plus := torchaudio
	plus.Log, plus.AMin = audio.LnPlus, 1e-6
	compare(facts.list(t, "torchaudio_mfcc", "log_mels"), of(audio.NewMFCC(plus)), 1, 50, "torchaudio mfcc of logarithms")
	whisper := of(audio.NewLogMelSpectrogram(audio.Whisper()))
	compare(facts.list(t, "whisper_logmel", "v"), whisper, 8, 50, "whisper")
	compare(facts.list(t, "whisper_logmel", "frame0"), whisper, 8, 0, "whisper, first frame")

	magnitudes := of(audio.NewSpectrogram(librosa, audio.Power(1)))
	compare(facts.list(t, "librosa_stft", "frame0_abs"), magnitudes, 1, 0, "librosa, first frame")
	compare(facts.list(t, "torch_stft_reflect_frame0_abs"), of(audio.NewSpectrogram(torchaudio, audio.Power(1))), 1, 0, "torch, first frame")

	for method, o := range map[string]audio.ResampleOptions{
		"sinc_interp_hann": {}, "sinc_interp_kaiser": {Method: "sinc_interp_kaiser"}, "soxr_hq": audio.SoxrHQ(),
	} {
		for _, to := range []int{8000, 22050} {
			name := fmt.Sprintf("%d/%s", to, method)
			y := functional.Resample(x, rate, to, o)
			want := facts.list(t, "resample", name, "from_2000")
			require.InDeltaSlice(t, want, torch.ToSlice[float32](y.Narrow(0, 2000, 5).Contiguous()), 1e-6, name)
		}
	}
	rms := functional.RMS(x, 512, 160)
	want := facts.list(t, "librosa_features", "rms(frame 512 hop 160 zeros-centred) frames 0,50,99")
	for i, frame := range []int{0, 50, 99} {
		require.InEpsilon(t, want[i], rms.Index(frame).Item(), 1e-5)
	}
}
