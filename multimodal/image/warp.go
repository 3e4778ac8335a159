package image

import (
	"math"
	"strconv"

	"multitorch/libm"
)

// place says where in a picture a point of the result comes from: x and y in pixels, whose centres are at halves.
type place func(x, y float64) (fromX, fromY float64)

// Warp makes a picture of height x width by an inverse affine map, as Pillow's transform(AFFINE): the point (x, y) of the
// result is (a x + b y + c, d x + e y + f) of the picture. What comes from outside gets the colour, as in [Image.Pad].
// filter is [Nearest], [Bilinear] or [Bicubic].
func (m *Image) Warp(height, width int, a, b, c, d, e, f float64, filter Filter, colour ...uint8) *Image {
	for _, v := range []float64{a, b, c, d, e, f} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			panic(invalid("Warp", "expected finite numbers, got %v", []float64{a, b, c, d, e, f}))
		}
	}
	if filter == Nearest {
		return m.warpNearest(height, width, [6]float64{a, b, c, d, e, f}, colour)
	}
	return m.warp("Warp", height, width, filter, colour, func(x, y float64) (float64, float64) {
		return a*x + b*y + c, d*x + e*y + f
	})
}

// warp fills a picture with what comes from where from says.
func (m *Image) warp(op string, height, width int, filter Filter, colour []uint8, from place) *Image {
	fill := m.colour(op, colour)
	var sample func(m *Image, x, y float64, to []uint8)
	switch filter {
	case Nearest:
		sample = sampleNearest
	case Bilinear:
		sample = sampleBilinear
	case Bicubic:
		sample = sampleBicubic
	default:
		panic(invalid(op, "expected Nearest, Bilinear or Bicubic, got %v", filter))
	}
	blank := New(height, width, m.Channels)
	blank.fill(fill)
	draw := func(m, out *Image) *Image {
		to := out.Pix
		for y := range height {
			for x := range width {
				fx, fy := from(float64(x)+0.5, float64(y)+0.5)
				if fx >= 0 && fx < float64(m.Width) && fy >= 0 && fy < float64(m.Height) {
					sample(m, fx, fy, to[:m.Channels])
				}
				to = to[m.Channels:]
			}
		}
		return out
	}
	if m.Channels == 4 && filter != Nearest {
		// The colour is not multiplied with its opacity; Pillow leaves that out.
		return draw(m.premultiplied(), blank).unmultiplied()
	}
	return draw(m, blank)
}

func sampleNearest(m *Image, x, y float64, to []uint8) {
	copy(to, m.Pix[(int(y)*m.Width+int(x))*m.Channels:])
}

// sampleBilinear mixes four pixels, and cuts off what is behind the point, as Pillow does.
func sampleBilinear(m *Image, x, y float64, to []uint8) {
	x, y = x-0.5, y-0.5
	x0, y0 := math.Floor(x), math.Floor(y)
	dx, dy := x-x0, y-y0
	left, right := m.columns(int(x0), int(x0)+1)
	above, below := m.rows(int(y0), int(y0)+1)
	for c := range to {
		p, q := float64(m.Pix[above+left+c]), float64(m.Pix[above+right+c])
		v := p + (q-p)*dx
		p, q = float64(m.Pix[below+left+c]), float64(m.Pix[below+right+c])
		w := p + (q-p)*dx
		to[c] = uint8(v + (w-v)*dy)
	}
}

func (m *Image) columns(a, b int) (int, int) {
	return min(max(a, 0), m.Width-1) * m.Channels, min(max(b, 0), m.Width-1) * m.Channels
}

func (m *Image) rows(a, b int) (int, int) {
	n := m.Width * m.Channels
	return min(max(a, 0), m.Height-1) * n, min(max(b, 0), m.Height-1) * n
}

func sampleBicubic(m *Image, x, y float64, to []uint8) {
	x, y = x-0.5, y-0.5
	x0, y0 := math.Floor(x), math.Floor(y)
	dx, dy := x-x0, y-y0
	var xs, ys [4]int
	for i := range 2 {
		xs[2*i], xs[2*i+1] = m.columns(int(x0)-1+2*i, int(x0)+2*i)
		ys[2*i], ys[2*i+1] = m.rows(int(y0)-1+2*i, int(y0)+2*i)
	}
	for c := range to {
		var v [4]float64
		for i, row := range ys {
			v[i] = cubicBetween(float64(m.Pix[row+xs[0]+c]), float64(m.Pix[row+xs[1]+c]),
				float64(m.Pix[row+xs[2]+c]), float64(m.Pix[row+xs[3]+c]), dx)
		}
		to[c] = uint8(min(max(cubicBetween(v[0], v[1], v[2], v[3], dy), 0), 255))
	}
}

// cubicBetween goes through b and c. Its slope is that of Pillow's transforms, whose a is -1.
func cubicBetween(a, b, c, d, t float64) float64 {
	p1, p2, p3, p4 := b, -a+c, 2*(a-b)+c-d, -a+b-c+d
	return p1 + t*(p2+t*(p3+t*p4))
}

// warpNearest is Pillow's: a scale by adding up steps, anything else in fixed point where that is wide enough.
func (m *Image) warpNearest(height, width int, t [6]float64, colour []uint8) *Image {
	if t[1] == 0 && t[3] == 0 {
		xs, ys := steps(t[2]+t[0]*0.5, t[0], width, m.Width), steps(t[5]+t[4]*0.5, t[4], height, m.Height)
		return m.gather(height, width, colour, func(y, x int) (int, int) { return ys[y], xs[x] })
	}
	narrow := true
	for _, p := range [][2]float64{{0, 0}, {float64(width), float64(height)}, {0, float64(height)}, {float64(width), 0}} {
		narrow = narrow && math.Abs(p[0]*t[0]+p[1]*t[1]+t[2]) < 32768 && math.Abs(p[0]*t[3]+p[1]*t[4]+t[5]) < 32768
	}
	x0, y0 := t[2]+t[0]*0.5+t[1]*0.5, t[5]+t[3]*0.5+t[4]*0.5
	if narrow {
		fix := func(v float64) int { return int(math.Floor(v*65536 + 0.5)) }
		a, b, d, e, xx, yy := fix(t[0]), fix(t[1]), fix(t[3]), fix(t[4]), fix(x0), fix(y0)
		return m.gather(height, width, colour, func(y, x int) (int, int) {
			return (yy + y*e + x*d) >> 16, (xx + y*b + x*a) >> 16
		})
	}
	return m.gather(height, width, colour, func(y, x int) (int, int) {
		return whole(y0 + float64(y)*t[4] + float64(x)*t[3]), whole(x0 + float64(y)*t[1] + float64(x)*t[0])
	})
}

// whole is the pixel that a place is in, -1 for one that is before all.
func whole(v float64) int {
	if !(v >= 0) {
		return -1
	}
	return int(min(v, maxSide+1))
}

// steps are the pixels of n at places a step apart, -1 for those outside.
func steps(at, step float64, count, n int) []int {
	places := make([]int, count)
	for i := range places {
		if places[i] = whole(at); places[i] >= n {
			places[i] = -1
		}
		at += step
	}
	return places
}

func (m *Image) gather(height, width int, colour []uint8, from func(y, x int) (int, int)) *Image {
	out := New(height, width, m.Channels)
	out.fill(m.colour("Warp", colour))
	to := out.Pix
	for y := range height {
		for x := range width {
			if fy, fx := from(y, x); uint(fy) < uint(m.Height) && uint(fx) < uint(m.Width) {
				i := (fy*m.Width + fx) * m.Channels
				copy(to, m.Pix[i:i+m.Channels])
			}
			to = to[m.Channels:]
		}
	}
	return out
}

// Rotate turns the picture by degrees against the clock around its middle, as Pillow's rotate; expand makes the result
// large enough for all of it. What comes from outside gets the colour.
func (m *Image) Rotate(degrees float64, filter Filter, expand bool, colour ...uint8) *Image {
	if math.IsNaN(degrees) || math.IsInf(degrees, 0) {
		panic(invalid("Rotate", "expected a finite angle, got %v", degrees))
	}
	m.colour("Rotate", colour) // or an error
	degrees = math.Mod(degrees, 360)
	if degrees < 0 {
		degrees += 360
	}
	switch {
	case degrees == 0:
		return m.Clone()
	case degrees == 180:
		return m.Rotate90(2)
	case (degrees == 90 || degrees == 270) && (expand || m.Width == m.Height):
		return m.Rotate90(int(degrees) / 90)
	}
	w, h := float64(m.Width), float64(m.Height)
	angle := -radians(degrees)
	cos, sin := round15(libm.Cos(angle)), round15(libm.Sin(angle))
	at := func(x, y, c, f float64) (float64, float64) { return cos*x + sin*y + c, -sin*x + cos*y + f }
	c, f := at(-w/2, -h/2, 0, 0)
	c, f = c+w/2, f+h/2
	if expand {
		lowX, lowY, highX, highY := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
		for _, p := range [][2]float64{{0, 0}, {w, 0}, {w, h}, {0, h}} {
			x, y := at(p[0], p[1], c, f)
			lowX, lowY, highX, highY = min(lowX, x), min(lowY, y), max(highX, x), max(highY, y)
		}
		nw, nh := math.Ceil(highX)-math.Floor(lowX), math.Ceil(highY)-math.Floor(lowY)
		c, f = at(-(nw-w)/2, -(nh-h)/2, c, f)
		w, h = nw, nh
	}
	return m.Warp(int(h), int(w), cos, sin, c, -sin, cos, f, filter, colour...)
}

func radians(degrees float64) float64 { return degrees * (math.Pi / 180) }

// round15 is Python's round(v, 15).
func round15(v float64) float64 {
	r, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'f', 15, 64), 64)
	return r
}
