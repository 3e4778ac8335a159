package torch

import (
	"math"
	"strconv"
	"strings"
)

// floatFormat prints numbers in one style, chosen by all of them: whole ones with
// a point ("1."), others with some digits, far-apart ones in scientific notation.
type floatFormat struct {
	values            []float64
	precision         int
	scientific, whole bool
	width             int // of the widest number that is neither 0, NaN nor infinite
}

func newFloatFormat(vs []float64, precision int) *floatFormat {
	f := &floatFormat{values: vs, precision: precision, whole: true, width: 1}
	low, high := math.Inf(1), 0.0
	var counted []float64
	for _, v := range vs {
		if a := math.Abs(v); v != 0 && !math.IsInf(v, 0) && !math.IsNaN(v) {
			low, high = math.Min(low, a), math.Max(high, a)
			f.whole = f.whole && v == math.Ceil(v)
			counted = append(counted, v)
		}
	}
	f.scientific = high > 0 && (high/low > 1000 || high > 1e8 || !f.whole && low < 1e-4)
	for _, v := range counted {
		f.width = max(f.width, len(f.text(v)))
	}
	return f
}

func (f *floatFormat) text(v float64) string {
	switch {
	case math.IsNaN(v):
		return "nan"
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	case f.scientific:
		return strconv.FormatFloat(v, 'e', f.precision, 64)
	case f.whole:
		return strconv.FormatFloat(v, 'f', 0, 64) + "."
	}
	return strconv.FormatFloat(v, 'f', f.precision, 64)
}

// padded is all the numbers, those that are shorter than the width filled up.
func (f *floatFormat) padded() []string {
	out := make([]string, len(f.values))
	for i, v := range f.values {
		s := f.text(v)
		out[i] = strings.Repeat(" ", max(0, f.width-len(s))) + s
	}
	return out
}
