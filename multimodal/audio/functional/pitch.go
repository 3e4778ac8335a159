package functional

import (
	"math"

	"multitorch/torch"
	"multitorch/torch/fft"
)

// YINOptions are the settings of [YIN]; the zero value of each is librosa's default.
type YINOptions struct {
	Frame     int     // samples in a frame: 2048
	Hop       int     // samples from frame to frame: Frame / 4
	Threshold float64 // of the troughs that are taken for a period: 0.1
	NotCenter bool    // frames begin at their sample instead of having it in their middle
}

// YIN is the pitch of each frame in Hz, [..., frames] (de Cheveigné and Kawahara, "YIN, a fundamental frequency estimator",
// 2002): librosa's. It gives some frequency from fMin to fMax for noise and silence, too; ask [RMS] or [EnergyVAD] first. It
// has no gradient.
func YIN(x *torch.Tensor, rate int, fMin, fMax float64, o YINOptions) *torch.Tensor {
	if o.Frame == 0 {
		o.Frame = 2048
	}
	if o.Hop == 0 {
		o.Hop = o.Frame / 4
	}
	if o.Threshold == 0 {
		o.Threshold = 0.1
	}
	if !(fMin > 0 && fMin < fMax && fMax <= float64(rate)/2) || float64(o.Frame)-1 <= float64(rate)/fMin {
		panic(invalid("yin", "expected 0 < f_min < f_max <= %d/2, and a frame longer than a period of f_min, but got %v, %v and %d samples",
			rate, fMin, fMax, o.Frame))
	}
	low := int(math.Floor(float64(rate) / fMax))
	high := min(int(math.Ceil(float64(rate)/fMin)), o.Frame-1)
	var f0 *torch.Tensor
	torch.NoGrad(func() {
		signal := x.Detach()
		if !o.NotCenter {
			signal = padEnds(signal, o.Frame/2, "constant")
		}
		d := meanNormalizedDifference(Frame(signal, o.Frame, o.Hop), low, high) // [..., frames, periods]
		period := troughs(d, o.Threshold)
		shift := parabolicShift(d).Gather(-1, period)
		f0 = period.To(d.DType()).Add(shift).Add(low).Reciprocal().Mul(rate).Squeeze(-1)
	})
	return f0
}

// meanNormalizedDifference is YIN's d' for the periods from low to high, of frames [..., frame].
func meanNormalizedDifference(frames *torch.Tensor, low, high int) *torch.Tensor {
	n := frames.Size(-1)
	size := 1
	for size < 2*n-1 {
		size *= 2
	}
	power := Magnitude(fft.RFFT(frames, fft.N(size)), 2)
	correlation := fft.IRFFT(torch.Complex(power, torch.ZerosLike(power)), fft.N(size)).Slice(-1, 0, high+1, 1)
	energy := frames.Square().Cumsum(-1).Slice(-1, 0, high, 1)
	difference := correlation.Narrow(-1, 0, 1).Sub(correlation.Slice(-1, 1, high+1, 1)).Mul(2).Sub(energy)
	mean := difference.Cumsum(-1).Div(torch.Arange(1, high+1, 1, like(frames)...))
	return difference.Slice(-1, low-1, high, 1).Div(mean.Slice(-1, low-1, high, 1).Add(tiny))
}

// troughs is the first local minimum below the threshold, or the lowest place of all, [..., 1].
func troughs(d *torch.Tensor, threshold float64) *torch.Tensor {
	n := d.Size(-1)
	falls := d.Slice(-1, 1, n, 1).Lt(d.Slice(-1, 0, n-1, 1)) // at 1 to n-1: below the one before
	rises := d.Slice(-1, 0, n-1, 1).Le(d.Slice(-1, 1, n, 1)) // at 0 to n-2: not above the next
	first := d.Narrow(-1, 0, 1).Lt(d.Narrow(-1, 1, 1))
	last := falls.Narrow(-1, n-2, 1)
	inner := falls.Slice(-1, 0, n-2, 1).And(rises.Slice(-1, 1, n-1, 1))
	trough := torch.Cat([]*torch.Tensor{first, inner, last}, -1).And(d.Lt(threshold))
	found := trough.To(torch.Int64)
	// Of equal values argmax may give any: weigh the first ones more.
	firstTrough := found.Mul(torch.Arange(n, 0, -1, torch.Int64, d.Device())).Argmax(-1).Unsqueeze(-1)
	any := found.Sum(-1).Unsqueeze(-1).Gt(0)
	return torch.Where(any, firstTrough, d.Argmin(-1).Unsqueeze(-1))
}

// parabolicShift is how far from each place the lowest point of the parabola through it and its neighbours lies.
func parabolicShift(d *torch.Tensor) *torch.Tensor {
	n := d.Size(-1)
	left, middle, right := d.Slice(-1, 0, n-2, 1), d.Slice(-1, 1, n-1, 1), d.Slice(-1, 2, n, 1)
	a := right.Add(left).Sub(middle.Mul(2))
	b := right.Sub(left).Div(2)
	shift := b.Neg().Div(a).MaskedFill(b.Abs().Ge(a.Abs()), 0)
	return shift.Pad(0, 1, 1)
}
