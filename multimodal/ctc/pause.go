package ctc

import "multitorch/torch"

// Pause is where scores [T, C] of a long clip can be cut in two: in the middle of the longest stretch of its second half in which
// blanks are likeliest, so that what [Greedy] reads of both is what it reads of the whole. Where there is none, it is the step
// at which a blank is likeliest. It is at least 1, and less than T: fewer than 2 steps panic.
func Pause(scores *torch.Tensor) int {
	if scores.Dim() != 2 || scores.Size(0) < 2 || scores.Size(1) < 1 {
		panic(invalid("Pause", "expected scores [T, C] of at least 2 steps, but got the shape %v", scores.Shape()))
	}
	steps := scores.Size(0)
	first := max(1, steps/2)
	late := scores.Detach().Slice(0, first, steps, 1)
	likeliest := torch.ToSlice[int64](late.Argmax(1).To(torch.CPU).Contiguous())
	longest, end, run := 0, 0, 0
	for t, label := range likeliest {
		if run++; label != Blank {
			run = 0
		}
		if run > longest {
			longest, end = run, t+1
		}
	}
	if longest == 0 {
		return first + int(late.Select(1, Blank).Argmax(0).ItemInt())
	}
	return first + end - (longest+1)/2
}
