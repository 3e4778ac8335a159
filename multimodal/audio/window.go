package audio

import (
	"math"

	"multitorch/libm"
	"multitorch/torch"
)

// window is the definition's window, float32 [WinLength]. Kaldi's are symmetric.
func (c Config) window() *torch.Tensor { return c.Window.tensor(c.WinLength, !c.framed()) }

func (w Window) tensor(n int, periodic bool) *torch.Tensor {
	f32 := torch.Float32
	switch w {
	case Hann:
		return torch.HannWindow(n, periodic, f32)
	case Hamming:
		return torch.HammingWindow(n, periodic, 0.54, 0.46, f32)
	case Blackman:
		return torch.BlackmanWindow(n, periodic, f32)
	case Bartlett:
		return torch.BartlettWindow(n, periodic, f32)
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
