package draw

import (
	"fmt"
	"image"
	"image/color"
	stddraw "image/draw"
	"image/png"
	"io"
	"math"
	"strconv"

	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"

	"multitorch/internal/atomicfile"
	"multitorch/internal/letters"
	"multitorch/libm"
	"multitorch/torch"
)

// The picture of one panel, in pixels.
const (
	width, height = 1000, 320
	left, right   = 74, 24
	top, bottom   = 34, 46
	barWidth      = 14 // of the scale of colours
	barRoom       = 70 // right of a spectrogram
	fontSize      = 13
)

var (
	ink   = color.RGBA{0x33, 0x33, 0x33, 0xff}
	faint = color.RGBA{0x99, 0x99, 0x99, 0xff}
	rule  = color.RGBA{0xe4, 0xe4, 0xe4, 0xff}
)

// Save writes a picture as PNG: in full, or not at all.
func Save(path string, m image.Image) error {
	return atomicfile.Write(path, func(w io.Writer) error { return png.Encode(w, m) })
}

// Sheet puts pictures side by side, in rows of so many columns.
func Sheet(columns int, pictures ...image.Image) image.Image {
	columns = max(columns, 1)
	cell := image.Point{}
	for _, p := range pictures {
		cell.X, cell.Y = max(cell.X, p.Bounds().Dx()), max(cell.Y, p.Bounds().Dy())
	}
	rows := (len(pictures) + columns - 1) / columns
	sheet := image.NewRGBA(image.Rect(0, 0, cell.X*min(columns, max(len(pictures), 1)), cell.Y*rows))
	stddraw.Draw(sheet, sheet.Bounds(), image.White, image.Point{}, stddraw.Src)
	for i, p := range pictures {
		at := image.Pt(i%columns*cell.X, i/columns*cell.Y)
		stddraw.Draw(sheet, p.Bounds().Sub(p.Bounds().Min).Add(at), p, p.Bounds().Min, stddraw.Src)
	}
	return sheet
}

// canvas is a picture and the rectangle of its axes.
type canvas struct {
	*image.RGBA
	plot image.Rectangle
}

func newCanvas(title string, rightRoom int) *canvas {
	c := &canvas{image.NewRGBA(image.Rect(0, 0, width, height)), image.Rect(left, top, width-rightRoom, height-bottom)}
	stddraw.Draw(c, c.Bounds(), image.White, image.Point{}, stddraw.Src)
	c.text(title, (c.plot.Min.X+c.plot.Max.X)/2, top-12, center, ink)
	return c
}

type align int

const (
	leftmost align = iota
	center
	rightmost
)

// text writes a line whose foot is at y. What is too long is cut.
func (c *canvas) text(s string, x, y int, a align, ink color.Color) {
	face, err := letters.NewFace(fontSize)
	if err != nil {
		panic(err)
	}
	defer face.Close()
	d := font.Drawer{Dst: c, Src: image.NewUniform(ink), Face: face}
	s = letters.Shorten(face, letters.Line(s), width-left)
	w := d.MeasureString(s)
	switch a {
	case center:
		w /= 2
	case leftmost:
		w = 0
	}
	d.Dot = fixed.Point26_6{X: fixed.I(x) - w, Y: fixed.I(y)}
	d.DrawString(s)
}

func (c *canvas) fill(r image.Rectangle, with color.Color) {
	stddraw.Draw(c, r, image.NewUniform(with), image.Point{}, stddraw.Src)
}

// frame draws the lines of the axes.
func (c *canvas) frame() {
	p := c.plot
	c.fill(image.Rect(p.Min.X-1, p.Min.Y, p.Min.X, p.Max.Y+1), faint)
	c.fill(image.Rect(p.Min.X-1, p.Max.Y, p.Max.X, p.Max.Y+1), faint)
}

// timeAxis marks seconds below the plot; grid draws lines through it.
func (c *canvas) timeAxis(seconds float64, grid bool) {
	for _, t := range ticks(0, seconds, 8) {
		x := c.plot.Min.X + int(t/seconds*float64(c.plot.Dx()-1))
		if grid {
			c.fill(image.Rect(x, c.plot.Min.Y, x+1, c.plot.Max.Y), rule)
		}
		c.fill(image.Rect(x, c.plot.Max.Y, x+1, c.plot.Max.Y+4), faint)
		c.text(number(t), x, c.plot.Max.Y+18, center, ink)
	}
	c.text("seconds", (c.plot.Min.X+c.plot.Max.X)/2, height-8, center, ink)
}

// mark marks a height of the plot, from 0 at its foot to 1, on the left.
func (c *canvas) mark(at float64, label string, grid bool) {
	y := c.plot.Max.Y - 1 - int(at*float64(c.plot.Dy()-1))
	if grid {
		c.fill(image.Rect(c.plot.Min.X, y, c.plot.Max.X, y+1), rule)
	}
	c.fill(image.Rect(c.plot.Min.X-5, y, c.plot.Min.X-1, y+1), faint)
	c.text(label, c.plot.Min.X-9, y+fontSize/3, rightmost, ink)
}

// ticks are at most so many round numbers from low to high: 1, 2 or 5 times a power of ten apart.
func ticks(low, high float64, most int) (at []float64) {
	if !(high > low) {
		return []float64{low}
	}
	step := libm.Pow(10, math.Floor(libm.Log10((high-low)/float64(most))))
	for _, m := range []float64{1, 2, 5, 10} {
		if (high-low)/(m*step) <= float64(most) {
			step *= m
			break
		}
	}
	for i := math.Ceil(low/step - 1e-9); i*step <= high+1e-9*step; i++ {
		at = append(at, i*step+0)
	}
	return at
}

func number(v float64) string { return strconv.FormatFloat(math.Round(v*1e6)/1e6, 'f', -1, 64) }

func invalid(op, format string, args ...any) *torch.Error {
	return &torch.Error{Op: "audio/draw." + op, Kind: torch.ValueError, Message: fmt.Sprintf(format, args...)}
}

// values copies what is drawn of a tensor.
func values(x *torch.Tensor) (v []float32) {
	torch.NoGrad(func() { v = torch.ToSlice[float32](x.Detach().To(torch.CPU).To(torch.Float32).Contiguous()) })
	return v
}
