package image

import (
	"math"

	"multitorch/libm"
)

// Threshold is white where a pixel is above a level and black elsewhere, as OpenCV's THRESH_BINARY, for each channel.
func (m *Image) Threshold(level int) *Image {
	return m.byTable(func(v int) int {
		if v > level {
			return 255
		}
		return 0
	})
}

// Otsu is the level that splits a grey picture's pixels best: the variance between the two sides is the largest (Otsu
// 1979), as OpenCV's THRESH_OTSU finds it. m.Threshold(m.Otsu()) is the picture split.
func (m *Image) Otsu() int {
	m.need("Otsu", 1)
	counts, scale := m.Histogram(0), 1/float64(len(m.Pix))
	mean := 0.0
	for v, n := range counts {
		mean += float64(v) * float64(n)
	}
	mean *= scale
	best, most, below, share := 0, 0.0, 0.0, 0.0
	for v, n := range counts {
		p := float64(n) * scale
		below *= share
		share += p
		above := 1 - share
		const epsilon = 1.1920929e-07 // float32's
		if min(share, above) < epsilon || max(share, above) > 1-epsilon {
			continue
		}
		below = (below + float64(v)*p) / share
		over := (mean - share*below) / above
		if between := share * above * (below - over) * (below - over); between > most {
			best, most = v, between
		}
	}
	return best
}

// AdaptiveMean is white where a grey pixel is above the mean of the square of size pixels around it less by, as OpenCV's
// adaptiveThreshold with ADAPTIVE_THRESH_MEAN_C. size is odd; the edge is repeated.
func (m *Image) AdaptiveMean(size int, by float64) *Image {
	weights := make([]float64, m.adaptive("AdaptiveMean", size))
	for i := range weights {
		weights[i] = 1
	}
	return m.above(weights, by)
}

// AdaptiveGaussian is the same with a mean that weighs by a Gaussian, as ADAPTIVE_THRESH_GAUSSIAN_C, whose
// mean is in float32: where it falls between two bytes, one pixel in a hundred at most is on the other side.
func (m *Image) AdaptiveGaussian(size int, by float64) *Image {
	m.adaptive("AdaptiveGaussian", size)
	small := map[int][]float64{3: {1, 2, 1}, 5: {1, 4, 6, 4, 1}, 7: {4, 14, 28, 36, 28, 14, 4}} // as OpenCV has them
	if weights, fixed := small[size]; fixed {
		return m.above(weights, by)
	}
	weights := make([]float64, size)
	sigma := 0.3*(float64(size-1)*0.5-1) + 0.8 // OpenCV's for a size
	for i := range weights {
		x := float64(i - size/2)
		weights[i] = libm.Exp(-x * x / (2 * sigma * sigma))
	}
	return m.above(weights, by)
}

func (m *Image) adaptive(op string, size int) int {
	m.need(op, 1)
	if size < 3 || size%2 == 0 || size > 1023 {
		panic(invalid(op, "expected an odd size of 3 to 1023, got %d", size))
	}
	return size
}

func (m *Image) above(weights []float64, by float64) *Image {
	r := len(weights) / 2
	ys, xs := Edge.places(m.Height, r, r), Edge.places(m.Width, r, r)
	total := 0.0
	for _, w := range weights {
		total += w
	}
	rows := make([]float64, len(m.Pix))
	for y := range m.Height {
		in := m.row(y)
		for x := range m.Width {
			for i, w := range weights {
				rows[y*m.Width+x] += w * float64(in[xs[x+i]])
			}
		}
	}
	out, delta := New(m.Height, m.Width, 1), int(math.Ceil(by))
	for y := range m.Height {
		for x := range m.Width {
			sum := 0.0
			for i, w := range weights {
				sum += w * rows[ys[y+i]*m.Width+x]
			}
			mean := clip8(int(math.RoundToEven(sum / (total * total))))
			if i := y*m.Width + x; int(m.Pix[i])-int(mean) > -delta {
				out.Pix[i] = 255
			}
		}
	}
	return out
}
