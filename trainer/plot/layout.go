package plot

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const (
	margin    = vg.Length(12)
	gap       = vg.Length(22) // between the panels
	thumbnail = vg.Length(24) // the piece of line beside a name in the legend
)

var (
	ink   = color.Gray{Y: 0x33}
	faint = color.Gray{Y: 0x77}
	rule  = color.Gray{Y: 0xdc}
)

// palette is that of Okabe and Ito, which people with any kind of colour vision can tell apart
// (https://jfly.uni-koeln.de/color/).
var palette = []color.Color{
	color.RGBA{R: 0x00, G: 0x72, B: 0xb2, A: 0xff}, // blue
	color.RGBA{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff}, // vermilion
	color.RGBA{R: 0x00, G: 0x9e, B: 0x73, A: 0xff}, // green
	color.RGBA{R: 0xcc, G: 0x79, B: 0xa7, A: 0xff}, // purple
	color.RGBA{R: 0xe6, G: 0x9f, B: 0x00, A: 0xff}, // orange
	color.RGBA{R: 0x56, G: 0xb4, B: 0xe9, A: 0xff}, // sky
}

// lineStyle gives series i a colour, and dashes once the colours have been used.
func lineStyle(i int) draw.LineStyle {
	style := draw.LineStyle{Color: palette[i%len(palette)], Width: 1.8}
	if round := i / len(palette); round > 0 {
		style.Dashes = []vg.Length{vg.Length(2 + 3*round), 3}
	}
	return style
}

// drawCurves lays out the page from the top: title, legend, and the two panels. The legend has rows of its own, so it
// covers no data.
func drawCurves(c draw.Canvas, title, share string, lines []line) {
	c = draw.Crop(c, margin, -margin, margin, -margin)
	c = drawTitle(c, title)
	c = drawLegend(c, lines)
	panels := []*plot.Plot{
		newPanel("Loss", lines, 0, math.Inf(1), func(l line) []float64 { return l.loss }),
		newPanel(share+" (%)", lines, 0, 100, func(l line) []float64 { return l.accuracy }),
	}
	tiles := draw.Tiles{Rows: 1, Cols: len(panels), PadX: gap}
	for i, c := range plot.Align([][]*plot.Plot{panels}, tiles, c)[0] {
		panels[i].Draw(c)
	}
}

// drawTitle writes the title in the middle, smaller if it is long, and returns what is left of the page.
func drawTitle(c draw.Canvas, title string) draw.Canvas {
	if title == "" {
		return c
	}
	style := textStyle(15, ink)
	style.XAlign, style.YAlign = draw.XCenter, draw.YTop
	for style.Font.Size > 7 && style.Width(title) > c.Max.X-c.Min.X {
		style.Font.Size--
	}
	c.FillText(style, vg.Point{X: (c.Min.X + c.Max.X) / 2, Y: c.Max.Y}, title)
	return draw.Crop(c, 0, 0, 0, -style.Height(title)-8)
}

// drawLegend writes the names in rows, each row in the middle, and returns what is left of the page. A single series
// without a name needs no legend.
func drawLegend(c draw.Canvas, lines []line) draw.Canvas {
	if len(lines) == 0 || len(lines) == 1 && lines[0].name == "" {
		return c
	}
	style := textStyle(11, ink)
	style.YAlign = draw.YCenter
	const inner, outer, rowHeight = 6, 20, 18
	entry := func(l line) vg.Length { return thumbnail + inner + style.Width(l.name) }
	for len(lines) > 0 {
		n, row := 1, entry(lines[0])
		for n < len(lines) && row+outer+entry(lines[n]) <= c.Max.X-c.Min.X {
			row += outer + entry(lines[n])
			n++
		}
		x, y := (c.Min.X+c.Max.X-row)/2, c.Max.Y-rowHeight/2
		for _, l := range lines[:n] {
			c.StrokeLine2(l.style, x, y, x+thumbnail, y)
			c.FillText(style, vg.Point{X: x + thumbnail + inner, Y: y}, l.name)
			x += entry(l) + outer
		}
		lines = lines[n:]
		c = draw.Crop(c, 0, 0, 0, -rowHeight)
	}
	return draw.Crop(c, 0, 0, 0, -4)
}

func textStyle(size vg.Length, ink color.Color) text.Style {
	return text.Style{
		Color:   ink,
		Font:    font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		Handler: plot.DefaultTextHandler,
	}
}
