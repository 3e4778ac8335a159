package functional

import "multitorch/torch"

// RMS is the root of the mean square of each frame, [..., frames]: librosa's feature.rms of a signal, whose frames are
// centred on zeros. librosa's frame and hop are 2048 and 512.
func RMS(x *torch.Tensor, frame, hop int) *torch.Tensor {
	return centred(x, frame, hop, "constant").Square().Mean(-1).Sqrt()
}

// ZeroCrossingRate is the part of each frame's samples at which the sign changes, [..., frames]: librosa's, whose frames are
// centred with the outermost samples repeated. Values up to 1e-10 count as 0, which is positive.
func ZeroCrossingRate(x *torch.Tensor, frame, hop int) *torch.Tensor {
	negative := centred(x, frame, hop, "edge").Lt(-1e-10)
	changes := negative.Slice(-1, 1, frame, 1).Ne(negative.Slice(-1, 0, frame-1, 1))
	return changes.Sum(-1).To(x.DType()).Div(frame)
}

// nonSilent tells which frames lie less than topDB below the loudest, over all channels.
func nonSilent(x *torch.Tensor, topDB float64, frame, hop int) []bool {
	var loud []bool
	torch.NoGrad(func() {
		torch.Step(func() {
			rms := RMS(x, frame, hop)
			db := MagnitudeToDB(rms, 1, 1e-5, 0).Sub(MagnitudeToDB(rms.Max(), 1, 1e-5, 0))
			loud = torch.ToSlice[bool](db.Reshape(-1, db.Size(-1)).Amax(0).Gt(-topDB))
		})
	})
	return loud
}

// Trim cuts silence off both ends: frames more than topDB below the loudest one. It also gives where the rest lay. librosa's
// topDB, frame and hop are 60, 2048 and 512. A wholly silent signal is all as loud as its loudest frame, so it stays.
func Trim(x *torch.Tensor, topDB float64, frame, hop int) (trimmed *torch.Tensor, start, end int) {
	for i, loud := range nonSilent(x, topDB, frame, hop) {
		if !loud {
			continue
		}
		if end == 0 {
			start = i * hop
		}
		end = (i + 1) * hop
	}
	end = min(end, x.Size(-1))
	start = min(start, end)
	return x.Slice(-1, start, end, 1), start, end
}

// Interval is a piece of a signal: samples from Start up to, without, End.
type Interval struct{ Start, End int }

// Split finds the pieces that are not silent, as [Trim] sees it: librosa's effects.split.
func Split(x *torch.Tensor, topDB float64, frame, hop int) []Interval {
	return intervals(nonSilent(x, topDB, frame, hop), hop, x.Size(-1))
}

func intervals(on []bool, hop, samples int) (found []Interval) {
	for i := 0; i < len(on); i++ {
		if !on[i] {
			continue
		}
		start := i
		for i < len(on) && on[i] {
			i++
		}
		found = append(found, Interval{min(start*hop, samples), min(i*hop, samples)})
	}
	return found
}
