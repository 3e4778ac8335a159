package audio

import "multitorch/torch"

// streamBlock is how many of a file's samples are worked on at once.
const streamBlock = 1 << 16

// resample brings a long waveform to another rate block by block: what [Resample] makes of the whole, for each sample is a sum
// over those around it alone.
type resample struct {
	*Resample
	from, to int // the rates without their common divisor: so many samples become so many
	around   int // groups of from samples that a sum reaches over, on each side
	groups   int // of a block
}

// newResample is nil for rates that are the same.
func newResample(from, to int) (r *resample, err error) {
	if from == to {
		return nil, nil
	}
	err = torch.Try(func() error {
		m := NewResample(from, to, SoxrHQ())
		a, b := from, to
		for b > 0 {
			a, b = b, a%b
		}
		r = &resample{Resample: m, from: from / a, to: to / a}
		r.around = (m.width + r.from - 1) / r.from
		r.groups = max(streamBlock/r.from, 1)
		return nil
	})
	return r, err
}

// length is how many samples come of so many.
func (r *resample) length(own int) int { return (r.to*own + r.from - 1) / r.from }

// block says how the samples from one on, which begins a group, are made of a file that has own: those from first to last give
// some of which skip are to be left out, and then keep are right. The last block has what is left of the one before it, since a
// short convolution may sum in another order.
func (r *resample) block(at, own int) (first, skip, last, keep int) {
	group := at / r.to
	before := max(group-r.around, 0)
	if (group+2*r.groups+r.around)*r.from >= own {
		return before * r.from, (group - before) * r.to, own, r.length(own) - at
	}
	return before * r.from, (group - before) * r.to, (group + r.groups + r.around) * r.from, r.groups * r.to
}
