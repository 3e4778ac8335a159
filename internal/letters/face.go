// Package letters is the font of pictures with text: Go's own, which has Latin, Greek and Cyrillic letters, and for a letter
// that it lacks the first of the system's fonts that has it. A letter that none has is an empty box.
package letters

import (
	"image"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/norm"
)

var goRegular = sync.OnceValue(func() *opentype.Font {
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		panic(err) // it is part of the program
	}
	return f
})

// face draws each letter in the first font that has it. Its measures from line to line are those of Go's font.
type face struct {
	font.Face // of Go's font
	size      float64
	others    map[*opentype.Font]font.Face
	buffer    sfnt.Buffer
}

// NewFace is the font at a size in pixels. It belongs to one goroutine.
func NewFace(size float64) (font.Face, error) {
	own, err := newFace(goRegular(), size)
	if err != nil {
		return nil, err
	}
	return &face{Face: own, size: size, others: map[*opentype.Font]font.Face{}}, nil
}

func newFace(f *opentype.Font, size float64) (font.Face, error) {
	return opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingFull})
}

// none stands for a letter that no font has.
const none = '□'

// of is the font that has a letter, and the letter; the sign for none in Go's where no font has it.
func (f *face) of(letter rune) (font.Face, rune) {
	if i, err := goRegular().GlyphIndex(&f.buffer, letter); err == nil && i != 0 {
		return f.Face, letter
	}
	with := system().with(letter)
	if with == nil {
		return f.Face, none
	}
	if _, ok := f.others[with]; !ok {
		other, err := newFace(with, f.size)
		if err != nil {
			return f.Face, none
		}
		f.others[with] = other
	}
	return f.others[with], letter
}

// Close closes the fonts.
func (f *face) Close() error {
	for _, other := range f.others {
		other.Close()
	}
	return f.Face.Close()
}

// Glyph is a letter's shape.
func (f *face) Glyph(dot fixed.Point26_6, letter rune) (
	at image.Rectangle, mask image.Image, from image.Point, advance fixed.Int26_6, ok bool,
) {
	in, letter := f.of(letter)
	return in.Glyph(dot, letter)
}

// GlyphBounds is how much room a letter takes.
func (f *face) GlyphBounds(letter rune) (bounds fixed.Rectangle26_6, advance fixed.Int26_6, ok bool) {
	in, letter := f.of(letter)
	return in.GlyphBounds(letter)
}

// GlyphAdvance is how far it is to the next letter.
func (f *face) GlyphAdvance(letter rune) (advance fixed.Int26_6, ok bool) {
	in, letter := f.of(letter)
	return in.GlyphAdvance(letter)
}

// Kern is how much two letters move together.
func (f *face) Kern(a, b rune) fixed.Int26_6 {
	in, a := f.of(a)
	same, b := f.of(b)
	if in != same {
		return 0
	}
	return in.Kern(a, b)
}

// Printable is text as it can be drawn letter by letter: marks join their letters where Unicode has one for both, all kinds of
// spaces are one, and what has no shape (control characters other than ends of lines, marks of direction, selectors of variants) is
// left out.
func Printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Variation_Selector):
			return -1
		}
		return r
	}, norm.NFC.String(text))
}

// Line is Printable text in one line.
func Line(text string) string { return strings.ReplaceAll(Printable(text), "\n", " ") }

// leastAdvance is what Fit takes a letter to be wide at least: marks that move nothing on would be without end.
const leastAdvance = fixed.Int26_6(64 / 4)

// Fit is how many bytes of a text, in whole letters, are no wider than so many pixels.
func Fit(f font.Face, text string, width int) int {
	room := fixed.I(width)
	for i, letter := range text {
		advance, _ := f.GlyphAdvance(letter)
		if room -= max(advance, leastAdvance); room < 0 {
			return i
		}
	}
	return len(text)
}

// Shorten is a text that ends in "…" where it is wider than so many pixels.
func Shorten(f font.Face, text string, width int) string {
	if Fit(f, text, width) == len(text) {
		return text
	}
	dots, _ := f.GlyphAdvance('…')
	if dots.Ceil() > width {
		return ""
	}
	return text[:Fit(f, text, width-dots.Ceil())] + "…"
}
