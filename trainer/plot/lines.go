package plot

import (
	"fmt"
	"io"
	"math"

	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"multitorch/internal/atomicfile"
)

// Axes is what a picture of [Lines] is about.
type Axes struct{ Title, X, Y string }

// Line is a line of [Lines]: Y against X, which ascends.
type Line struct {
	Name string
	X, Y []float64
}

// Lines draws lines in one panel, and writes them to path as PNG: in full, or not at all. A NaN or an infinite value leaves
// a gap. Numbers of points that do not match, and an X that does not ascend, are errors.
func Lines(path string, axes Axes, ls ...Line) error {
	low, high := math.Inf(1), math.Inf(-1)
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
		}
		drawn = append(drawn, line{name: l.Name, style: lineStyle(i), epochs: l.X, loss: l.Y})
	}
	canvas := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dpi))
	c := draw.Crop(draw.New(canvas), margin, -margin, margin, -margin)
	c = drawLegend(drawTitle(c, axes.Title), drawn)
	p := newPanel(axes.Y, drawn, math.Inf(-1), math.Inf(1), func(l line) []float64 { return l.loss })
	p.X.Label.Text = axes.X
	if low < high {
		p.X.Min, p.X.Max, p.X.Tick.Marker = low, high, ticker{}
	}
	p.Draw(c)
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := vgimg.PngCanvas{Canvas: canvas}.WriteTo(w)
		return err
	})
}
