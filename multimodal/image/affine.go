package image

import (
	"math"

	"multitorch/libm"
	"multitorch/torch"
)

// AffineConfig is a turn, a move, a scale and a shear, all around the middle of the picture.
type AffineConfig struct {
	Angle      float64 // degrees, with the clock
	TranslateX float64 // pixels to the right
	TranslateY float64 // pixels down
	Scale      float64 // 0 is 1
	ShearX     float64 // degrees
	ShearY     float64
}

// Affine turns, moves, scales and shears the picture, as torchvision's affine with Pillow's pictures. What comes from
// outside gets the colour.
func (m *Image) Affine(c AffineConfig, filter Filter, colour ...uint8) *Image {
	if c.Scale == 0 {
		c.Scale = 1
	}
	if !(c.Scale > 0) {
		panic(invalid("Affine", "expected a scale above 0, got %v", c.Scale))
	}
	t := c.inverse(float64(m.Width)*0.5, float64(m.Height)*0.5)
	return m.Warp(m.Height, m.Width, t[0], t[1], t[2], t[3], t[4], t[5], filter, colour...)
}

// inverse is the inverse of move x centre x turn x shear x scale x -centre.
func (c AffineConfig) inverse(cx, cy float64) [6]float64 {
	rot, sx, sy := radians(c.Angle), radians(c.ShearX), radians(c.ShearY)
	cos, sin := libm.Cos(rot-sy), libm.Sin(rot-sy)
	a := cos / libm.Cos(sy)
	b := -cos*libm.Tan(sx)/libm.Cos(sy) - libm.Sin(rot)
	cc := sin / libm.Cos(sy)
	d := -sin*libm.Tan(sx)/libm.Cos(sy) + libm.Cos(rot)
	t := [6]float64{d, -b, 0, -cc, a, 0}
	for i := range t {
		t[i] /= c.Scale
	}
	t[2] += t[0]*(-cx-c.TranslateX) + t[1]*(-cy-c.TranslateY)
	t[5] += t[3]*(-cx-c.TranslateX) + t[4]*(-cy-c.TranslateY)
	t[2] += cx
	t[5] += cy
	return t
}

// Point is a place in a picture, in pixels from the top left.
type Point struct{ Y, X float64 }

// Perspective moves four corners to four others, as torchvision's perspective with Pillow's pictures: what was at from is
// then at to. No three of either may lie on a line.
func (m *Image) Perspective(from, to [4]Point, filter Filter, colour ...uint8) *Image {
	t := perspective(from, to)
	return m.warp("Perspective", m.Height, m.Width, filter, colour, func(x, y float64) (float64, float64) {
		z := t[6]*x + t[7]*y + 1
		return (t[0]*x + t[1]*y + t[2]) / z, (t[3]*x + t[4]*y + t[5]) / z
	})
}

// perspective is the eight coefficients of the map from the result back to the picture. torchvision asks for least squares
// and makes float32 of them, and so does this: other last bits put points between two pixels into the other one.
func perspective(from, to [4]Point) (t [8]float64) {
	for _, corners := range [][4]Point{from, to} {
		for i := range 4 {
			p, q, r := corners[i], corners[(i+1)%4], corners[(i+2)%4]
			if area := (q.X-p.X)*(r.Y-p.Y) - (q.Y-p.Y)*(r.X-p.X); !(math.Abs(area) > 1e-6) || math.Abs(area) > 1e12 {
				panic(invalid("Perspective", "expected corners of which no three lie on a line, got %v and %v", from, to))
			}
		}
	}
	var rows, values []float64
	for i := range 4 {
		p, q := to[i], from[i]
		rows = append(rows, p.X, p.Y, 1, 0, 0, 0, -q.X*p.X, -q.X*p.Y)
		rows = append(rows, 0, 0, 0, p.X, p.Y, 1, -q.Y*p.X, -q.Y*p.Y)
		values = append(values, q.X, q.Y)
	}
	torch.NoGrad(func() {
		torch.Step(func() {
			a, b := torch.FromSlice(rows, 8, 8), torch.FromSlice(values, 8)
			solution := lstsq.Results(a, b.Unsqueeze(1), nil, "gels")[0].(*torch.Tensor)
			for i, v := range torch.ToSlice[float32](solution.To(torch.Float32)) {
				t[i] = float64(v)
			}
		})
	})
	return t
}

var lstsq = torch.NewOperator("aten::linalg_lstsq", "self", "b", "rcond", "driver")
