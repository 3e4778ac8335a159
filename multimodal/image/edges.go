package image

import "math"

// Sobel is the differences of a grey picture from left to right and from top to bottom, smoothed across, of size 3: [H, W],
// as OpenCV's Sobel with CV_16S. The edge is mirrored.
func (m *Image) Sobel() (dx, dy []int16) { return m.sobel(Reflect) }

func (m *Image) sobel(edge Padding) (dx, dy []int16) {
	m.need("Sobel", 1)
	if m.Height < 2 || m.Width < 2 {
		edge = Edge
	}
	ys, xs := edge.places(m.Height, 1, 1), edge.places(m.Width, 1, 1)
	dx, dy = make([]int16, len(m.Pix)), make([]int16, len(m.Pix))
	for y := range m.Height {
		above, here, below := m.row(ys[y]), m.row(y), m.row(ys[y+2])
		for x := range m.Width {
			l, r := xs[x], xs[x+2]
			a, b, c := int16(above[l]), int16(above[x]), int16(above[r])
			d, e := int16(here[l]), int16(here[r])
			f, g, h := int16(below[l]), int16(below[x]), int16(below[r])
			dx[y*m.Width+x] = c + 2*e + h - a - 2*d - f
			dy[y*m.Width+x] = f + 2*g + h - a - 2*b - c
		}
	}
	return dx, dy
}

// Canny is white on edges of a grey picture and black elsewhere (Canny 1986), as OpenCV's Canny with an aperture of 3 and
// the sum of both differences for the strength: edges are above low, connected to some above high, and the strongest
// across.
func (m *Image) Canny(low, high float64) *Image {
	m.need("Canny", 1)
	if !(low >= 0) || !(high >= 0) {
		panic(invalid("Canny", "expected two levels of 0 or more, got %v and %v", low, high))
	}
	if low > high {
		low, high = high, low
	}
	weak, strong := int(math.Floor(min(low, 1<<20))), int(math.Floor(min(high, 1<<20)))
	dx, dy := m.sobel(Edge)
	h, w := m.Height, m.Width
	strength := make([]int, (h+2)*(w+2)) // with a border of zeros
	for y := range h {
		for x := range w {
			i := y*w + x
			strength[(y+1)*(w+2)+x+1] = absInt(int(dx[i])) + absInt(int(dy[i]))
		}
	}
	out := New(h, w, 1)
	candidate := make([]bool, h*w)
	var edges []int
	for y := range h {
		for x := range w {
			i, s := y*w+x, (y+1)*(w+2)+x+1
			if strength[s] <= weak || !strongest(strength, s, w+2, int(dx[i]), int(dy[i])) {
				continue
			}
			candidate[i] = true
			if strength[s] > strong {
				out.Pix[i] = 255
				edges = append(edges, i)
			}
		}
	}
	for len(edges) > 0 {
		i := edges[len(edges)-1]
		edges = edges[:len(edges)-1]
		for y := max(i/w-1, 0); y <= min(i/w+1, h-1); y++ {
			for x := max(i%w-1, 0); x <= min(i%w+1, w-1); x++ {
				if k := y*w + x; candidate[k] && out.Pix[k] == 0 {
					out.Pix[k] = 255
					edges = append(edges, k)
				}
			}
		}
	}
	return out
}

// strongest compares with the two neighbours across the edge: sideways, up and down or on a diagonal, from 22.5 degrees on.
func strongest(strength []int, i, stride, dx, dy int) bool {
	const bits = 15
	const tan22 = 13573 // of 22.5 degrees, times 2^15
	v, x, y := strength[i], absInt(dx), absInt(dy)<<bits
	low := x * tan22
	switch {
	case y < low:
		return v > strength[i-1] && v >= strength[i+1]
	case y > low+x<<(bits+1):
		return v > strength[i-stride] && v >= strength[i+stride]
	}
	s := 1
	if (dx < 0) != (dy < 0) {
		s = -1
	}
	return v > strength[i-stride-s] && v > strength[i+stride+s]
}

func absInt(v int) int { return max(v, -v) }
