package image

import "math"

// Shape is the form of the neighbourhood that morphology looks at, as OpenCV's getStructuringElement makes it.
type Shape string

// The shapes.
const (
	Rect    Shape = "rect"
	Cross   Shape = "cross"
	Ellipse Shape = "ellipse"
)

// Kernel is a neighbourhood: a shape of height x width, around (height/2, width/2).
type Kernel struct {
	Shape         Shape // Rect
	Height, Width int
}

// offsets are the pixels of a kernel, relative to its anchor.
func (k Kernel) offsets(op string) [][2]int {
	if k.Height < 1 || k.Width < 1 || k.Height > 255 || k.Width > 255 {
		panic(invalid(op, "expected a kernel of 1 to 255 pixels, got %d x %d", k.Height, k.Width))
	}
	var at [][2]int
	cy, cx := k.Height/2, k.Width/2
	for y := range k.Height {
		from, to := 0, k.Width
		switch shape := orElse(k.Shape, Rect); {
		case k.Height == 1 && k.Width == 1 || shape == Rect || shape == Cross && y == cy:
		case shape == Cross:
			from, to = cx, cx+1
		case shape == Ellipse:
			from, to = ellipseRow(y-cy, cy, cx, k.Width)
		default:
			panic(invalid(op, "expected Rect, Cross or Ellipse, got %.40q", string(k.Shape)))
		}
		for x := from; x < to; x++ {
			at = append(at, [2]int{y - cy, x - cx})
		}
	}
	return at
}

// Dilate is the largest value of each pixel's neighbourhood, as OpenCV's dilate: what is outside of the picture does not
// count.
func (m *Image) Dilate(k Kernel) *Image {
	return m.extreme("Dilate", k, 0, func(a, b uint8) uint8 { return max(a, b) })
}

// Erode is the smallest value of each pixel's neighbourhood, as OpenCV's erode.
func (m *Image) Erode(k Kernel) *Image {
	return m.extreme("Erode", k, 255, func(a, b uint8) uint8 { return min(a, b) })
}

func (m *Image) extreme(op string, k Kernel, none uint8, better func(a, b uint8) uint8) *Image {
	offsets := k.offsets(op)
	out := New(m.Height, m.Width, m.Channels)
	out.fill([]uint8{none})
	n := m.Width * m.Channels
	for y := range m.Height {
		to := out.row(y)
		for _, o := range offsets {
			fy, dx := y+o[0], o[1]*m.Channels
			if fy < 0 || fy >= m.Height {
				continue
			}
			in := m.row(fy)
			for x := max(0, -dx); x < min(n, n-dx); x++ {
				to[x] = better(to[x], in[x+dx])
			}
		}
	}
	return out
}

// MorphOpen is a dilation of the erosion: small bright spots go.
func (m *Image) MorphOpen(k Kernel) *Image { return m.Erode(k).Dilate(k) }

// MorphClose is an erosion of the dilation: small dark spots go.
func (m *Image) MorphClose(k Kernel) *Image { return m.Dilate(k).Erode(k) }

// MorphGradient is the dilation less the erosion: an outline.
func (m *Image) MorphGradient(k Kernel) *Image { return m.Dilate(k).less(m.Erode(k)) }

// TopHat is the picture less its [Image.MorphOpen]: small bright spots.
func (m *Image) TopHat(k Kernel) *Image { return m.less(m.MorphOpen(k)) }

// BlackHat is [Image.MorphClose] less the picture: small dark spots.
func (m *Image) BlackHat(k Kernel) *Image { return m.MorphClose(k).less(m) }

// less subtracts a picture of the same size, down to 0.
func (m *Image) less(o *Image) *Image {
	out := m.Clone()
	for i, v := range o.Pix {
		out.Pix[i] -= min(out.Pix[i], v)
	}
	return out
}

// ellipseRow is from where to where a row of an ellipse goes.
func ellipseRow(dy, r, c, width int) (from, to int) {
	if r == 0 {
		return 0, width
	}
	dx := int(math.RoundToEven(float64(c) * math.Sqrt(float64(r*r-dy*dy)/float64(r*r))))
	if dy > r || dy < -r {
		return 0, 0
	}
	return max(c-dx, 0), min(c+dx+1, width)
}
