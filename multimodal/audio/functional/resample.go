package functional

import (
	"math"

	"multitorch/torch"
)

// ResampleOptions are the settings of a resampling kernel, a windowed sinc. The zero value is torchaudio's default.
type ResampleOptions struct {
	LowpassFilterWidth int     `json:"lowpass_filter_width"` // zero crossings on each side of the middle: 6
	Rolloff            float64 `json:"rolloff"`              // the cut-off, as a part of the lower rate's half: 0.99
	Method             string  `json:"resampling_method"`    // "sinc_interp_hann", the default, or "sinc_interp_kaiser"
	Beta               float64 `json:"beta"`                 // of Kaiser's window: 14.769656459379492
	ExactPhases        bool    `json:"exact_phases"`         // in float64; torchaudio rounds them to float32
}

// SoxrHQ is a kernel of the quality of soxr's HQ: what lies up to 0.91 of the lower rate's half stays as it is, and what lies
// beyond that half is 120 dB down. It has fifteen times the width of torchaudio's default.
func SoxrHQ() ResampleOptions {
	return ResampleOptions{LowpassFilterWidth: 90, Rolloff: 0.9565, Method: "sinc_interp_kaiser", Beta: 12.8, ExactPhases: true}
}

func (o ResampleOptions) withDefaults() ResampleOptions {
	if o.LowpassFilterWidth == 0 {
		o.LowpassFilterWidth = 6
	}
	if o.Rolloff == 0 {
		o.Rolloff = 0.99
	}
	if o.Method == "" {
		o.Method = "sinc_interp_hann"
	}
	if o.Beta == 0 {
		o.Beta = 14.769656459379492
	}
	return o
}

// maxKernel is the most elements of a kernel: 256 MiB. Rates without a common divisor would ask for any number.
const maxKernel = 1 << 25

// SincKernel is the kernel [phases, 1, taps] by which torchaudio's module Resample brings one rate to another, and how many
// samples it reaches to the left. It is computed in float64 and rounded to float32.
func SincKernel(from, to int, o ResampleOptions) (kernel *torch.Tensor, width int) {
	phases := torch.Float32
	if o.ExactPhases {
		phases = torch.Float64
	}
	kernel, width = sincKernel(from, to, o, torch.Float64, phases)
	return kernel.To(torch.Float32), width
}

func sincKernel(from, to int, o ResampleOptions, dtype, phasesDType torch.DType) (kernel *torch.Tensor, width int) {
	from, to = reduced(from, to)
	o = o.withDefaults()
	switch {
	case o.LowpassFilterWidth < 1:
		panic(invalid("resample", "the lowpass filter width must be positive, but got %d", o.LowpassFilterWidth))
	case !(o.Rolloff > 0 && o.Rolloff <= 1):
		panic(invalid("resample", "the rolloff must lie in (0, 1], but got %v", o.Rolloff))
	case o.Method != "sinc_interp_hann" && o.Method != "sinc_interp_kaiser":
		panic(invalid("resample", "the method must be sinc_interp_hann or sinc_interp_kaiser, but got %.40q", o.Method))
	}
	base := float64(min(from, to)) * o.Rolloff
	lobes := float64(o.LowpassFilterWidth)
	width = int(math.Ceil(lobes * float64(from) / base))
	if taps := 2*width + from; taps > maxKernel/to {
		panic(invalid("resample", "the rates' ratio %d:%d needs a kernel of %d x %d; take rates that have a larger common divisor",
			from, to, to, taps))
	}
	torch.NoGrad(func() {
		torch.Scoped(func(s *torch.Scope) {
			places := s.Own(torch.Arange(-width, width+from, 1, dtype)).Div(from).View(1, 1, -1)
			phases := s.Own(torch.Arange(0, -to, -1, phasesDType)).Div(to)
			t := phases.View(-1, 1, 1).To(dtype).Add(places)
			t = t.Mul(base).Clamp(-lobes, lobes)
			var window *torch.Tensor
			if o.Method == "sinc_interp_hann" {
				window = t.Mul(math.Pi).Div(lobes).Div(2).Cos().Pow(2)
			} else {
				beta := s.Own(torch.Full(nil, o.Beta, torch.Float32))
				window = t.Div(lobes).Pow(2).RSub(1).Sqrt().Mul(beta).I0().Div(beta.I0())
			}
			t = t.Mul(math.Pi)
			sinc := torch.Where(t.Eq(0), s.Own(torch.Ones(nil, dtype)), t.Sin().Div(t))
			kernel = sinc.Mul(window.Mul(base / float64(from))).Keep()
		})
	})
	return kernel, width
}

func reduced(from, to int) (int, int) {
	if from < 1 || to < 1 {
		panic(invalid("resample", "the rates must be positive, but got %d and %d", from, to))
	}
	a, b := from, to
	for b > 0 {
		a, b = b, a%b
	}
	return from / a, to / a
}

// Resample brings signals [..., time] from one rate to another: ceil(time·to/from) samples. As torchaudio's function it
// computes its kernel in the signal's dtype, which in float32 rounds by 1e-5; its module, and [SincKernel], are exact.
func Resample(x *torch.Tensor, from, to int, o ResampleOptions) *torch.Tensor {
	if f, t := reduced(from, to); f == t {
		return x
	}
	var kernel *torch.Tensor
	width := 0
	if d := x.DType(); !o.ExactPhases && (d == torch.Float32 || d == torch.Float64) {
		kernel, width = sincKernel(from, to, o, d, d)
	} else {
		kernel, width = SincKernel(from, to, o)
	}
	return ApplySinc(x, from, to, kernel.To(x.DType()).To(x.Device()), width)
}

// ApplySinc resamples with a kernel of [SincKernel] that was made before.
func ApplySinc(x *torch.Tensor, from, to int, kernel *torch.Tensor, width int) *torch.Tensor {
	if !x.DType().IsFloatingPoint() {
		panic(invalid("resample", "expected a waveform of floats, but got %s", x.DType()))
	}
	from, to = reduced(from, to)
	return packed("resample", x, 1, func(x *torch.Tensor) *torch.Tensor {
		n := x.Size(1)
		y := conv1d(x.Pad(0, width, width+from).Unsqueeze(1), kernel, from)
		y = y.Transpose(1, 2).Reshape(x.Size(0), -1)
		return y.Narrow(1, 0, (to*n+from-1)/from)
	})
}
