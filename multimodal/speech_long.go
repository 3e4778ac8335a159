package multimodal

import (
	"iter"

	"multitorch/nn"
	"multitorch/torch"
)

// How recordings are read that are longer than a window: the model has learned from clips of a few seconds.
const (
	speechPart    = 6 * SpeechRate / speechStep * speechStep // samples of a window
	speechOverlap = SpeechRate / speechStep * speechStep     // samples that a window shares with the next one
	speechStep    = speechHop * speechStride                 // samples of a step of scores
)

// SpeechStepSeconds is how long a step of scores is: 32 ms.
const SpeechStepSeconds = float64(speechStep) / SpeechRate

// speechSilence is the largest sample of what counts as silence: about -66 dB.
const speechSilence = 5e-4

// Scores are the scores [steps, symbols] of a recording of any length, samples [n] from -1 to 1 at [SpeechRate]: the logarithms
// of the symbols' probabilities. Recordings of more than 6 s are read in windows that share a second, of which each has its
// half, so that every sound is seen with what is around it. Windows of silence are scored as blanks, for a model writes
// something of any noise once it is brought to a standard deviation of 1. The model must be in evaluation mode; no gradients
// are recorded.
func (m *Speech) Scores(samples *torch.Tensor) *torch.Tensor {
	var parts []*torch.Tensor
	read := func(from, n int) (*torch.Tensor, error) { return samples.Slice(0, from, from+n, 1), nil }
	for part := range m.ScoreParts(samples.Size(0), read) {
		parts = append(parts, part)
	}
	if len(parts) == 1 {
		return parts[0]
	}
	var scores *torch.Tensor
	torch.NoGrad(func() { scores = torch.Cat(parts, 0) })
	return scores
}

// ScoreParts are the scores of n samples window by window, [steps, symbols] of each: what Scores puts together. read gives so
// many samples from one on, which are freed, so a recording of any length takes the memory of a window. Its error ends them.
func (m *Speech) ScoreParts(n int, read func(from, n int) (*torch.Tensor, error)) iter.Seq2[*torch.Tensor, error] {
	return func(yield func(*torch.Tensor, error) bool) {
		taken := 0 // steps
		for start := 0; ; start += speechPart - speechOverlap {
			end := min(n, start+speechPart)
			if n-end < MinSpeechSamples { // a rest that is too short for a window belongs to this one
				end = n
			}
			samples, err := read(start, end-start)
			if err != nil {
				yield(nil, err)
				return
			}
			var part *torch.Tensor
			torch.NoGrad(func() {
				part = m.window(samples)
				from, to := taken-start/speechStep, part.Size(0)
				if end < n {
					to -= speechOverlap / speechStep / 2
				}
				part = part.Slice(0, from, to, 1)
				taken += to - from
			})
			samples.Free()
			if !yield(part, nil) || end == n {
				return
			}
		}
	}
}

// window is the scores of samples that are read at once.
func (m *Speech) window(samples *torch.Tensor) *torch.Tensor {
	symbols := m.FC.Weight.Size(0)
	if samples.Abs().Max().Item() < speechSilence {
		steps := SpeechSteps(1 + samples.Size(0)/speechHop)
		scores := torch.Full(torch.Shape{steps, symbols}, -30.0)
		scores.Select(1, 0).FillInplace(0)
		return scores
	}
	features := SpeechFeatures(samples)
	lengths := torch.FromSlice([]int64{int64(features.Size(0))})
	device := nn.Parameters(m)[0].Device()
	scores, _ := m.Forward(features.Unsqueeze(0).To(device), lengths)
	return scores.Select(0, 0).To(torch.CPU)
}
