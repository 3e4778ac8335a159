package image

import (
	"math"

	"multitorch/libm"
)

// RandomHorizontalFlip mirrors left and right with a probability, 0.5 where it is left out.
type RandomHorizontalFlip struct{ P float64 }

// Transform mirrors, or does not.
func (t RandomHorizontalFlip) Transform(m *Image, r *Rand) *Image {
	if r.Chance(orElse(t.P, 0.5)) {
		return m.FlipHorizontal()
	}
	return m
}

// RandomVerticalFlip mirrors top and bottom with a probability, 0.5 where it is left out.
type RandomVerticalFlip struct{ P float64 }

// Transform mirrors, or does not.
func (t RandomVerticalFlip) Transform(m *Image, r *Rand) *Image {
	if r.Chance(orElse(t.P, 0.5)) {
		return m.FlipVertical()
	}
	return m
}

// RandomGrayscale makes the picture grey with a probability, 0.1 where it is left out.
type RandomGrayscale struct{ P float64 }

// Transform makes it grey, or does not.
func (t RandomGrayscale) Transform(m *Image, r *Rand) *Image {
	if r.Chance(orElse(t.P, 0.1)) {
		return Grayscale{}.Transform(m, r)
	}
	return m
}

// RandomCrop cuts out a part.
type RandomCrop struct {
	Height, Width int
	Padding       int     // pixels on each side before
	PadIfNeeded   bool    // also where the picture is still too small
	PaddingMode   Padding // Constant
	Fill          []uint8 // zeros
}

// Transform cuts.
func (t RandomCrop) Transform(m *Image, r *Rand) *Image {
	mode := orElse(t.PaddingMode, Constant)
	if t.Padding != 0 {
		m = m.Pad(t.Padding, t.Padding, t.Padding, t.Padding, mode, t.Fill...)
	}
	if more := t.Width - m.Width; t.PadIfNeeded && more > 0 {
		m = m.Pad(0, more, 0, more, mode, t.Fill...)
	}
	if more := t.Height - m.Height; t.PadIfNeeded && more > 0 {
		m = m.Pad(more, 0, more, 0, mode, t.Fill...)
	}
	if t.Height < 1 || t.Width < 1 || t.Height > m.Height || t.Width > m.Width {
		panic(invalid("RandomCrop", "expected at most the size of %v, got %d x %d; set PadIfNeeded", m, t.Height, t.Width))
	}
	if t.Height == m.Height && t.Width == m.Width {
		return m
	}
	top := r.Int(0, m.Height-t.Height+1)
	return m.Crop(top, r.Int(0, m.Width-t.Width+1), t.Height, t.Width)
}

// RandomResizedCrop cuts out a part of a random size and shape and scales it.
type RandomResizedCrop struct {
	Height, Width int
	Scale         [2]float64 // of the area: 0.08 to 1
	Ratio         [2]float64 // of width to height: 3/4 to 4/3
	Filter        Filter     // Bilinear
	Order         Order      // RowsFirst
}

// Transform cuts and scales.
func (t RandomResizedCrop) Transform(m *Image, r *Rand) *Image {
	top, left, h, w := t.part(m, r)
	return m.Crop(top, left, h, w).Resize(t.Height, t.Width, orElse(t.Filter, Bilinear), t.Order)
}

func (t RandomResizedCrop) part(m *Image, r *Rand) (top, left, height, width int) {
	scale, ratio := orElse(t.Scale, [2]float64{0.08, 1}), orElse(t.Ratio, [2]float64{3.0 / 4, 4.0 / 3})
	span("RandomResizedCrop", "scale", scale)
	span("RandomResizedCrop", "ratio", ratio)
	for range 10 {
		h, w := someArea(m, r, scale, ratio, false)
		if w > 0 && w <= m.Width && h > 0 && h <= m.Height {
			top := r.Int(0, m.Height-h+1)
			return top, r.Int(0, m.Width-w+1), h, w
		}
	}
	h, w := m.Height, m.Width
	switch is := float64(w) / float64(h); {
	case is < ratio[0]:
		h = int(math.RoundToEven(float64(w) / ratio[0]))
	case is > ratio[1]:
		w = int(math.RoundToEven(float64(h) * ratio[1]))
	}
	return (m.Height - h) / 2, (m.Width - w) / 2, h, w
}

// someArea draws a share of the picture's area, and a ratio of its sides, which lies evenly on a logarithmic scale.
func someArea(m *Image, r *Rand, scale, ratio [2]float64, ofHeight bool) (h, w int) {
	area := float64(m.Height*m.Width) * r.Uniform(scale[0], scale[1])
	log := func(v float64) float64 { return float64(float32(libm.Log(float64(float32(v))))) }
	aspect := float64(float32(libm.Exp(r.Uniform(log(ratio[0]), log(ratio[1])))))
	long := int(math.RoundToEven(math.Sqrt(area * aspect)))
	short := int(math.RoundToEven(math.Sqrt(area / aspect)))
	if ofHeight {
		return long, short
	}
	return short, long
}

func span(op, what string, v [2]float64) {
	if !(v[0] > 0 && v[1] >= v[0]) || math.IsInf(v[1], 1) {
		panic(invalid(op, "%s: expected a smaller and a larger number above 0, got %v", what, v))
	}
}

// RandomErasing paints over a part of a random size and shape, with a probability.
type RandomErasing struct {
	P     float64    // 0.5
	Scale [2]float64 // of the area: 0.02 to 0.33
	Ratio [2]float64 // of height to width: 0.3 to 3.3
	Value []uint8    // zeros
}

// Transform paints over a part, or does not.
func (t RandomErasing) Transform(m *Image, r *Rand) *Image {
	if !r.Chance(orElse(t.P, 0.5)) {
		return m
	}
	scale, ratio := orElse(t.Scale, [2]float64{0.02, 0.33}), orElse(t.Ratio, [2]float64{0.3, 3.3})
	span("RandomErasing", "scale", scale)
	span("RandomErasing", "ratio", ratio)
	for range 10 {
		h, w := someArea(m, r, scale, ratio, true)
		if h >= m.Height || w >= m.Width {
			continue
		}
		top := r.Int(0, m.Height-h+1)
		left := r.Int(0, m.Width-w+1)
		out, colour := m.Clone(), m.colour("RandomErasing", t.Value)
		for y := range h {
			row := out.row(top + y)[left*m.Channels:]
			for x := range w {
				copy(row[x*m.Channels:], colour)
			}
		}
		return out
	}
	return m
}
