package image

import (
	stdimage "image"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// face is Go's own font at a size in pixels: Latin, Greek and Cyrillic letters. It belongs to one goroutine.
func face(op string, size int) font.Face {
	if size < 4 || size > 512 {
		panic(invalid(op, "expected a size of 4 to 512 pixels, got %d", size))
	}
	f, err := opentype.NewFace(goRegular(), &opentype.FaceOptions{Size: float64(size), DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		panic(invalid(op, "%v", err))
	}
	return f
}

var goRegular = sync.OnceValue(func() *opentype.Font {
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		panic(err) // it is part of the program
	}
	return f
})

// DrawText writes lines of text with their upper left corner at a place, in letters of so many pixels; nothing is red. The
// font has Latin, Greek and Cyrillic letters; others are an empty box. The result has three channels.
func (m *Image) DrawText(text string, top, left, size int, colour ...uint8) *Image {
	out := m.RGB()
	out.text(text, top, left, size, out.ink(colour))
	return out
}

// TextSize is how much room lines of text take.
func TextSize(text string, size int) (height, width int) {
	f := face("TextSize", size)
	defer f.Close()
	lines := strings.Split(printable(text), "\n")
	for _, line := range lines {
		width = max(width, font.MeasureString(f, line).Ceil())
	}
	return f.Metrics().Height.Ceil() * len(lines), width
}

func (m *Image) text(text string, top, left, size int, colour []uint8) {
	f := face("DrawText", size)
	defer f.Close()
	metrics := f.Metrics()
	for i, line := range strings.Split(printable(text), "\n") {
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

// printable leaves control characters out, and makes tabs spaces.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r != '\n' && unicode.IsControl(r):
			return -1
		}
		return r
	}, text)
}

func measure(f font.Face, s string) int { return font.MeasureString(f, s).Ceil() }
