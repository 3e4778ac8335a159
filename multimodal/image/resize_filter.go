package image

import (
	"math"

	"multitorch/internal/pixels"
	"multitorch/libm"
)

// Filter says how pixels are made of those around them, in the words of Pillow.
type Filter int

// The filters. Those but Nearest take in all of a picture that becomes smaller.
const (
	Nearest  Filter = iota + 1
	Box             // the mean of the pixels whose centres are covered
	Bilinear        // a triangle
	Hamming         // of Box's width, less blurred than Bilinear
	Bicubic         // with a = -0.5
	Lanczos         // a sinc of three lobes
)

func (f Filter) String() string {
	names := []string{"no filter", "nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"}
	if f < 0 || int(f) >= len(names) {
		return names[0]
	}
	return names[f]
}

// kernel is a filter's weight at a distance, and the distance from which it is 0.
func (f Filter) kernel() (weight func(x float64) float64, support float64) {
	switch f {
	case Box:
		return box, 0.5
	case Bilinear:
		return triangle, 1
	case Hamming:
		return hamming, 1
	case Bicubic:
		return cubic, 2
	case Lanczos:
		return lanczos, 3
	}
	panic(invalid("Resize", "expected Nearest, Box, Bilinear, Hamming, Bicubic or Lanczos, got %d", int(f)))
}

func box(x float64) float64 {
	if x > -0.5 && x <= 0.5 {
		return 1
	}
	return 0
}

func triangle(x float64) float64 { return max(0, 1-math.Abs(x)) }

func hamming(x float64) float64 {
	switch x = math.Abs(x); {
	case x == 0:
		return 1
	case x >= 1:
		return 0
	}
	x *= math.Pi
	return libm.Sin(x) / x * (0.54 + 0.46*libm.Cos(x))
}

func cubic(x float64) float64 {
	const a = -0.5
	switch x = math.Abs(x); {
	case x < 1:
		return ((a+2.0)*x-(a+3.0))*x*x + 1
	case x < 2:
		return (((x-5)*x+8)*x - 4) * a
	}
	return 0
}

func lanczos(x float64) float64 {
	if x >= -3 && x < 3 {
		return sinc(x) * sinc(x/3)
	}
	return 0
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	x *= math.Pi
	return libm.Sin(x) / x
}

const precision = 22 // bits of a weight: 32 less 8 of a pixel and 2 for weights outside of 0 to 1

// taps is the weights for each of out pixels from in pixels.
func (f Filter) taps(in, out int) pixels.Taps {
	weight, support := f.kernel()
	scale := float64(in) / float64(out)
	stretch := max(scale, 1)
	support *= stretch
	size := 2*int(math.Ceil(support)) + 1
	t := pixels.Taps{First: make([]int32, out), Count: make([]int32, out), Weights: make([]int32, out*size), Size: size}
	inverse := 1 / stretch
	raw := make([]float64, size)
	for i := range out {
		centre := (float64(i) + 0.5) * scale
		first, end := max(0, int(centre-support+0.5)), min(in, int(centre+support+0.5))
		sum := 0.0
		for j := first; j < end; j++ {
			w := weight((float64(j) - centre + 0.5) * inverse)
			raw[j-first], sum = w, sum+w
		}
		t.First[i], t.Count[i] = int32(first), int32(end-first)
		for j, w := range raw[:end-first] {
			if sum != 0 {
				w /= sum
			}
			t.Weights[i*size+j] = int32(math.Round(w * (1 << precision)))
		}
	}
	return t
}
