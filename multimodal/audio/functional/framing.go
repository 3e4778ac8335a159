package functional

import "multitorch/torch"

// Frame cuts signals [..., time] into overlapping frames [..., frames, length], one every hop samples, without padding:
// what does not fill a frame is left out. It is a view of x.
func Frame(x *torch.Tensor, length, hop int) *torch.Tensor {
	if length < 1 || hop < 1 {
		panic(invalid("frame", "the length and the hop must be at least 1, but got %d and %d", length, hop))
	}
	if n := x.Size(-1); n < length {
		panic(invalid("frame", "a signal of %d samples has no frame of %d; pad it first", n, length))
	}
	return x.Unfold(-1, length, hop)
}

// centred frames x as librosa does: length/2 samples are added at both ends, so frame t has sample t*hop in its middle.
// The mode is "constant" for zeros, "edge" for the outermost samples, or "reflect".
func centred(x *torch.Tensor, length, hop int, mode string) *torch.Tensor {
	return Frame(padEnds(x, length/2, mode), length, hop)
}

// padEnds adds n samples at both ends.
func padEnds(x *torch.Tensor, n int, mode string) *torch.Tensor {
	switch mode {
	case "constant":
		return x.Pad(0, n, n)
	case "edge":
		mode = "replicate"
	}
	return packed("pad", x, 1, func(x *torch.Tensor) *torch.Tensor {
		return x.Unsqueeze(0).PadMode(mode, n, n).Squeeze(0)
	})
}

// Preemphasis is y[t] = x[t] - coeff·x[t-1], and y[0] = x[0], as torchaudio's. It raises what is high, and 0.97 is usual.
func Preemphasis(x *torch.Tensor, coeff float64) *torch.Tensor {
	if x.Size(-1) < 2 {
		return x.Clone()
	}
	first := x.Narrow(-1, 0, 1)
	rest := x.Slice(-1, 1, x.Size(-1), 1).Sub(x.Narrow(-1, 0, x.Size(-1)-1).Mul(coeff))
	return torch.Cat([]*torch.Tensor{first, rest}, -1)
}

// PreemphasisLibrosa is librosa's, whose first sample is y[0] = 3·x[0] - x[1]: the line through the first two samples, gone
// on to the left, is the filter's state. Its coeff is 0.97 by default.
func PreemphasisLibrosa(x *torch.Tensor, coeff float64) *torch.Tensor {
	if x.Size(-1) < 2 {
		return x.Clone()
	}
	first := x.Narrow(-1, 0, 1).Mul(3).Sub(x.Narrow(-1, 1, 1))
	return torch.Cat([]*torch.Tensor{first, Preemphasis(x, coeff).Slice(-1, 1, x.Size(-1), 1)}, -1)
}
