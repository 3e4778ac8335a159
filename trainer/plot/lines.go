package plot

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/vg/draw"
)

// Axes is what a picture of [Lines] is about.
type Axes struct{ Title, X, Y string }

// Line is a line of [Lines]: Y against X, which ascends.
type Line struct {
	Name string
	X, Y []float64
}

// Lines draws lines in one panel, and writes them to path as PNG, or as SVG where that is its ending: in full, or not at
// all. A NaN or an infinite value leaves a gap. Numbers of points that do not match, and an X that does not ascend, are errors.
func Lines(path string, axes Axes, ls ...Line) error {
	low, high, least := math.Inf(1), math.Inf(-1), 1.
	var drawn []line
	for i, l := range ls {
		if len(l.X) != len(l.Y) {
			return fmt.Errorf("plot %s: line %d (%q): expected as many X as Y, got %d and %d", path, i, l.Name, len(l.X), len(l.Y))
		}
		for k, x := range l.X {
			if !drawable(x) || k > 0 && x <= l.X[k-1] {
				return fmt.Errorf("plot %s: line %d (%q): expected an ascending X, got %v", path, i, l.Name, l.X)
			}
			low, high = min(low, x), max(high, x)
			if x != math.Trunc(x) { // else X counts, and there is nothing between two marks
				least = 0
			}
		}
		drawn = append(drawn, line{name: l.Name, style: lineStyle(i), epochs: l.X, loss: l.Y})
	}
	return save(path, func(c draw.Canvas) {
		c = draw.Crop(c, margin, -margin, margin, -margin)
		c = drawLegend(drawTitle(c, axes.Title), drawn)
		p := newPanel(axes.Y, drawn, math.Inf(-1), math.Inf(1), func(l line) []float64 { return l.loss })
		p.X.Label.Text = axes.X
		if low < high {
			p.X.Min, p.X.Max, p.X.Tick.Marker = low, high, ticker{least: least}
		}
		p.Draw(c)
	})
}
