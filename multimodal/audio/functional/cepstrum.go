package functional

import (
	"math"

	"multitorch/libm"
	"multitorch/torch"
)

// CreateDCT is the matrix [mels, coefficients] of the discrete cosine transform, type II, to be multiplied from the right.
// norm is "ortho" for an orthonormal one, or "" for none, as in torchaudio.
func CreateDCT(coefficients, mels int, norm string) *torch.Tensor {
	if coefficients < 1 || coefficients > mels {
		panic(invalid("create_dct", "expected 1 to %d coefficients, one for each mel at most, but got %d", mels, coefficients))
	}
	if norm != "" && norm != "ortho" {
		panic(invalid("create_dct", "the norm must be ortho or nothing, but got %.40q", norm))
	}
	m := make([]float32, mels*coefficients)
	for n := range mels {
		for k := range coefficients {
			v := 2 * libm.Cos(math.Pi*float64(k)*float64(2*n+1)/float64(2*mels))
			if norm == "ortho" {
				v *= math.Sqrt(1 / float64(2*mels))
				if k == 0 {
					v *= math.Sqrt(0.5)
				}
			}
			m[n*coefficients+k] = float32(v)
		}
	}
	return torch.FromSlice(m, mels, coefficients)
}

// Lifter is the weights [coefficients] of liftering by L: 1 + L/2·sin(π·i/L), with i from first, which is 1 in librosa and
// 0 in Kaldi. An L of 0 weighs all alike.
func Lifter(coefficients int, l float64, first int) *torch.Tensor {
	if l < 0 {
		panic(invalid("lifter", "the lifter must not be negative, but got %v", l))
	}
	w := make([]float32, coefficients)
	for i := range w {
		w[i] = 1
		if l > 0 {
			w[i] = float32(1 + l/2*libm.Sin(math.Pi*float64(i+first)/l))
		}
	}
	return torch.FromSlice(w)
}

// ComputeDeltas is the slope of each row of [..., freq, time] over a window of an odd number of frames: torchaudio's, with
// mode "replicate", and Kaldi's. Their window is 5.
func ComputeDeltas(spec *torch.Tensor, window int, mode string) *torch.Tensor {
	if window < 3 {
		panic(invalid("compute_deltas", "the window must have at least 3 frames, but got %d", window))
	}
	n := (window - 1) / 2
	return packed("compute_deltas", spec, 1, func(x *torch.Tensor) *torch.Tensor { // [rows, time]
		if mode == "constant" {
			x = x.Pad(0, n, n)
		} else {
			x = x.Unsqueeze(0).PadMode(mode, n, n).Squeeze(0)
		}
		slope := torch.Arange(-n, n+1, 1, like(x)...).View(1, 1, -1)
		return conv1d(x.Unsqueeze(1), slope, 1).Squeeze(1).Div(float64(n*(n+1)*(2*n+1)) / 3)
	})
}

// Delta is librosa's feature.delta with its mode "interp": the slope of a fitted line (order 1), or the second derivative of
// a fitted parabola (order 2), over a window of an odd number of frames, 9 by default. The frames at both ends, which have
// no window around them, take it from the fit of the first and the last window.
func Delta(x *torch.Tensor, window, order int) *torch.Tensor {
	frames := x.Size(-1)
	if window < 3 || window%2 == 0 || order < 1 || order > 2 {
		panic(invalid("delta", "expected an odd window of at least 3 and an order of 1 or 2, but got %d and %d", window, order))
	}
	if frames < window {
		panic(invalid("delta", "%d frames are fewer than the window of %d", frames, window))
	}
	n := window / 2
	// A fit's derivative of its own order is the same everywhere, so that one kernel serves for the ends, too.
	weights := make([]float64, window)
	s2, s4 := 0., 0.
	for i := range weights {
		d := float64(i - n)
		s2, s4 = s2+d*d, s4+d*d*d*d
	}
	for i := range weights {
		d := float64(i - n)
		weights[i] = d / s2
		if order == 2 {
			weights[i] = 2 * (d*d - s2/float64(window)) / (s4 - s2*s2/float64(window))
		}
	}
	kernel := torch.FromSlice(weights, 1, 1, window).To(x.DType()).To(x.Device())
	return packed("delta", x, 1, func(x *torch.Tensor) *torch.Tensor {
		inner := conv1d(x.Unsqueeze(1), kernel, 1).Squeeze(1)
		rows := inner.Size(0)
		first := inner.Narrow(1, 0, 1).Expand(rows, n)
		last := inner.Narrow(1, inner.Size(1)-1, 1).Expand(rows, n)
		return torch.Cat([]*torch.Tensor{first, inner, last}, 1)
	})
}

var opConv1d = torch.NewOperator("aten::conv1d", "input", "weight", "bias", "stride")

// conv1d correlates [batch, channels, time] with a kernel [out, channels, k].
func conv1d(x, kernel *torch.Tensor, stride int) *torch.Tensor {
	return opConv1d.Call(x, kernel, nil, []int{stride})
}
