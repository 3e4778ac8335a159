package sheet_test

import (
	"image"
	"image/color"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/sheet"
)

func filled(w, h int, c color.Color) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		m.Set(i%w, i/w, c)
	}
	return m
}

// A small picture grows by a whole number and stays in the middle; what is transparent is white.
func TestPicturesFitIntoTheirSquares(t *testing.T) {
	red, white := color.NRGBA{255, 0, 0, 255}, color.NRGBA{255, 255, 255, 255}
	for _, c := range []struct {
		name      string
		w, h      int
		red, free image.Point
	}{
		{"small", 10, 10, image.Pt(8+2, 8+2), image.Pt(8, 8)}, // 3 times: 30 of 34
		{"wide", 100, 50, image.Pt(8, 8+17), image.Pt(8, 8+4)},
		{"a line", 5000, 1, image.Pt(8, 8+16), image.Pt(8, 8+14)},
	} {
		m := sheet.Draw([]sheet.Tile{{Picture: filled(c.w, c.h, red)}}, 8, 34)
		require.Equal(t, image.Pt(34+16, 34+16), m.Bounds().Size(), c.name)
		require.Equal(t, red, m.At(c.red.X, c.red.Y), c.name)
		require.Equal(t, white, m.At(c.free.X, c.free.Y), c.name)
	}
	m := sheet.Draw([]sheet.Tile{{Picture: filled(9, 9, color.NRGBA{})}}, 1, 18)
	require.Equal(t, white, m.At(17, 17))
}

// Captions stay below their own picture, however long they are.
func TestCaptionsStayInTheirColumn(t *testing.T) {
	long := "a caption that is far too long for a tile of so few pixels, with ünïcödé and 漢字"
	m := sheet.Draw([]sheet.Tile{{Lines: []string{long}}, {}}, 2, 64)
	ink := 0
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			if m.At(x, y) != (color.NRGBA{255, 255, 255, 255}) {
				ink++
				require.Less(t, x, 64+16)
			}
		}
	}
	require.Greater(t, ink, 50)
	require.NotPanics(t, func() { sheet.Draw(nil, 3, 16) })
	require.NotPanics(t, func() { sheet.Draw([]sheet.Tile{{Picture: image.NewGray(image.Rectangle{})}}, 0, 16) })
}

func TestHeat(t *testing.T) {
	m := sheet.Heat([]float32{-1, 2, 0, 0.5}, 2, 2)
	require.Equal(t, color.NRGBA{0, 0, 4, 255}, m.At(0, 1), "the first row is at the bottom")
	require.Equal(t, color.NRGBA{252, 255, 164, 255}, m.At(1, 1))
	require.Equal(t, color.NRGBA{188, 55, 84, 255}, m.At(1, 0))
}
