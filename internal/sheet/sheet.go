// Package sheet draws contact sheets: pictures in a grid, each with its caption below it.
package sheet

import (
	"image"
	"image/color"
	"image/draw"

	scaling "golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"

	"multitorch/internal/letters"
)

// Tile is a picture and what is written below it, in one or more lines.
type Tile struct {
	Picture image.Image // nil: none
	Lines   []string
}

const (
	margin = 8  // pixels around a tile
	leads  = 16 // pixels from line to line
	points = 12
)

// Draw lays tiles out in rows. Each picture is scaled to fit into size x size pixels, a small one by a whole number, so
// that its pixels stay square; what is transparent shows white. Lines that are too long end in "…".
func Draw(tiles []Tile, columns, size int) image.Image {
	columns = max(1, min(columns, len(tiles)))
	rows := (len(tiles) + columns - 1) / columns
	lines := 0
	for _, t := range tiles {
		lines = max(lines, len(t.Lines))
	}
	w, h := size+2*margin, size+lines*leads+2*margin
	sheet := image.NewNRGBA(image.Rect(0, 0, columns*w, max(1, rows)*h))
	draw.Draw(sheet, sheet.Bounds(), image.White, image.Point{}, draw.Src)
	face, err := letters.NewFace(points)
	if err != nil {
		panic(err) // the size is right
	}
	defer face.Close()
	for i, t := range tiles {
		at := image.Pt(i%columns*w+margin, i/columns*h+margin)
		if t.Picture != nil {
			paste(sheet, t.Picture, at, size)
		}
		for k, line := range t.Lines {
			write(sheet, face, line, at.Add(image.Pt(0, size+leads*(k+1))), size)
		}
	}
	return sheet
}

// paste scales a picture into the square at a point, and centres it there.
func paste(sheet draw.Image, m image.Image, at image.Point, size int) {
	b := m.Bounds()
	longer := max(b.Dx(), b.Dy())
	if longer == 0 {
		return
	}
	w, h := max(1, b.Dx()*size/longer), max(1, b.Dy()*size/longer)
	var scaler scaling.Scaler = scaling.BiLinear
	if n := size / longer; n >= 1 {
		w, h = b.Dx()*n, b.Dy()*n
		scaler = scaling.NearestNeighbor
	}
	at = at.Add(image.Pt((size-w)/2, (size-h)/2))
	to := image.Rectangle{at, at.Add(image.Pt(w, h))}
	scaler.Scale(sheet, to, m, b, scaling.Over, nil)
}

func write(sheet draw.Image, face font.Face, line string, at image.Point, width int) {
	line = letters.Shorten(face, letters.Line(line), width)
	d := font.Drawer{Dst: sheet, Src: image.NewUniform(color.Black), Face: face, Dot: fixed.P(at.X, at.Y)}
	d.DrawString(line)
}
