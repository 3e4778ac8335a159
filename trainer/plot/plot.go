// Package plot draws the curves of a training run as a picture.
package plot

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Series is what one set of data, such as the training or the validation split, gave epoch by epoch.
type Series struct {
	Name     string
	Epochs   []int     // the epoch of each point, ascending; nil for 1, 2, 3, ...
	Loss     []float64 // one for each epoch, or none
	Accuracy []float64 // one for each epoch, or none; from 0 to 1
}

// The picture is 1600 x 720 pixels as PNG.
const (
	width  = 10 * vg.Inch
	height = 4.5 * vg.Inch
	dpi    = 160
)

// Curves draws loss and accuracy against the epoch, side by side, one line for each series, and writes them to path as
// PNG, or as SVG where that is its ending: in full, or not at all.
//
// A NaN or an infinite loss leaves a gap in their line, a point without neighbours is a dot, and a series without points is
// left out. A panel without any point says so. Numbers of points that do not match, epochs that do not ascend, and an
// accuracy outside 0 to 1 are errors.
func Curves(path string, title string, series ...Series) error {
	return CurvesOf(path, title, "Accuracy", series...)
}

// CurvesOf is [Curves] where the second panel shows another share than the accuracy: what it is called.
func CurvesOf(path, title, share string, series ...Series) error {
	drawn, err := lines(series)
	if err != nil {
		return fmt.Errorf("plot %s: %w", path, err)
	}
	return save(path, func(c draw.Canvas) { drawCurves(c, title, share, drawn) })
}

// A line is a Series that has points, with its look.
type line struct {
	name           string
	style          draw.LineStyle
	epochs         []float64
	loss, accuracy []float64 // as long as epochs, or empty; accuracy in percent
}

// lines checks the series and returns those that have points. The look goes by the place among all series, so one
// series is the same colour in every picture of a run.
func lines(series []Series) ([]line, error) {
	var ls []line
	for i, s := range series {
		if err := s.check(); err != nil {
			return nil, fmt.Errorf("series %d (%q): %w", i, s.Name, err)
		}
		l := line{name: s.Name, style: lineStyle(i), loss: s.Loss}
		for k := range max(len(s.Loss), len(s.Accuracy)) {
			epoch := k + 1
			if s.Epochs != nil {
				epoch = s.Epochs[k]
			}
			l.epochs = append(l.epochs, float64(epoch))
		}
		for _, a := range s.Accuracy {
			l.accuracy = append(l.accuracy, 100*a)
		}
		if slices.ContainsFunc(slices.Concat(l.loss, l.accuracy), drawable) {
			ls = append(ls, l)
		}
	}
	return ls, nil
}

func (s Series) check() error {
	n := max(len(s.Loss), len(s.Accuracy))
	if s.Epochs != nil && len(s.Epochs) != n {
		return fmt.Errorf("expected an epoch for each of its %d points, got %d epochs", n, len(s.Epochs))
	}
	for _, values := range [][]float64{s.Loss, s.Accuracy} {
		if len(values) != 0 && len(values) != n {
			return fmt.Errorf("expected as many losses as accuracies, or none of one of them, got %d and %d",
				len(s.Loss), len(s.Accuracy))
		}
	}
	for i := 1; i < len(s.Epochs); i++ {
		if s.Epochs[i] <= s.Epochs[i-1] {
			return fmt.Errorf("expected ascending epochs, got %d after %d", s.Epochs[i], s.Epochs[i-1])
		}
	}
	for i, a := range s.Accuracy {
		if a < 0 || a > 1 {
			return fmt.Errorf("expected accuracies from 0 to 1, got %g at point %d; divide percentages by 100", a, i)
		}
	}
	return nil
}
