package main

import (
	"image"

	"multitorch/internal/sheet"
	"multitorch/torch"
)

// spectrogram is a picture of a sound for the eye: time from left to right, frequency from the bottom up, the upper 80 dB.
// A long sound has wider steps between its windows, so that there are some 256 columns at most.
func spectrogram(audio []float32) (m image.Image, err error) {
	const window, columns = 256, 256
	if short := window - len(audio); short > 0 {
		audio = append(audio[:len(audio):len(audio)], make([]float32, short)...)
	}
	err = torch.Try(func() error {
		scope := torch.OpenScope()
		defer scope.Close()
		x := torch.FromSlice(audio)
		scope.Own(x)
		power := x.STFT(window, torch.STFTOptions{
			HopLength: max(window/4, len(audio)/columns), Window: torch.HannWindow(window, true), NotCenter: true,
		}).Abs().Square() // [129, frames]
		level := power.Div(power.Max().Add(1e-12)).Add(1e-12).Log10().Mul(10.0 / 80).Add(1)
		m = sheet.Heat(torch.ToSlice[float32](level), level.Size(0), level.Size(1))
		return nil
	})
	return m, err
}
