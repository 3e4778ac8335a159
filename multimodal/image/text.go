package image

import (
	stdimage "image"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"

	"multitorch/internal/letters"
)

// face is the font at a size in pixels. It belongs to one goroutine.
func face(op string, size int) font.Face {
	if size < 4 || size > 512 {
		panic(invalid(op, "expected a size of 4 to 512 pixels, got %d", size))
	}
	f, err := letters.NewFace(float64(size))
	if err != nil {
		panic(invalid(op, "%v", err))
	}
	return f
}

// DrawText writes lines of text with their upper left corner at a place, in letters of so many pixels; nothing is red. The
// font is Go's own, with Latin, Greek and Cyrillic letters; others come from the system's fonts, and are an empty box where
// none has them. Letters stand from left to right, each by itself: those of Arabic are not joined. The result has three
// channels.
func (m *Image) DrawText(text string, top, left, size int, colour ...uint8) *Image {
	out := m.RGB()
	out.text(text, top, left, size, out.ink(colour))
	return out
}

// TextSize is how much room lines of text take.
func TextSize(text string, size int) (height, width int) {
	f := face("TextSize", size)
	defer f.Close()
	lines := strings.Split(letters.Printable(text), "\n")
	for _, line := range lines {
		width = max(width, font.MeasureString(f, line).Ceil())
	}
	return f.Metrics().Height.Ceil() * len(lines), width
}

func (m *Image) text(text string, top, left, size int, colour []uint8) {
	f := face("DrawText", size)
	defer f.Close()
	metrics := f.Metrics()
	for i, line := range strings.Split(letters.Printable(text), "\n") {
		y := top + i*metrics.Height.Ceil() + metrics.Ascent.Ceil()
		if y < -size || y > m.Height+2*size {
			continue
		}
		dot := fixed.P(left, y)
		for _, letter := range line {
			r, mask, at, advance, ok := f.Glyph(dot, letter)
			if ok {
				m.stamp(r, mask, at, colour)
			}
			if dot.X += advance; dot.X.Floor() > m.Width {
				break
			}
		}
	}
}

// stamp paints through a mask.
func (m *Image) stamp(r stdimage.Rectangle, mask stdimage.Image, at stdimage.Point, colour []uint8) {
	inside := r.Intersect(stdimage.Rect(0, 0, m.Width, m.Height))
	for y := inside.Min.Y; y < inside.Max.Y; y++ {
		for x := inside.Min.X; x < inside.Max.X; x++ {
			_, _, _, a := mask.At(at.X+x-r.Min.X, at.Y+y-r.Min.Y).RGBA()
			for c, p := range m.At(y, x) {
				m.At(y, x)[c] = uint8((uint32(p)*(0xffff-a) + uint32(colour[c])*a + 0x7fff) / 0xffff)
			}
		}
	}
}
