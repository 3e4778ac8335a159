package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Chart is lines over the steps of a run.
type Chart struct {
	Title  string
	X      string // what is below the axis; "step" where it is empty
	Series []Series
}

// Series is a line: Y against X, which ascends. A NaN or an infinite value leaves a gap.
type Series struct {
	Name  string
	X, Y  []float64
	Faint bool // it is behind the others
}

// The drawing's size, in its own units, and the edges of its axes in it.
const (
	chartWidth, chartHeight  = 640., 320.
	left, right, top, bottom = 62., 628., 10., 276.
	mostDots                 = 60 // up to which each point has a dot
)

// drawing is a chart as the page has it.
type drawing struct {
	Title, Label string
	X            string
	Lines        []drawnLine
	Across       []mark // of the y axis
	Along        []mark // of the x axis
}

type drawnLine struct {
	Name  string
	Class string
	Path  string
	Dots  []dot
}

type dot struct{ X, Y, Text string }

type mark struct{ At, Text string }

// draw is nil where there is nothing to draw.
func (c Chart) draw() *drawing {
	x, y, least := newRange(), newRange(), 1.
	for _, s := range c.Series {
		for i := range min(len(s.X), len(s.Y)) {
			if drawable(s.Y[i]) && drawable(s.X[i]) {
				x.add(s.X[i])
				y.add(s.Y[i])
				if s.X[i] != math.Trunc(s.X[i]) { // else X counts, and there is nothing between two marks
					least = 0
				}
			}
		}
	}
	if x.low > x.high {
		return nil
	}
	x.widen(0)
	y.widen(0.05)
	d := &drawing{Title: c.Title, X: c.X}
	if d.X == "" {
		d.X = "step"
	}
	names, colour := []string{}, 0
	for _, s := range c.Series {
		l := drawnLine{Name: s.Name, Class: "faint"}
		if !s.Faint {
			l.Class = "c" + strconv.Itoa(colour%6)
			colour++
		}
		l.Path, l.Dots = s.path(x, y)
		d.Lines = append(d.Lines, l)
		names = append(names, s.Name)
	}
	d.Label = c.Title + ": " + strings.Join(names, ", ") + " against " + d.X
	for _, v := range ticks(y.low, y.high, 0) {
		d.Across = append(d.Across, mark{coordinate(y.place(v, bottom, top)), label(v)})
	}
	for _, v := range ticks(x.low, x.high, least) {
		d.Along = append(d.Along, mark{coordinate(x.place(v, left, right)), label(v)})
	}
	return d
}

// path is a line's pieces, and dots where there are few points or one stands alone.
func (s Series) path(x, y span) (path string, dots []dot) {
	var b strings.Builder
	n := min(len(s.X), len(s.Y))
	at := func(i int) bool { return i >= 0 && i < n && drawable(s.X[i]) && drawable(s.Y[i]) }
	for i := range n {
		if !at(i) {
			continue
		}
		px, py := coordinate(x.place(s.X[i], left, right)), coordinate(y.place(s.Y[i], bottom, top))
		command := "L"
		if !at(i - 1) {
			command = "M"
		}
		b.WriteString(command + px + " " + py)
		if !s.Faint && n <= mostDots || !at(i-1) && !at(i+1) {
			dots = append(dots, dot{px, py, fmt.Sprintf("%s: %s at %s", s.Name, label(s.Y[i]), label(s.X[i]))})
		}
	}
	return b.String(), dots
}

// span is from where to where an axis goes.
type span struct{ low, high float64 }

func newRange() span { return span{math.Inf(1), math.Inf(-1)} }

func (s *span) add(v float64) { s.low, s.high = min(s.low, v), max(s.high, v) }

// widen lets a share of room, and some where there is but one value.
func (s *span) widen(share float64) {
	room := (s.high - s.low) * share
	if s.high-s.low < 1e-12*max(math.Abs(s.low), math.Abs(s.high), 1e-30) {
		room = max(math.Abs(s.high)/10, 1e-30)
	}
	if s.low == 0 && s.high == 0 { // which has no size to go by
		room = 0.1
	}
	s.low, s.high = s.low-room, s.high+room
}

func (s span) place(v, from, to float64) float64 { return from + (v-s.low)/(s.high-s.low)*(to-from) }

// drawable is false for NaN, the infinities, and what was never a figure of a run.
func drawable(v float64) bool { return math.Abs(v) <= math.MaxFloat32 }

// ticks are three to seven round numbers, at least so far apart.
func ticks(low, high, least float64) (at []float64) {
	step := max((high-low)/6, least)
	power := math.Pow(10, math.Floor(math.Log10(step)))
	for _, m := range []float64{1, 2, 5, 10} {
		if step <= m*power {
			step = m * power
			break
		}
	}
	for i := math.Ceil(low / step); i*step <= high && len(at) < 20; i++ {
		at = append(at, i*step+0) // no minus zero
	}
	return at
}

func coordinate(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

func label(v float64) string { return strconv.FormatFloat(v, 'g', 5, 64) }
