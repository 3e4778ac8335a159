package image

import (
	"math"

	"multitorch/libm"
)

// Filter says how pixels are made of those around them, in the words of Pillow.
type Filter int

// The filters. Those but Nearest take in all of a picture that becomes smaller.
const (
	Nearest  Filter = iota
	Box             // the mean of the pixels whose centres are covered
	Bilinear        // a triangle
	Hamming         // of Box's width, less blurred than Bilinear
	Bicubic         // with a = -0.5
	Lanczos         // a sinc of three lobes
)

func (f Filter) String() string {
	names := []string{"nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"}
	if f < 0 || int(f) >= len(names) {
		return "no filter"
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

// tap is what one pixel of the result is made of: weights of neighbouring pixels from first on.
type tap struct {
	first   int
	weights []int64 // times 2^precision
}

const precision = 22 // 32 bits less 8 of a pixel and 2 for weights outside of 0 to 1

// taps is the weights for each of out pixels from in pixels.
func (f Filter) taps(in, out int) []tap {
	weight, support := f.kernel()
	scale := float64(in) / float64(out)
	stretch := max(scale, 1)
	support *= stretch
	taps := make([]tap, out)
	inverse := 1 / stretch
	all := make([]int64, 0, out*(int(2*support)+2))
	var raw []float64
	for i := range taps {
		centre := (float64(i) + 0.5) * scale
		first, end := max(0, int(centre-support+0.5)), min(in, int(centre+support+0.5))
		raw, sum := raw[:0], 0.0
		for j := first; j < end; j++ {
			w := weight((float64(j) - centre + 0.5) * inverse)
			raw, sum = append(raw, w), sum+w
		}
		at := len(all)
		for _, w := range raw {
			if sum != 0 {
				w /= sum
			}
			all = append(all, int64(math.Round(w*(1<<precision))))
		}
		taps[i] = tap{first, all[at:len(all):len(all)]}
	}
	return taps
}
