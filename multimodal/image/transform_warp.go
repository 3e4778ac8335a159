package image

import "math"

// RandomRotation turns the picture by an angle.
type RandomRotation struct {
	Degrees [2]float64 // from and to, against the clock
	Filter  Filter     // Nearest
	Expand  bool
	Fill    []uint8 // zeros
}

// Transform turns.
func (t RandomRotation) Transform(m *Image, r *Rand) *Image {
	return m.Rotate(r.Uniform(t.Degrees[0], t.Degrees[1]), orElse(t.Filter, Nearest), t.Expand, t.Fill...)
}

// RandomAffine turns, moves, scales and shears the picture.
type RandomAffine struct {
	Degrees   [2]float64 // from and to, with the clock
	Translate [2]float64 // at most so much of the height and of the width, either way
	Scale     [2]float64 // from and to: 1
	ShearX    [2]float64 // degrees, from and to
	ShearY    [2]float64
	Filter    Filter  // Nearest
	Fill      []uint8 // zeros
}

// Transform turns, moves, scales and shears.
func (t RandomAffine) Transform(m *Image, r *Rand) *Image {
	none := [2]float64{}
	c := AffineConfig{Angle: r.Uniform(t.Degrees[0], t.Degrees[1])}
	if t.Translate != none {
		dx, dy := t.Translate[1]*float64(m.Width), t.Translate[0]*float64(m.Height)
		c.TranslateX = math.RoundToEven(r.Uniform(-dx, dx))
		c.TranslateY = math.RoundToEven(r.Uniform(-dy, dy))
	}
	if t.Scale != none {
		span("RandomAffine", "scale", t.Scale)
		c.Scale = r.Uniform(t.Scale[0], t.Scale[1])
	}
	if t.ShearX != none || t.ShearY != none {
		c.ShearX = r.Uniform(t.ShearX[0], t.ShearX[1])
	}
	if t.ShearY != none {
		c.ShearY = r.Uniform(t.ShearY[0], t.ShearY[1])
	}
	return m.Affine(c, orElse(t.Filter, Nearest), t.Fill...)
}

// RandomPerspective moves each corner inwards, with a probability.
type RandomPerspective struct {
	P          float64 // 0.5
	Distortion float64 // of half a side: 0.5
	Filter     Filter  // Bilinear
	Fill       []uint8 // zeros
}

// Transform distorts, or does not.
func (t RandomPerspective) Transform(m *Image, r *Rand) *Image {
	if !r.Chance(orElse(t.P, 0.5)) {
		return m
	}
	d := orElse(t.Distortion, 0.5)
	if !(d > 0 && d <= 1) {
		panic(invalid("RandomPerspective", "expected a distortion of up to 1, got %v", d))
	}
	dy, dx := int(d*float64(m.Height/2)), int(d*float64(m.Width/2))
	near := func(by int) float64 { return float64(r.Int(0, by+1)) }
	far := func(by, side int) float64 { return float64(r.Int(side-by-1, side)) }
	var to [4]Point
	to[0].X, to[0].Y = near(dx), near(dy)
	to[1].X, to[1].Y = far(dx, m.Width), near(dy)
	to[2].X, to[2].Y = far(dx, m.Width), far(dy, m.Height)
	to[3].X, to[3].Y = near(dx), far(dy, m.Height)
	h, w := float64(m.Height-1), float64(m.Width-1)
	return m.Perspective([4]Point{{0, 0}, {0, w}, {h, w}, {h, 0}}, to, orElse(t.Filter, Bilinear), t.Fill...)
}

// RandomGaussianBlur blurs with a random sigma, as torchvision's GaussianBlur.
type RandomGaussianBlur struct {
	Size  int        // of the kernel, odd
	Sigma [2]float64 // 0.1 to 2
}

// Transform blurs.
func (t RandomGaussianBlur) Transform(m *Image, r *Rand) *Image {
	sigma := orElse(t.Sigma, [2]float64{0.1, 2})
	return m.GaussianBlur(t.Size, r.Uniform(sigma[0], sigma[1]))
}
