package main

import (
	"errors"
	"fmt"

	"multitorch/multimodal/audio"
	"multitorch/multimodal/audio/functional"
	"multitorch/nn"
	"multitorch/torch"
)

// audioFeatures computes each kind of features on the device and on the CPU.
func audioFeatures(d torch.Device) error {
	x := torch.Randn(torch.Shape{2, 8000}).Mul(0.1)
	var errs []error
	compare := func(name string, m nn.Module, f func(x *torch.Tensor) *torch.Tensor, tolerance float64) {
		want := f(x)
		if m != nil {
			nn.To(m, d)
		}
		if err := errors.Join(on(f(x.To(d)), d), near(want, f(x.To(d)), tolerance)); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
	}
	for name, m := range map[string]nn.Layer{
		"librosa":    audio.NewMFCC(audio.Librosa(16000)),
		"torchaudio": audio.NewLogMelSpectrogram(audio.Torchaudio(16000)),
		"kaldi":      audio.NewMFCC(audio.Kaldi(16000, audio.SnipEdges(false))),
		"whisper":    audio.NewLogMelSpectrogram(audio.Whisper()),
		"resample":   audio.NewResample(16000, 8000, audio.SoxrHQ()),
		"deltas":     audio.NewComputeDeltas(5, audio.Replicate),
	} {
		compare(name, m, m.Forward, 1e-2)
	}
	for name, f := range map[string]func(x *torch.Tensor) *torch.Tensor{
		"zero crossings": func(x *torch.Tensor) *torch.Tensor { return functional.ZeroCrossingRate(x, 512, 128) },
		"delta":          func(x *torch.Tensor) *torch.Tensor { return functional.Delta(x, 9, 2) },
		"mu law": func(x *torch.Tensor) *torch.Tensor {
			return functional.MuLawDecoding(functional.MuLawEncoding(x, 256), 256)
		},
		"centroid": func(x *torch.Tensor) *torch.Tensor {
			return functional.SpectralCentroid(x.Abs().View(2, 80, 100), 16000)
		},
	} {
		compare(name, nil, f, 1e-1)
	}
	masked := audio.NewSpecAugment(2, 20, 2, 10).Forward(x.To(d).View(2, 80, 100))
	pitch := functional.YIN(x.To(d), 16000, 80, 400, functional.YINOptions{Frame: 1024})
	return errors.Join(append(errs, on(masked, d), on(pitch, d))...)
}
