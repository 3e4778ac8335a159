package multimodal

import (
	"math"

	"multitorch/nn"
	"multitorch/torch"
)

// SpeechAugment changes features of speech in training, differently each time: it stretches them in time (one factor for a
// batch, as another pace does), and blanks out a band of frequencies and a stretch of time of each clip, as SpecAugment does
// (Park et al., 2019). In evaluation it passes on what it gets. The zero value of a field leaves its part out.
type SpeechAugment struct {
	nn.Base
	Stretch float64 // at most so much faster or slower: 0.12 is from 0.88 to 1.12 of the length
	Bins    int     // at most so many frequencies are blanked out, 0 included
	Frames  int     // at most so many frames, and at most an eighth of a clip
}

// Forward changes features [N, T, bins] and their lengths, int64 [N] on the CPU. least, at most 1, is the shortest share of
// the length that every clip's transcript still fits into.
func (m *SpeechAugment) Forward(features, lengths *torch.Tensor, least float64) (*torch.Tensor, *torch.Tensor) {
	if !m.Training() {
		return features, lengths
	}
	if m.Stretch > 0 {
		features, lengths = m.stretch(features, lengths, least)
	}
	n, frames, bins := features.Size(0), features.Size(1), features.Size(2)
	if m.Bins > 0 {
		width := torch.Rand(torch.Shape{n, 1}).Mul(m.Bins + 1).Floor()
		features = features.MaskedFill(span(width, torch.Full(torch.Shape{n, 1}, float64(bins)), bins, features.Device()).Unsqueeze(1), 0)
	}
	if m.Frames > 0 {
		own := lengths.Unsqueeze(1).To(torch.Float32)
		width := torch.Rand(torch.Shape{n, 1}).Mul(own.Div(8).Clamp(nil, m.Frames).Add(1)).Floor()
		features = features.MaskedFill(span(width, own, frames, features.Device()).Unsqueeze(2), 0)
	}
	return features, lengths
}

// stretch brings a batch to another pace, by linear interpolation between frames.
func (m *SpeechAugment) stretch(features, lengths *torch.Tensor, least float64) (*torch.Tensor, *torch.Tensor) {
	factor := max(1+m.Stretch*(2*torch.Rand(torch.Shape{}).Item()-1), least)
	frames := features.Size(1)
	wanted := max(1, int(math.Floor(float64(frames)*factor)))
	x := nn.Interpolate(features.Transpose(1, 2), nn.Size{wanted}, nn.Mode("linear"), nn.AlignCorners(false)).Transpose(1, 2)
	lengths = lengths.Mul(wanted).FloorDiv(frames).Clamp(1, nil)
	return blankBehind(x, lengths), lengths
}

// span marks, in each of N rows of so many places, a run of width [N, 1] that lies anywhere before end [N, 1].
func span(width, end *torch.Tensor, places int, device torch.Device) *torch.Tensor {
	start := torch.RandLike(width).Mul(end.Sub(width).Add(1)).Floor()
	place := torch.Arange(0, places, 1, torch.Float32)
	return place.Ge(start).And(place.Lt(start.Add(width))).To(device)
}

// blankBehind sets what stands behind the lengths to zero.
func blankBehind(features, lengths *torch.Tensor) *torch.Tensor {
	behind := torch.Arange(0, features.Size(1), 1).Ge(lengths.Unsqueeze(1)).To(features.Device())
	return features.MaskedFill(behind.Unsqueeze(2), 0)
}
