package sortofclevr

import (
	"image"
	"image/color"
)

// rgb are the colours as they are drawn.
var rgb = [Objects]color.RGBA{
	Red: {255, 0, 0, 255}, Blue: {0, 0, 255, 255}, Green: {0, 255, 0, 255},
	Orange: {255, 156, 0, 255}, Yellow: {255, 255, 0, 255}, Gray: {128, 128, 128, 255},
}

// covers reports whether a form covers the pixel at (dx, dy) from its centre. A circle covers the pixels of which it holds
// the middle, which are those that OpenCV's filled circle of radius 5 has.
func (f Form) covers(dx, dy int) bool {
	if f == Circle {
		return dx*dx+dy*dy <= Radius*Radius
	}
	return max(dx, -dx, dy, -dy) <= Radius
}

// Pixels draws the scene on white: planar RGB, row by row, shape [3, 75, 75]. Where objects overlap, the one whose colour
// comes later lies above.
func (s Scene) Pixels() []uint8 {
	planar := make([]uint8, 3*Size*Size)
	s.drawInto(planar)
	return planar
}

func (s Scene) drawInto(planar []uint8) {
	for i := range planar {
		planar[i] = 255
	}
	const plane = Size * Size
	for _, o := range s {
		c := rgb[o.Color]
		for dy := -Radius; dy <= Radius; dy++ {
			for dx := -Radius; dx <= Radius; dx++ {
				if o.Form.covers(dx, dy) {
					at := (o.Y+dy)*Size + o.X + dx
					planar[at], planar[plane+at], planar[2*plane+at] = c.R, c.G, c.B
				}
			}
		}
	}
}

// Image draws the scene with scale x scale pixels for each of its own. A scale below 1 counts as 1.
func (s Scene) Image(scale int) *image.RGBA {
	scale = max(scale, 1)
	planar := s.Pixels()
	m := image.NewRGBA(image.Rect(0, 0, scale*Size, scale*Size))
	const plane = Size * Size
	for y := range scale * Size {
		for x := range scale * Size {
			at := y/scale*Size + x/scale
			m.SetRGBA(x, y, color.RGBA{planar[at], planar[plane+at], planar[2*plane+at], 255})
		}
	}
	return m
}
