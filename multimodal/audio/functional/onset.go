package functional

import (
	"slices"

	"multitorch/torch"
)

// OnsetStrength is how much louder each frame of a mel spectrogram in decibels, [..., mels, frames], is than the frame lag
// before it, averaged over the mels: librosa's onset_strength, which is the spectral flux. shift is n_fft / (2·hop), by which
// it is late where frames are centred.
func OnsetStrength(db *torch.Tensor, lag, shift int) *torch.Tensor {
	frames := db.Size(-1)
	if lag < 1 || lag >= frames || shift < 0 {
		panic(invalid("onset_strength", "expected a lag from 1 to %d and a shift of at least 0, but got %d and %d", frames-1, lag, shift))
	}
	rise := db.Slice(-1, lag, frames, 1).Sub(db.Slice(-1, 0, frames-lag, 1)).ReLU().Mean(-2)
	return rise.Pad(0, lag+shift, 0).Narrow(-1, 0, frames)
}

// PeakPickOptions say what a peak is; see [PeakPick]. All but Delta are frames.
type PeakPickOptions struct {
	PreMax, PostMax int     // a peak is the largest from PreMax before up to, without, PostMax after
	PreAvg, PostAvg int     // and at least Delta above the mean from PreAvg before up to, without, PostAvg after
	Delta           float64 // of values between 0 and 1
	Wait            int     // and more than Wait frames behind the last peak
}

// OnsetPeaks are librosa's onset_detect's options for a rate and hop.
func OnsetPeaks(rate, hop int) PeakPickOptions {
	frames := func(permille int) int { return permille * rate / 1000 / hop }
	return PeakPickOptions{PreMax: frames(30), PostMax: 1, PreAvg: frames(100), PostAvg: frames(100) + 1, Delta: 0.07, Wait: frames(30)}
}

// OnsetDetect finds the frames at which something begins, in an onset strength [frames]: librosa's onset_detect.
func OnsetDetect(strength *torch.Tensor, o PeakPickOptions) []int {
	if strength.Dim() != 1 {
		panic(invalid("onset_detect", "expected a strength [frames], but got the shape %v", strength.Shape()))
	}
	var x []float32
	torch.NoGrad(func() {
		torch.Step(func() { x = torch.ToSlice[float32](strength.Detach().To(torch.CPU).To(torch.Float32)) })
	})
	if len(x) == 0 {
		return nil
	}
	low, high := slices.Min(x), slices.Max(x)
	if !(high > low) || high-high != 0 || low-low != 0 {
		return nil // silence, or no numbers
	}
	for i := range x {
		x[i] = (x[i] - low) / (high - low + tiny)
	}
	return PeakPick(x, o)
}

// PeakPick finds peaks, each the largest of its neighbourhood and well above its mean: librosa's util.peak_pick.
func PeakPick(x []float32, o PeakPickOptions) (peaks []int) {
	if o.PreMax < 0 || o.PostMax < 1 || o.PreAvg < 0 || o.PostAvg < 1 || o.Delta < 0 || o.Wait < 0 {
		panic(invalid("peak_pick", "expected numbers of at least 0, and ends of at least 1, but got %+v", o))
	}
	for n := 0; n < len(x); n++ {
		highest := slices.Max(x[max(0, n-o.PreMax):min(n+o.PostMax, len(x))])
		if x[n] < highest {
			continue
		}
		around := x[max(0, n-o.PreAvg):min(n+o.PostAvg, len(x))]
		sum := 0.
		for _, v := range around {
			sum += float64(v)
		}
		if float64(x[n]) >= sum/float64(len(around))+o.Delta {
			peaks = append(peaks, n)
			n += o.Wait
		}
	}
	return peaks
}
