package audio

import (
	"math"

	"multitorch/libm"
	"multitorch/torch"
)

// tensor is the window's values, float32 [n].
func (w Window) tensor(n int) *torch.Tensor {
	f32 := torch.Float32
	switch w {
	case Hann:
		return torch.HannWindow(n, true, f32)
	case Hamming:
		return torch.HammingWindow(n, true, 0.54, 0.46, f32)
	case Blackman:
		return torch.BlackmanWindow(n, true, f32)
	case Bartlett:
		return torch.BartlettWindow(n, true, f32)
	case Rectangular:
		return torch.Ones(torch.Shape{n}, f32)
	case Povey:
		v := make([]float32, n)
		for i := range v {
			v[i] = float32(libm.Pow(0.5-0.5*libm.Cos(2*math.Pi*float64(i)/float64(n-1)), 0.85))
		}
		return torch.FromSlice(v)
	}
	panic(invalid("window", "the window must be hann, hamming, blackman, bartlett, povey or rectangular, but got %.40q", w))
}
