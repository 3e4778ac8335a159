package multimodal

import (
	"fmt"

	"multitorch/torch"
)

// The spectrogram that a [Speech] model reads, for speech at 8 kHz: windows of 32 ms every 16 ms.
const (
	SpeechRate   = 8000 // samples a second
	SpeechBins   = speechWindow/2 + 1
	speechWindow = 256
	speechHop    = 128
)

// speechFloor keeps the logarithm of silence finite. It is a third of what the last bit of 16 makes.
const speechFloor = 1e-5

// MinSpeechSamples is how many samples a clip must have at least: fewer can't be mirrored at the ends of the first window.
const MinSpeechSamples = speechWindow/2 + 1

// SpeechFeatures are the logarithms of the spectrogram of samples [n], from -1 to 1 at SpeechRate, as frames [1+n/128, 129]
// with the mean 0 and the standard deviation 1 over the whole clip: so loudness counts for nothing. Digital silence becomes
// zeros. Fewer samples than [MinSpeechSamples] panic with a [*torch.Error].
func SpeechFeatures(samples *torch.Tensor) *torch.Tensor {
	if samples.Dim() != 1 || samples.Numel() < MinSpeechSamples {
		panic(&torch.Error{Op: "SpeechFeatures", Kind: torch.ValueError, Message: fmt.Sprintf(
			"expected at least %d samples of one channel, but got the shape %v", MinSpeechSamples, samples.Shape())})
	}
	window := torch.HannWindow(speechWindow, true)
	spectrum := samples.STFT(speechWindow, torch.STFTOptions{HopLength: speechHop, Window: window}).Abs() // [129, T]
	x := spectrum.Add(speechFloor).Log()
	x = x.Sub(x.Mean()).Div(x.Std().Add(1e-5))
	return x.Transpose(0, 1).Contiguous()
}

// SpeechFrames is how many frames so many samples at SpeechRate make.
func SpeechFrames(samples int) int { return 1 + samples/speechHop }
