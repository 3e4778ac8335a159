package image

import (
	"math"

	"multitorch/libm"
)

// BoxBlur is the mean of a square that reaches radius pixels to each side, a part of a pixel included, as Pillow's
// BoxBlur: in fixed point, the edge repeated.
func (m *Image) BoxBlur(radius float64) *Image {
	if !(radius >= 0 && radius < maxSide) {
		panic(invalid("BoxBlur", "expected a radius of 0 to %d, got %v", maxSide, radius))
	}
	return m.mixing(func(m *Image) *Image { return m.boxRows(radius).Transpose().boxRows(radius).Transpose() })
}

func (m *Image) boxRows(radius float64) *Image {
	r := int(radius)
	whole := uint32(1 << 24 / (radius*2 + 1))
	part := uint32((1<<24 - (r*2+1)*int(whole)) / 2)
	out := New(m.Height, m.Width, m.Channels)
	last := m.Width - 1
	for y := range m.Height {
		in, to := m.row(y), out.row(y)
		for c := range m.Channels {
			at := func(x int) uint32 { return uint32(in[min(max(x, 0), last)*m.Channels+c]) }
			sum := at(0) * uint32(r)
			for x := range r {
				sum += at(x)
			}
			for x := range m.Width {
				sum += at(x + r)
				to[x*m.Channels+c] = uint8((sum*whole + (at(x-r-1)+at(x+r+1))*part + 1<<23) >> 24)
				sum -= at(x - r)
			}
		}
	}
	return out
}

// GaussianBlur is torchvision's gaussian_blur: a kernel of size pixels, which is odd, its edge mirrored. sigma 0 is
// 0.15 size + 0.35, torchvision's default. Sums are in float64 and rounded, where torchvision's are in float32: within 1.
func (m *Image) GaussianBlur(size int, sigma float64) *Image {
	if size < 1 || size%2 == 0 || size/2 >= min(m.Height, m.Width) {
		panic(invalid("GaussianBlur", "expected an odd size of which half is smaller than %v, got %d", m, size))
	}
	if sigma == 0 {
		sigma = 0.15*float64(size) + 0.35
	}
	if !(sigma > 0) {
		panic(invalid("GaussianBlur", "expected a sigma above 0, got %v", sigma))
	}
	kernel, sum := make([]float64, size), 0.0
	for i := range kernel {
		x := float64(i-size/2) / sigma
		kernel[i] = libm.Exp(-0.5 * x * x)
		sum += kernel[i]
	}
	for i := range kernel {
		kernel[i] /= sum
	}
	r := size / 2
	ys, xs := Reflect.places(m.Height, r, r), Reflect.places(m.Width, r, r)
	n := m.Width * m.Channels
	rows := make([]float64, m.Height*n)
	for y := range m.Height {
		in, to := m.row(y), rows[y*n:]
		for x := range m.Width {
			for i, k := range kernel {
				from := xs[x+i] * m.Channels
				for c := range m.Channels {
					to[x*m.Channels+c] += k * float64(in[from+c])
				}
			}
		}
	}
	out := New(m.Height, m.Width, m.Channels)
	sums := make([]float64, n)
	for y := range m.Height {
		clear(sums)
		for i, k := range kernel {
			for x, v := range rows[ys[y+i]*n:][:n] {
				sums[x] += k * v
			}
		}
		for x, v := range sums {
			out.Pix[y*n+x] = clip8(int(math.RoundToEven(v)))
		}
	}
	return out
}

// Median is the middle value of a square of size pixels, which is odd, the edge repeated, as Pillow's MedianFilter and
// OpenCV's medianBlur.
func (m *Image) Median(size int) *Image {
	if size < 1 || size%2 == 0 || size > 255 {
		panic(invalid("Median", "expected an odd size of 1 to 255, got %d", size))
	}
	r := size / 2
	ys, xs := Edge.places(m.Height, r, r), Edge.places(m.Width, r, r)
	out := New(m.Height, m.Width, m.Channels)
	half := size*size/2 + 1
	for y := range m.Height {
		for c := range m.Channels {
			var counts [256]int // of the square, which moves to the right
			column := func(x, by int) {
				for _, yy := range ys[y : y+size] {
					counts[m.Pix[(yy*m.Width+xs[x])*m.Channels+c]] += by
				}
			}
			for x := range size - 1 {
				column(x, 1)
			}
			for x := range m.Width {
				column(x+size-1, 1)
				below, v := 0, 0
				for ; below+counts[v] < half; v++ {
					below += counts[v]
				}
				out.Pix[(y*m.Width+x)*m.Channels+c] = uint8(v)
				column(x, -1)
			}
		}
	}
	return out
}
