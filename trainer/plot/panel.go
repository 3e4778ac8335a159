package plot

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"
)

// markedEpochs is the number of epochs up to which every point gets a dot.
const markedEpochs = 40

// newPanel draws values(l) of every line against its epochs. No value lies outside lowest to highest.
func newPanel(label string, lines []line, lowest, highest float64, values func(line) []float64) *plot.Plot {
	p := plot.New()
	p.X.Label.Text, p.Y.Label.Text = "Epoch", label
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Label.TextStyle.Font, axis.Label.TextStyle.Color = textStyle(12, ink).Font, ink
		axis.Tick.Label.Font, axis.Tick.Label.Color = textStyle(10, ink).Font, ink
		axis.Tick.Color, axis.Color = faint, faint
		axis.Tick.Length, axis.Label.Padding, axis.Padding = 3, 5, 0
	}
	grid := plotter.NewGrid()
	grid.Horizontal.Color, grid.Vertical.Color = rule, rule
	p.Add(grid)

	var xs, ys []float64
	for _, l := range lines {
		for _, points := range runs(l.epochs, values(l)) {
			for _, pt := range points {
				xs, ys = append(xs, pt.X), append(ys, pt.Y)
			}
			p.Add(&plotter.Line{XYs: points, LineStyle: l.style})
			if len(points) == 1 || len(l.epochs) <= markedEpochs {
				dot := draw.GlyphStyle{Color: l.style.Color, Radius: 2.2, Shape: draw.CircleGlyph{}}
				p.Add(&plotter.Scatter{XYs: points, GlyphStyle: dot})
			}
		}
	}
	if len(ys) == 0 {
		p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1, 0, 1
		p.X.Tick.Marker, p.Y.Tick.Marker = plot.ConstantTicks{}, plot.ConstantTicks{}
		p.Add(note("no data"))
		return p
	}
	p.X.Min, p.X.Max = epochRange(xs)
	p.Y.Min, p.Y.Max = valueRange(ys, lowest, highest)
	p.X.Tick.Marker, p.Y.Tick.Marker = ticker{least: 1}, ticker{}
	return p
}

// runs cuts a line where it has no value to draw.
func runs(epochs, values []float64) []plotter.XYs {
	var out []plotter.XYs
	broken := true
	for i, v := range values {
		if !drawable(v) {
			broken = true
			continue
		}
		if broken {
			out = append(out, nil)
		}
		broken = false
		last := &out[len(out)-1]
		*last = append(*last, plotter.XY{X: epochs[i], Y: v})
	}
	return out
}

// drawable is false for NaN, the infinities, and what is too large for a float32 and so was never a loss.
func drawable(v float64) bool { return math.Abs(v) <= math.MaxFloat32 }

// A note stands in the middle of the axes.
type note string

// Plot implements plot.Plotter.
func (n note) Plot(c draw.Canvas, _ *plot.Plot) {
	style := textStyle(12, faint)
	style.XAlign, style.YAlign = draw.XCenter, draw.YCenter
	c.FillText(style, c.Center(), string(n))
}
