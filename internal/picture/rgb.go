package picture

import (
	"image"
	"image/color"
)

// RGB is an opaque picture of three bytes a pixel, which Go's own package lacks.
type RGB struct {
	Pix    []uint8
	Stride int
	Rect   image.Rectangle
}

// NewRGB makes a black one.
func NewRGB(r image.Rectangle) *RGB {
	return &RGB{make([]uint8, 3*r.Dx()*r.Dy()), 3 * r.Dx(), r}
}

// ColorModel is that of [RGB.At].
func (*RGB) ColorModel() color.Model { return color.NRGBAModel }

// Bounds is where the pixels are.
func (m *RGB) Bounds() image.Rectangle { return m.Rect }

// Opaque is true.
func (*RGB) Opaque() bool { return true }

// At is a pixel.
func (m *RGB) At(x, y int) color.Color {
	if !(image.Point{x, y}.In(m.Rect)) {
		return color.NRGBA{}
	}
	p := m.Pix[(y-m.Rect.Min.Y)*m.Stride+3*(x-m.Rect.Min.X):]
	return color.NRGBA{p[0], p[1], p[2], 255}
}
